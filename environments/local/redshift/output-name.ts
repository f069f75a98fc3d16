import { closing } from './brackets'
import { isSymbol, isWord, type Token } from './sql-tokens'

/** One expression of a SELECT's list. */
export interface OutputColumn {
  /** What the expression itself is made of, without its alias. */
  readonly expression: readonly Token[]
  /** What the column is called; `undefined` when only the database could tell. */
  readonly name: string | undefined
  readonly hasAlias: boolean
}

/** Finds out what a column of a SELECT's list is called: by its alias, as the column that it is, or as its function. */
export function outputColumn(item: readonly Token[]): OutputColumn {
  const last = item[item.length - 1]
  const before = item[item.length - 2]
  if (last !== undefined && before !== undefined && (last.kind === 'word' || last.kind === 'name')) {
    if (isWord(before, 'as')) return { expression: item.slice(0, -2), name: last.value, hasAlias: true }
    const isAlias = last.kind === 'name' || !NOT_AN_ALIAS.has(last.value)
    if (isAlias && endsAnExpression(before)) return { expression: item.slice(0, -1), name: last.value, hasAlias: true }
  }
  return { expression: item, name: ownName(item), hasAlias: false }
}

function ownName(item: readonly Token[]): string | undefined {
  const isPath = item.every((token, at) =>
    at % 2 === 0 ? token.kind === 'word' || token.kind === 'name' : isSymbol(token, '.'),
  )
  if (isPath) return item[item.length - 1]?.value
  const [first] = item
  if (item.length === 1 && (first?.kind === 'literal' || first?.kind === 'number')) return '?column?'
  if (first?.kind !== 'word' || !isSymbol(item[1], '(') || isWord(first, 'cast')) return undefined
  const close = closing(item, 1)
  const isWindow = isWord(item[close + 1], 'over') && closing(item, close + 2) === item.length - 1
  return close === item.length - 1 || isWindow ? (FUNCTIONS[first.value] ?? first.value) : undefined
}

// As they are called once they have been rewritten.
const FUNCTIONS: Readonly<Record<string, string>> = { nvl: 'coalesce' }

const NOT_AN_ALIAS = new Set('end null true false unknown isnull notnull'.split(' '))
const OPERATORS = new Set(
  'and or not is in like ilike between from similar to escape distinct at zone all any some'.split(' '),
)

function endsAnExpression(token: Token): boolean {
  if (token.kind === 'symbol') return token.value === ')' || token.value === ']'
  return token.kind !== 'word' || !OPERATORS.has(token.value)
}
