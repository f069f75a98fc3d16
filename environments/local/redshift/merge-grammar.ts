import { closing, endOfLevel } from './brackets'
import { RedshiftError, syntaxError } from './errors'
import { readTableName } from './run-special'
import { isSymbol, isWord, type Statement, type Token } from './sql-tokens'

/** A MERGE, as far as it must be understood here; what is left out is Postgres' business. */
export interface Merge {
  /** As it stands in the statement, and quoted for SQL. */
  readonly target: { readonly name: string; readonly sql: string }
  /** A table's name, or `undefined` for a subquery. */
  readonly sourceTable: string | undefined
  /** Source with its alias, as it stands in the statement. */
  readonly source: string
  /** What the condition calls the source: its alias, or its own bare name. */
  readonly sourceName: string
  readonly condition: string
  readonly removesDuplicates: boolean
}

/**
 * Parses MERGE as Redshift takes it: no alias for the target, both WHEN clauses in their order and without further
 * conditions, or REMOVE DUPLICATES.
 *
 * Grammar: the Redshift guide's r_MERGE. The text about a single clause is reported in jOOQ/jOOQ#18351.
 */
export function parseMerge({ sql, tokens }: Statement): Merge {
  if (!isWord(tokens[1], 'into')) throw syntaxError(textOf(tokens[1]))
  const target = readTableName(tokens, 2)
  if (!isWord(tokens[target.next], 'using')) throw syntaxError(textOf(tokens[target.next]))
  const source = readSource(tokens, target.next + 1)
  if (!isWord(tokens[source.end], 'on')) throw syntaxError(textOf(tokens[source.end]))
  const clauses = nextWord(tokens, source.end + 1, 'when', 'remove')
  const text = (start: number, end: number) => sql.slice(tokens[start]?.start ?? 0, tokens[end - 1]?.end ?? 0)
  if (clauses === source.end + 1) throw syntaxError(textOf(tokens[clauses]))
  return {
    target: { name: target.name, sql: target.sql },
    sourceTable: source.table,
    source: text(target.next + 1, source.end),
    sourceName: source.name,
    condition: text(source.end + 1, clauses),
    removesDuplicates: readClauses(tokens, clauses),
  }
}

interface Source {
  readonly table: string | undefined
  readonly name: string
  readonly end: number
}

function readSource(tokens: readonly Token[], start: number): Source {
  const table = isSymbol(tokens[start], '(') ? undefined : readTableName(tokens, start)
  const behind = table?.next ?? closing(tokens, start) + 1
  const at = isWord(tokens[behind], 'as') ? behind + 1 : behind
  const alias = tokens[at]
  const isAlias = alias?.kind === 'name' || (alias?.kind === 'word' && alias.value !== 'on')
  if (isAlias) return { table: table?.sql, name: alias.value, end: at + 1 }
  if (table === undefined) throw syntaxError(textOf(alias))
  return { table: table.sql, name: table.name, end: at }
}

/** Gives whether the duplicates are removed; anything but the two forms is refused. */
function readClauses(tokens: readonly Token[], start: number): boolean {
  if (isWord(tokens[start], 'remove')) {
    expectWords(tokens, start, ['remove', 'duplicates'])
    if (tokens[start + 2] !== undefined) throw syntaxError(textOf(tokens[start + 2]))
    return true
  }
  if (!isWord(tokens[start + 1], 'matched'))
    throw isWord(tokens[start + 1], 'not') ? single() : syntaxError(textOf(tokens[start + 1]))
  expectWords(tokens, start, ['when', 'matched', 'then'])
  const second = nextWord(tokens, start + 1, 'when')
  const action = tokens[start + 3]
  if (isWord(action, 'update')) expectWords(tokens, start + 4, ['set'])
  else if (!isWord(action, 'delete')) throw syntaxError(textOf(action))
  else if (second !== start + 4) throw syntaxError(textOf(tokens[start + 4]))
  if (tokens[second] === undefined) throw single()
  expectWords(tokens, second, ['when', 'not', 'matched', 'then', 'insert'])
  const list = isSymbol(tokens[second + 5], '(') ? closing(tokens, second + 5) + 1 : second + 5
  expectWords(tokens, list, ['values'])
  if (!isSymbol(tokens[list + 1], '(')) throw syntaxError(textOf(tokens[list + 1]))
  const behind = tokens[closing(tokens, list + 1) + 1]
  if (behind !== undefined) throw syntaxError(textOf(behind))
  return false
}

function single(): RedshiftError {
  return new RedshiftError('0A000', 'MERGE statement with a single WHEN clause is not enabled.')
}

function expectWords(tokens: readonly Token[], start: number, words: readonly string[]): void {
  for (const [i, word] of words.entries()) {
    if (!isWord(tokens[start + i], word)) throw syntaxError(textOf(tokens[start + i]))
  }
}

/** The next of these words that stands neither in parentheses nor in a CASE; the number of tokens when there is none. */
function nextWord(tokens: readonly Token[], start: number, ...words: readonly string[]): number {
  const end = endOfLevel(tokens, start)
  let cases = 0
  for (let at = start; at < end; at++) {
    if (isSymbol(tokens[at], '(')) at = closing(tokens, at)
    else if (isWord(tokens[at], 'case')) cases++
    else if (isWord(tokens[at], 'end')) cases--
    else if (cases === 0 && isWord(tokens[at], ...words) && !isSymbol(tokens[at - 1], '.')) return at
  }
  return tokens.length
}

function textOf(token: Token | undefined): string {
  return token?.value ?? ''
}
