import { align } from './align'
import { commonSequence } from './common-sequence'

/** One segment of a pattern: literal text, `*` (any run, also an empty one), `{name}` (at least one character, kept). */
export interface Glob {
  readonly source: string
  /** By code points, so that no wildcard ends in the middle of an emoji. */
  readonly tokens: readonly Token[]
  /** Each capture is a 'one' and the 'run' behind it; `token` is the place of the former. */
  readonly captures: readonly { readonly name: string; readonly token: number }[]
  /** How many characters are fixed. */
  readonly literals: number
  /** What every text that fits begins with, and ends with. */
  readonly head: string
  readonly tail: string
  /** The only text that fits, if nothing is open. */
  readonly literal?: string
}

export type Token = { readonly char: string } | 'one' | 'run'

/** What a key says for each `{name}` of a pattern. */
export type Captures = Readonly<Record<string, string>>

/** Told once for each thing that is wrong. */
export type Report = (message: string) => void

/** The name of a capture is a word, so that it cannot be taken for anything else in a template. */
export const CAPTURE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Reads one segment of a pattern; `undefined` if something was reported. */
export function parseGlob(source: string, report: Report): Glob | undefined {
  let faults = 0
  const fault: Report = (message) => {
    faults += 1
    report(message)
  }
  const tokens: Token[] = []
  const captures: { name: string; token: number }[] = []
  const parts = source.match(/\{[^{}]*\}|[{}]|\*+|[^{}*]+/g) ?? []
  parts.forEach((part, index) => {
    if (part === '{' || part === '}') {
      fault(`'${source}' has an unbalanced '${part}'`)
    } else if (part.startsWith('{')) {
      const name = part.slice(1, -1)
      if (name === '') fault(`'${source}' has a capture without a name: '{}'`)
      else if (!CAPTURE_NAME.test(name))
        fault(`'${part}' is no name for a capture: letters, digits and _, no digit first`)
      if (isWild(parts[index - 1]) || parts[index + 1]?.startsWith('*')) {
        fault(
          `'${source}': '${part}' touches another wildcard, so nobody can tell where it ends: put text between them`,
        )
      }
      captures.push({ name, token: tokens.length })
      tokens.push('one', 'run')
    } else if (part.startsWith('*')) {
      if (part.length > 1) fault(`'${source}': '${part}' must be a whole segment '**', or be '*'`)
      tokens.push('run')
    } else {
      tokens.push(...Array.from(part, (char) => ({ char })))
    }
  })
  if (faults > 0) return undefined
  const literals = tokens.filter((token) => typeof token === 'object').length
  return {
    source,
    tokens,
    captures,
    literals,
    head: charsOf(tokens.slice(0, tokens.findIndex(isWildcard))),
    tail: charsOf(tokens.slice(tokens.findLastIndex(isWildcard) + 1)),
    ...(literals === tokens.length && { literal: source, head: source }),
  }
}

/** Whether a text fits. */
export function fitsGlob(glob: Glob, text: string): boolean {
  if (glob.literal !== undefined) return glob.literal === text
  // Of thousands of routes nearly all are told apart here, for a hundredth of what the alignment costs.
  if (!text.startsWith(glob.head) || !text.endsWith(glob.tail)) return false
  return align(glob.tokens, Array.from(text), isRun, fitsToken) !== undefined
}

/** What each capture holds in a text that fits; the earlier of two takes as little as it can. */
export function capturesIn(glob: Glob, text: string): readonly (readonly [name: string, value: string])[] {
  if (glob.captures.length === 0) return []
  const chars = Array.from(text)
  const begins = align(glob.tokens, chars, isRun, fitsToken)
  if (begins === undefined) return []
  return glob.captures.map(({ name, token }) => [name, chars.slice(begins[token], begins[token + 2]).join('')])
}

/** A short text that fits all of them, not empty if possible; `undefined` if there is none. */
export function textOfAll(globs: readonly Glob[]): string | undefined {
  const patterns = globs.map((glob) => glob.tokens)
  const chars = commonSequence([...patterns, SOMETHING], TOKENS) ?? commonSequence(patterns, TOKENS)
  return chars?.join('')
}

function isWild(part: string | undefined): boolean {
  return part !== undefined && (part.startsWith('*') || (part.startsWith('{') && part !== '{'))
}

const SOMETHING: readonly Token[] = ['one', 'run']

function isWildcard(token: Token): boolean {
  return typeof token === 'string'
}

function charsOf(tokens: readonly Token[]): string {
  return tokens.map((token) => (typeof token === 'string' ? '' : token.char)).join('')
}

function isRun(token: Token): boolean {
  return token === 'run'
}

function fitsToken(token: Token, char: string): boolean {
  return typeof token === 'string' || token.char === char
}

function meet(tokens: readonly Token[]): string | undefined {
  const fixed = tokens.flatMap((token) => (typeof token === 'object' ? [token.char] : []))
  const char = fixed[0] ?? 'x'
  return fixed.every((other) => other === char) ? char : undefined
}

const TOKENS = { isRun, meet, fits: fitsToken } as const
