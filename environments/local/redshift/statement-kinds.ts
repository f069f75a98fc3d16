import { areWords, isWord, type Statement, type Token } from './sql-tokens'

/** What a statement is to the fake: most are Postgres' own business. */
export type StatementKind =
  | 'plain'
  | 'begin'
  | 'end'
  | 'copy'
  | 'merge'
  | 'unload'
  | 'truncate'
  | 'vacuum'
  | 'append'
  | 'cancel'
  | 'alone'

/** Tells statements that need more than a change of words from those that do not. */
export function kindOf({ tokens }: Statement): StatementKind {
  const first = tokens[0]
  if (isWord(first, 'copy')) return 'copy'
  if (isWord(first, 'merge')) return 'merge'
  if (isWord(first, 'cancel')) return 'cancel'
  if (isWord(first, 'unload')) return 'unload'
  if (isWord(first, 'truncate')) return 'truncate'
  if (isWord(first, 'vacuum') || areWords(tokens, 0, 'analyze', 'compression')) return 'vacuum'
  if (isWord(first, 'begin') || areWords(tokens, 0, 'start', 'transaction')) return 'begin'
  if (isWord(first, 'commit', 'end', 'rollback', 'abort')) return 'end'
  if (areWords(tokens, 0, 'alter', 'table')) return kindOfAlterTable(tokens)
  if (isWord(first, 'create', 'drop') && isWord(tokens[1], 'database', 'external', 'library')) return 'alone'
  return 'plain'
}

function kindOfAlterTable(tokens: readonly Token[]): StatementKind {
  if (tokens.some((_, at) => at > 2 && areWords(tokens, at, 'append', 'from'))) return 'append'
  // Changing a column's type is refused in a transaction block [docs: r_ALTER_TABLE].
  const changesType = tokens.some((token, at) => isWord(token, 'type') && areWords(tokens, at - 3, 'alter', 'column'))
  return changesType ? 'alone' : 'plain'
}

/** What to call a statement when it is refused in a transaction block. */
export function nameOf({ tokens }: Statement): string {
  if (areWords(tokens, 0, 'alter', 'table'))
    return kindOfAlterTable(tokens) === 'append' ? 'ALTER TABLE APPEND' : 'ALTER TABLE ALTER COLUMN'
  const words = isWord(tokens[0], 'vacuum') ? 1 : 2
  return tokens
    .slice(0, words)
    .map(({ value }) => value.toUpperCase())
    .join(' ')
}

/** Statements that the fake runs itself or guards; everything else is Postgres' own business. */
export function isSpecial(kind: StatementKind): kind is Exclude<StatementKind, 'plain' | 'begin' | 'end'> {
  return kind !== 'plain' && kind !== 'begin' && kind !== 'end'
}
