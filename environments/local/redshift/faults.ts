import { RedshiftError } from './errors'
import type { Statement } from './sql-tokens'

/** Something that shall go wrong with the next statements of a kind. */
export interface FaultRule {
  /** Which statements, by their text without surrounding blanks and comments. */
  readonly matching: RegExp
  /** How many of them. @default 1 */
  readonly times?: number
  /**
   * `error`: the statement is not run and fails. `cut-before`: the connection is cut before the statement reaches
   * Postgres, which rolls back. `cut-after`: Postgres has run it and its answer is lost. `delay`: it is run later.
   */
  readonly act: 'error' | 'cut-before' | 'cut-after' | 'delay'
  /** For `error`. @default 'XX000' */
  readonly sqlState?: string
  /** For `error`. @default 'injected fault' */
  readonly message?: string
  /** For `error`. */
  readonly detail?: string
  /** For `delay`. @default 100 */
  readonly delayMs?: number
}

/** The rules that still wait for their statement. */
export interface Faults {
  add(rule: FaultRule): void
  /** The rule that hits a statement, if any; each call uses it up once. */
  take(statement: Statement): FaultRule | undefined
  clear(): void
}

/** An empty set of rules; they are tried in the order in which they were added. */
export function makeFaults(): Faults {
  let rules: { readonly rule: FaultRule; left: number }[] = []
  return {
    add: (rule) => void rules.push({ rule, left: rule.times ?? 1 }),
    take: (statement) => {
      const hit = rules.find(
        ({ rule, left }) => left > 0 && new RegExp(rule.matching, unstateful(rule.matching)).test(statement.sql),
      )
      if (hit === undefined) return undefined
      hit.left--
      rules = rules.filter(({ left }) => left > 0)
      return hit.rule
    },
    clear: () => {
      rules = []
    },
  }
}

/** A `g` or `y` flag would make the second test of the same rule start in the middle. */
function unstateful(pattern: RegExp): string {
  return pattern.flags.replace(/[gy]/g, '')
}

/** The error that a fault rule asks for. */
export function faultError(fault: FaultRule): RedshiftError {
  return new RedshiftError(fault.sqlState ?? 'XX000', fault.message ?? 'injected fault', fault.detail)
}
