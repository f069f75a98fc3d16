import { closing, splitAtCommas } from './brackets'
import { columnType } from './column-type'
import { type Edit, replace } from './edits'
import { defaultKeyName, primaryKeyText } from './primary-keys.sql'
import { areWords, isSymbol, isWord, quoteName, type Token } from './sql-tokens'

/**
 * CREATE TABLE for Postgres: storage attributes go, types get Redshift's default lengths, keys are not enforced.
 *
 * Sources: the Redshift guide's r_CREATE_TABLE_NEW (keys are informational; VARCHAR alone is VARCHAR(256)) and
 * r_Numeric_types201 (DECIMAL alone is DECIMAL(18,0)).
 */
export function rewriteCreateTable(tokens: readonly Token[]): Edit[] {
  let at = 1
  if (!isWord(tokens[0], 'create')) return []
  while (isWord(tokens[at], 'local', 'global', 'temp', 'temporary')) at++
  if (!isWord(tokens[at], 'table')) return []
  const open = afterTableName(tokens, at + 1)
  const keyName = defaultKeyName(tokens[open - 1]?.value ?? '')
  const hasColumns = isSymbol(tokens[open], '(')
  const close = hasColumns ? closing(tokens, open) : open - 1
  const query = tokens.findIndex((token, i) => i > close && isWord(token, 'as'))
  const attributes = tokens.slice(close + 1, query < 0 ? tokens.length : query)
  const table = tokens[at]
  // Nothing here outlives its process, so nobody needs a write-ahead log of the rows.
  const unlogged =
    at === 1 && table !== undefined ? [{ start: table.start, end: table.end, text: 'UNLOGGED TABLE' }] : []
  return [
    ...unlogged,
    ...(hasColumns ? splitAtCommas(tokens.slice(open + 1, close)).flatMap((one) => rewriteElement(one, keyName)) : []),
    ...attributes.flatMap((_, i) => storageAttribute(attributes, i)),
  ]
}

function afterTableName(tokens: readonly Token[], from: number): number {
  const name = areWords(tokens, from, 'if', 'not', 'exists') ? from + 3 : from
  return isSymbol(tokens[name + 1], '.') ? name + 3 : name + 1
}

/** ALTER TABLE for Postgres: what only concerns storage or keys becomes a change of nothing. */
export function rewriteAlterTable(tokens: readonly Token[]): Edit[] {
  if (!areWords(tokens, 0, 'alter', 'table')) return []
  const action = tokens.findIndex(
    (token, i) => i > 2 && isWord(token, 'add', 'alter', 'drop') && !isSymbol(tokens[i - 1], '.'),
  )
  const first = tokens[action]
  const last = tokens[tokens.length - 1]
  if (first === undefined || last === undefined) return []
  const rest = tokens.slice(action + 1)
  const keyName = defaultKeyName(tokens[action - 1]?.value ?? '')
  if (isWord(first, 'add') && isPrimaryKey(rest)) {
    return [{ start: first.start, end: last.end, text: `ADD ${keyText(rest, keyName)}` }]
  }
  if (isWord(first, 'drop') && isWord(rest[0], 'constraint')) {
    // Of the other keys nothing is kept.
    return [replace(rest, 0, 1, 'CONSTRAINT IF EXISTS')]
  }
  if (isStorageOrKey(first, rest)) return [{ start: first.start, end: last.end, text: 'SET (fillfactor = 100)' }]
  const column = isWord(rest[0], 'column') ? rest.slice(1) : rest
  return isWord(first, 'add') ? rewriteElement(column, keyName) : []
}

function isStorageOrKey(verb: Token, rest: readonly Token[]): boolean {
  if (isWord(verb, 'add')) return isTableConstraint(rest)
  if (isWord(verb, 'drop')) return isWord(rest[0], 'primary')
  return (
    isWord(rest[0], 'distkey', 'diststyle', 'sortkey', 'compound', 'encode') ||
    (isWord(rest[0], 'column') && rest.some((token) => isWord(token, 'encode')))
  )
}

function isTableConstraint(element: readonly Token[]): boolean {
  const body = isWord(element[0], 'constraint') ? element.slice(2) : element
  return areWords(body, 0, 'primary', 'key') || areWords(body, 0, 'foreign', 'key') || areWords(body, 0, 'unique')
}

function isPrimaryKey(element: readonly Token[]): boolean {
  return isTableConstraint(element) && element.some((token, at) => isWord(token, 'primary') && at < 3)
}

/** A column definition or a table constraint, without the commas around it. */
function rewriteElement(element: readonly Token[], keyName: string): Edit[] {
  const first = element[0]
  const last = element[element.length - 1]
  if (first === undefined || last === undefined || isWord(first, 'like')) return []
  if (isPrimaryKey(element)) {
    // Its columns are NOT NULL.
    const filled = keyColumns(element).map((name) => `NOT NULL ${quoteName(name)}`)
    return [{ start: first.start, end: last.end, text: [keyText(element, keyName), ...filled].join(', ') }]
  }
  // Anything else checks nothing at all.
  if (isTableConstraint(element)) return [{ start: first.start, end: last.end, text: 'CHECK (true)' }]
  return [...element.keys()].flatMap((i) => columnWord(element, i, keyName))
}

function keyText(element: readonly Token[], keyName: string): string {
  const name = isWord(element[0], 'constraint') ? element[1]?.value : undefined
  return primaryKeyText(name ?? keyName, keyColumns(element))
}

function keyColumns(element: readonly Token[]): string[] {
  const open = element.findIndex((token) => isSymbol(token, '('))
  return splitAtCommas(element.slice(open + 1, closing(element, open))).map(([name]) => name?.value ?? '')
}

function columnWord(element: readonly Token[], at: number, keyName: string): Edit[] {
  const token = element[at]
  if (token === undefined || token.kind !== 'word' || at === 0) return []
  if (at === 1) return columnType(element)
  if (areWords(element, at, 'primary', 'key')) {
    const isNamed = isWord(element[at - 2], 'constraint')
    const name = isNamed ? (element[at - 1]?.value ?? keyName) : keyName
    const key = `${primaryKeyText(name, [element[0]?.value ?? ''])} NOT NULL`
    return [isNamed ? replace(element, at - 2, 4, key) : replace(element, at, 2, key)]
  }
  if (token.value === 'unique') return [replace(element, at, 1, '')]
  if (token.value === 'encode') return [replace(element, at, 2, '')]
  if (token.value === 'references') {
    const open = at + (isSymbol(element[at + 2], '.') ? 4 : 2)
    return [replace(element, at, isSymbol(element[open], '(') ? closing(element, open) - at + 1 : open - at, '')]
  }
  if (token.value === 'identity') return identity(element, at)
  return storageAttribute(element, at)
}

/** IDENTITY(seed, step) cannot be inserted into, GENERATED BY DEFAULT AS IDENTITY(seed, step) can [r_CREATE_TABLE_NEW]. */
function identity(element: readonly Token[], at: number): Edit[] {
  const [seed, step] = splitAtCommas(element.slice(at + 2, closing(element, at + 1))).map(signedNumber)
  const byDefault = areWords(element, at - 4, 'generated', 'by', 'default', 'as')
  const isDefault = isWord(element[at - 1], 'default')
  const start = byDefault ? at - 4 : isDefault ? at - 1 : at
  const kind = byDefault ? 'BY DEFAULT' : 'ALWAYS'
  // Postgres would start at 1 or -1 unless it is told that there is room below or above.
  const bounds = step?.startsWith('-') ? 'MAXVALUE 2147483647' : 'MINVALUE -2147483648'
  const sequence = `${bounds} START WITH ${seed} INCREMENT BY ${step}`
  return [replace(element, start, closing(element, at + 1) - start + 1, `GENERATED ${kind} AS IDENTITY (${sequence})`)]
}

function signedNumber(tokens: readonly Token[]): string {
  return tokens.map(({ value }) => value).join('')
}

function storageAttribute(tokens: readonly Token[], at: number): Edit[] {
  const token = tokens[at]
  if (token?.kind !== 'word') return []
  const open = at + 1
  const list = isSymbol(tokens[open], '(') ? closing(tokens, open) - at + 1 : 0
  switch (token.value) {
    case 'backup':
    case 'diststyle':
      return [replace(tokens, at, 2, '')]
    case 'compound':
    case 'interleaved':
      return isWord(tokens[open], 'sortkey') ? [replace(tokens, at, 1, '')] : []
    case 'sortkey':
      return [replace(tokens, at, isWord(tokens[open], 'auto') ? 2 : list || 1, '')]
    case 'distkey':
      return [replace(tokens, at, list || 1, '')]
    case 'encode':
      return isWord(tokens[open], 'auto') ? [replace(tokens, at, 2, '')] : []
  }
  return []
}
