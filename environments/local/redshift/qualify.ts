import { endOfLevel, findOnLevel, splitAtCommas } from './brackets'
import { applyEdits, type Edit } from './edits'
import { notEmbedded, syntaxError } from './errors'
import { type FromClause, readFrom } from './from-clause'
import { type OutputColumn, outputColumn } from './output-name'
import { isSymbol, isWord, quoteName, type Statement, splitStatements, type Token } from './sql-tokens'

/**
 * Says QUALIFY in words that Postgres understands: the SELECT becomes a subquery, with its condition as one more column.
 * A column behind `*` is only known to the catalogue, so a star travels as a whole row and is unfolded outside.
 *
 * Source: the Redshift guide's r_QUALIFY_clause. Directly after FROM the relation must have an alias, since the word
 * QUALIFY is taken for one otherwise.
 */
export function withoutQualify(statement: Statement): Statement {
  let current = statement
  for (;;) {
    const { tokens } = current
    // The last one first: no other stands in its condition.
    const at = tokens.findLastIndex((token, i) => isWord(token, 'qualify') && !isSymbol(tokens[i - 1], '.'))
    const next = at < 0 ? undefined : splitStatements(rewriteAt(current, at))[0]
    if (next === undefined) return current
    current = next
  }
}

const BEHIND = ['order', 'limit', 'offset', 'fetch', 'for', 'union', 'intersect', 'except', 'minus']
const SET_OPERATIONS = ['union', 'intersect', 'except', 'minus']
const ROWS = 'penstock_qualify'

function rewriteAt({ sql, tokens }: Statement, at: number): string {
  const select = selectOf(tokens, at)
  const from = findOnLevel(tokens, select + 1, (token) => isWord(token, 'from'))
  if (from < 0 || from > at) throw syntaxError('qualify')
  if (tokens.slice(select, from).some((token) => isWord(token, 'into'))) throw notEmbedded('SELECT INTO with QUALIFY')
  const clause = readFrom(tokens, from + 1)
  if (clause.end === at && clause.isOpen) throw syntaxError(tokens[at + 1]?.value ?? '')

  const text = (some: readonly Token[]) => sql.slice(some[0]?.start ?? 0, some[some.length - 1]?.end ?? 0)
  const isDistinct = isWord(tokens[select + 1], 'distinct')
  const first = isWord(tokens[select + 1], 'distinct', 'all') ? select + 2 : select + 1
  const list = splitAtCommas(tokens.slice(first, from)).flatMap((item) => listed(item, clause, text))
  const end = endOf(tokens, at)
  const condition = conditionText(sql, tokens.slice(at + 1, end), list, text)
  const order = orderOf(tokens, select, end, list, text)

  const inner = [...list.map((one) => one.inside), `(${condition})`, ...order.helpers]
  const names = [...list.map((_, i) => `c${i}`), 'kept', ...order.helpers.map((_, i) => `o${i}`)]
  const outer = list.map((one, i) => one.outside(`${ROWS}.c${i}`))
  return [
    sql.slice(0, tokens[select]?.start),
    `SELECT ${isDistinct ? 'DISTINCT ' : ''}${outer.join(', ')} `,
    `FROM (SELECT ${inner.join(', ')} ${text(tokens.slice(from, at))}) AS ${ROWS} (${names.join(', ')}) `,
    `WHERE ${ROWS}.kept ${order.text}`,
    sql.slice(tokens[order.end]?.start ?? sql.length),
  ].join('')
}

function selectOf(tokens: readonly Token[], before: number): number {
  let depth = 0
  for (let at = before - 1; at >= 0; at--) {
    if (isSymbol(tokens[at], ')')) depth++
    else if (isSymbol(tokens[at], '(') && --depth < 0) break
    else if (depth === 0 && isWord(tokens[at], 'select')) return at
  }
  throw syntaxError('qualify')
}

function endOf(tokens: readonly Token[], at: number): number {
  const behind = findOnLevel(tokens, at + 1, (token) => isWord(token, ...BEHIND))
  return behind < 0 ? endOfLevel(tokens, at + 1) : behind
}

interface Listed {
  readonly column?: OutputColumn
  readonly inside: string
  readonly outside: (reference: string) => string
}

function listed(item: readonly Token[], clause: FromClause, text: (some: readonly Token[]) => string): Listed[] {
  const star = item[item.length - 1]
  const row = (name: string): Listed => ({ inside: quoteName(name), outside: (reference) => `(${reference}).*` })
  if (isSymbol(star, '*') && item.length === 1) {
    if (clause.mergesColumns) throw notEmbedded('tell the columns of * from a join with USING for QUALIFY: list them')
    return clause.items.map(({ kind, alias, name }) => {
      const known = alias ?? name
      if (kind === 'function' || known === undefined) throw notEmbedded('tell the columns of * for QUALIFY: list them')
      return row(known)
    })
  }
  if (isSymbol(star, '*') && isSymbol(item[item.length - 2], '.')) return [row(item[item.length - 3]?.value ?? '')]
  const column = outputColumn(item)
  const { name } = column
  if (name === undefined) throw notEmbedded(`name the column ${text(item)} of a SELECT with QUALIFY: give it an alias`)
  return [{ column, inside: text(item), outside: (reference) => `${reference} AS ${quoteName(name)}` }]
}

/** The condition may name what the list computes: such a name becomes what it stands for. */
function conditionText(
  sql: string,
  condition: readonly Token[],
  list: readonly Listed[],
  text: (some: readonly Token[]) => string,
): string {
  const [first, last] = [condition[0], condition[condition.length - 1]]
  if (first === undefined || last === undefined) throw syntaxError('')
  const edits = condition.flatMap((token, at): Edit[] => {
    const isBare =
      !isSymbol(condition[at - 1], '.') && !isSymbol(condition[at + 1], '.') && !isSymbol(condition[at + 1], '(')
    if (!isBare || (token.kind !== 'word' && token.kind !== 'name')) return []
    const meant = list.find(({ column }) => column?.hasAlias === true && column.name === token.value)?.column
    // A column of the FROM goes before an alias, and only the catalogue knows those: a window function is surely none.
    if (meant === undefined || !meant.expression.some((one) => isWord(one, 'over'))) return []
    return [{ start: token.start - first.start, end: token.end - first.start, text: `(${text(meant.expression)})` }]
  })
  return applyEdits(sql.slice(first.start, last.end), edits)
}

interface Order {
  readonly text: string
  /** What the rows are ordered by and the list does not have: columns of the subquery, too. */
  readonly helpers: readonly string[]
  readonly end: number
}

function orderOf(
  tokens: readonly Token[],
  select: number,
  start: number,
  list: readonly Listed[],
  text: (some: readonly Token[]) => string,
): Order {
  const none = { text: '', helpers: [], end: start }
  // The order of a UNION belongs to all of it, and knows nothing but its columns.
  if (!isWord(tokens[start], 'order') || isSetOperation(tokens, select)) return none
  const behind = findOnLevel(tokens, start + 1, (token) => isWord(token, ...BEHIND))
  const end = behind < 0 ? endOfLevel(tokens, start + 1) : behind
  const helpers: string[] = []
  const keys = splitAtCommas(tokens.slice(start + 2, end)).map((key) => {
    const direction = key.findIndex((token, at) => at > 0 && isWord(token, 'asc', 'desc', 'nulls'))
    const expression = direction < 0 ? key : key.slice(0, direction)
    const [only] = expression
    const isOutput =
      expression.length === 1 &&
      (only?.kind === 'number' || list.some(({ column }) => column !== undefined && column.name === only?.value))
    if (isOutput) return text(key)
    helpers.push(text(expression))
    return `${ROWS}.o${helpers.length - 1} ${direction < 0 ? '' : text(key.slice(direction))}`
  })
  return { text: `ORDER BY ${keys.join(', ')} `, helpers, end }
}

function isSetOperation(tokens: readonly Token[], select: number): boolean {
  const before = isWord(tokens[select - 1], 'all') ? tokens[select - 2] : tokens[select - 1]
  return isWord(before, ...SET_OPERATIONS)
}
