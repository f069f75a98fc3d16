import { closing, endOfLevel, findOnLevel } from './brackets'
import { isSymbol, isWord, type Token } from './sql-tokens'

/** What stands between the commas and joins of a FROM. */
export interface FromItem {
  readonly kind: 'table' | 'function' | 'parenthesis'
  readonly schema?: string
  /** The last part of a table's or function's name. */
  readonly name?: string
  readonly alias?: string
}

/** A FROM clause, as far as it can be read without a catalogue. */
export interface FromClause {
  readonly items: readonly FromItem[]
  /** Whether a column of two tables is shown once: USING, NATURAL. */
  readonly mergesColumns: boolean
  /** Whether an alias could still follow: the last item has none, and no ON closes it. */
  readonly isOpen: boolean
  /** Index of the token behind it. */
  readonly end: number
}

/** Reads what follows the word FROM; `start` is the index of the token behind that word. */
export function readFrom(tokens: readonly Token[], start: number): FromClause {
  const items: FromItem[] = []
  let mergesColumns = false
  let isOpen = false
  let at = start
  for (;;) {
    const read = readItem(tokens, at)
    if (read === undefined) break
    items.push(read.item)
    at = read.end
    isOpen = read.item.alias === undefined
    if (isWord(tokens[at], 'using')) {
      mergesColumns = true
      isOpen = false
      at = closing(tokens, at + 1) + 1
    }
    if (isWord(tokens[at], 'on')) {
      isOpen = false
      const end = findOnLevel(tokens, at, (token, i) => endsCondition(tokens, token, i))
      at = end < 0 ? endOfLevel(tokens, at) : end
    }
    if (isSymbol(tokens[at], ',')) {
      at++
      continue
    }
    if (!isJoin(tokens, at)) break
    for (; isJoin(tokens, at); at++) mergesColumns ||= isWord(tokens[at], 'natural')
  }
  return { items, mergesColumns, isOpen, end: at }
}

function readItem(
  tokens: readonly Token[],
  start: number,
): { readonly item: FromItem; readonly end: number } | undefined {
  let at = start
  while (isWord(tokens[at], 'lateral', 'only')) at++
  if (isSymbol(tokens[at], '(')) return withAlias(tokens, closing(tokens, at) + 1, { kind: 'parenthesis' })
  const parts: string[] = []
  for (;;) {
    const token = tokens[at]
    if (token?.kind !== 'word' && token?.kind !== 'name') return undefined
    parts.push(token.value)
    at++
    if (!isSymbol(tokens[at], '.')) break
    at++
  }
  const name = parts[parts.length - 1] ?? ''
  const schema = parts[parts.length - 2]
  const item = { name, ...(schema === undefined ? {} : { schema }) }
  if (isSymbol(tokens[at], '(')) return withAlias(tokens, closing(tokens, at) + 1, { kind: 'function', ...item })
  return withAlias(tokens, at, { kind: 'table', ...item })
}

function withAlias(tokens: readonly Token[], start: number, item: FromItem) {
  const at = isWord(tokens[start], 'as') ? start + 1 : start
  const token = tokens[at]
  const isAlias = token?.kind === 'name' || (token?.kind === 'word' && !NO_ALIAS.has(token.value))
  if (token === undefined || !isAlias) return { item, end: start }
  const end = isSymbol(tokens[at + 1], '(') ? closing(tokens, at + 1) + 1 : at + 1
  return { item: { ...item, alias: token.value }, end }
}

const JOINS = ['join', 'inner', 'left', 'right', 'full', 'outer', 'cross', 'natural']
const CLAUSES =
  'where group having qualify window order limit offset fetch for union intersect except minus when set returning remove'.split(
    ' ',
  )
const NO_ALIAS = new Set([...JOINS, ...CLAUSES, 'on', 'using'])

function isJoin(tokens: readonly Token[], at: number): boolean {
  // There are functions LEFT() and RIGHT().
  return isWord(tokens[at], ...JOINS) && !(isWord(tokens[at], 'left', 'right') && isSymbol(tokens[at + 1], '('))
}

function endsCondition(tokens: readonly Token[], token: Token, at: number): boolean {
  return isSymbol(token, ',') || isWord(token, ...CLAUSES) || isJoin(tokens, at)
}
