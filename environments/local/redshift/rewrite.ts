import { findOnLevel } from './brackets'
import { rewriteAlterTable, rewriteCreateTable } from './ddl'
import { applyEdits, type Edit } from './edits'
import { syntaxError } from './errors'
import { refuseLeaderOnly } from './leader-only'
import { redirectConstraints } from './primary-keys.sql'
import { withoutQualify } from './qualify'
import { sharpName } from './run-special'
import { areWords, isSymbol, isWord, type Statement, type Token } from './sql-tokens'
import { rewriteUser } from './users'

/** What only the session knows and a statement may ask for: `pg_last_copy_id()` and its like. */
export interface SessionFacts {
  readonly pg_last_copy_id: number
  readonly pg_last_copy_count: number
  readonly pg_last_unload_id: number
  readonly pg_last_unload_count: number
}

/** Says a Redshift statement in words that Postgres understands; most statements stay as they are. */
export function rewriteStatement(statement: Statement, facts: SessionFacts): string {
  refuseLeaderOnly(statement.tokens)
  refuseSharpNames(statement.tokens)
  refuseWithMerge(statement.tokens)
  const { sql, tokens } = withoutQualify(statement)
  return applyEdits(sql, [
    ...rewriteCreateTable(tokens),
    ...rewriteAlterTable(tokens),
    ...rewriteUser(tokens),
    ...withoutIsolationLevel(tokens),
    ...redirectConstraints(tokens),
    ...tokens.flatMap((token, at) => rewriteWord(tokens, at, token, facts)),
  ])
}

function refuseSharpNames(tokens: readonly Token[]): void {
  const isName = tokens.some(
    (token, at) =>
      isSymbol(token, '#') &&
      isWord(tokens[at - 1], 'table', 'exists', 'into', 'from', 'join', 'update', 'using', 'like'),
  )
  if (isName) throw sharpName()
}

/** WITH stands in front of no MERGE [docs: r_MERGE]. */
function refuseWithMerge(tokens: readonly Token[]): void {
  if (isWord(tokens[0], 'with') && findOnLevel(tokens, 0, (_, at) => areWords(tokens, at, 'merge', 'into')) > 0)
    throw syntaxError('merge')
}

/** The database has one isolation level, and BEGIN cannot choose another [docs: r_BEGIN]. */
function withoutIsolationLevel(tokens: readonly Token[]): Edit[] {
  if (!isWord(tokens[0], 'begin', 'start')) return []
  const at = tokens.findIndex((_, i) => areWords(tokens, i, 'isolation', 'level'))
  const first = tokens[at]
  if (first === undefined) return []
  const length = isWord(tokens[at + 2], 'serializable', 'snapshot') ? 3 : 4
  const last = tokens[Math.min(at + length, tokens.length) - 1] ?? first
  return [{ start: first.start, end: last.end, text: '' }]
}

function rewriteWord(tokens: readonly Token[], at: number, token: Token, facts: SessionFacts): Edit[] {
  if (token.kind !== 'word' || isSymbol(tokens[at - 1], '.')) return []
  const isCall = isSymbol(tokens[at + 1], '(')
  if (token.value === 'sysdate' && !isCall) return [{ start: token.start, end: token.end, text: 'sysdate()' }]
  // Postgres has a JSON_SERIALIZE of its own, in its grammar.
  if (token.value === 'json_serialize' && isCall) {
    return [{ start: token.start, end: token.end, text: 'penstock_system.json_serialize' }]
  }
  if (token.value === 'nvl' && isCall) return [{ start: token.start, end: token.end, text: 'coalesce' }]
  const close = tokens[at + 2]
  if (isCall && isSymbol(close, ')') && close !== undefined && isFact(token.value)) {
    // Postgres would undo a setting with the transaction, and Redshift does not: the value travels in the call.
    return [{ start: token.start, end: close.end, text: `${token.value}(${facts[token.value]})` }]
  }
  return []
}

function isFact(word: string): word is keyof SessionFacts {
  return /^pg_last_(copy|unload)_(id|count)$/.test(word)
}
