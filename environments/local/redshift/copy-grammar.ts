import { RedshiftError, syntaxError } from './errors'
import { readName, readTableName } from './run-special'
import { isSymbol, isWord, type Statement, type Token } from './sql-tokens'

/** What stands in a COPY statement, before anybody asks whether it makes sense. */
export interface CopyStatement {
  readonly table: { readonly schema?: string; readonly name: string; readonly sql: string }
  readonly columns?: readonly string[]
  /** The `s3://` address of a key prefix or a manifest. */
  readonly source: string
  readonly options: ReadonlyMap<CopyOptionName, string | undefined>
}

/** Every option that COPY knows. */
export type CopyOptionName = keyof typeof OPTIONS

/**
 * Parses COPY; options may come in any order.
 *
 * Grammar: the Redshift guide's r_COPY and its parameter pages; what is not in it is a syntax error (42601).
 */
export function parseCopy({ tokens }: Statement): CopyStatement {
  if (isSymbol(tokens[1], '(')) throw syntaxError('(')
  const table = readTableName(tokens, 1)
  const list = readColumnList(tokens, table.next)
  const from = tokens[list.next]
  if (!isWord(from, 'from')) throw syntaxError(textOf(from))
  const source = tokens[list.next + 1]
  if (source?.kind !== 'literal') throw notASource(source)
  if (!/^s3:\/\/[^/]+\/?/.test(source.value)) throw notASource(source)
  return {
    table,
    source: source.value,
    options: readOptions(tokens, list.next + 2),
    ...(list.columns === undefined ? {} : { columns: list.columns }),
  }
}

function notASource(token: Token | undefined): RedshiftError {
  if (token === undefined) return syntaxError('')
  const text = 'LOAD source is not supported. (Hint: only S3 or DynamoDB or EMR based load is allowed)'
  return token.kind === 'literal' || isWord(token, 'stdin')
    ? new RedshiftError('0A000', text)
    : syntaxError(token.value)
}

function readColumnList(
  tokens: readonly Token[],
  open: number,
): { readonly columns?: readonly string[]; readonly next: number } {
  if (!isSymbol(tokens[open], '(')) return { next: open }
  const columns: string[] = []
  for (let at = open + 1; ; at += 2) {
    columns.push(readName(tokens[at]))
    if (isSymbol(tokens[at + 1], ')')) return { columns, next: at + 2 }
    if (!isSymbol(tokens[at + 1], ',')) throw syntaxError(textOf(tokens[at + 1]))
  }
}

type Argument = 'none' | 'text' | 'maybe-text' | 'number' | 'switch' | 'role' | 'encoding' | 'parquet' | 'shapefile'

const OPTIONS = {
  iam_role: 'role',
  credentials: 'text',
  access_key_id: 'text',
  secret_access_key: 'text',
  session_token: 'text',
  manifest: 'none',
  encrypted: 'none',
  master_symmetric_key: 'text',
  region: 'text',
  readratio: 'number',
  ssh: 'none',
  csv: 'none',
  quote: 'text',
  delimiter: 'text',
  fixedwidth: 'text',
  json: 'maybe-text',
  avro: 'maybe-text',
  orc: 'none',
  parquet: 'parquet',
  shapefile: 'shapefile',
  gzip: 'none',
  bzip2: 'none',
  lzop: 'none',
  zstd: 'none',
  acceptanydate: 'none',
  acceptinvchars: 'maybe-text',
  blanksasnull: 'none',
  dateformat: 'text',
  emptyasnull: 'none',
  encoding: 'encoding',
  escape: 'none',
  explicit_ids: 'none',
  fillrecord: 'none',
  ignoreblanklines: 'none',
  ignoreheader: 'number',
  null: 'text',
  removequotes: 'none',
  roundec: 'none',
  timeformat: 'text',
  trimblanks: 'none',
  truncatecolumns: 'none',
  comprows: 'number',
  compupdate: 'switch',
  ignoreallerrors: 'none',
  maxerror: 'number',
  noload: 'none',
  statupdate: 'switch',
} as const satisfies Record<string, Argument>

function readOptions(tokens: readonly Token[], from: number): Map<CopyOptionName, string | undefined> {
  const options = new Map<CopyOptionName, string | undefined>()
  let at = from
  while (at < tokens.length) {
    if (isWord(tokens[at], 'format')) at += isWord(tokens[at + 1], 'as') ? 2 : 1
    const token = tokens[at]
    if (token?.kind !== 'word' || !isOption(token.value)) throw syntaxError(textOf(token))
    if (options.has(token.value)) throw new RedshiftError('42601', 'conflicting or redundant options')
    const argument = readArgument(tokens, at + 1, OPTIONS[token.value])
    options.set(token.value, argument.value)
    at = argument.next
  }
  return options
}

function isOption(word: string): word is CopyOptionName {
  return Object.hasOwn(OPTIONS, word)
}

interface ReadArgument {
  readonly value?: string | undefined
  readonly next: number
}

function readArgument(tokens: readonly Token[], start: number, argument: Argument): ReadArgument {
  const hasAs = argument !== 'none' && isWord(tokens[start], 'as')
  const at = hasAs ? start + 1 : start
  const token = tokens[at]
  switch (argument) {
    case 'none':
      return { next: at }
    case 'text':
      if (token?.kind !== 'literal') throw syntaxError(textOf(token))
      return { value: token.value, next: at + 1 }
    case 'maybe-text':
      if (token?.kind === 'literal') return { value: token.value, next: at + 1 }
      if (hasAs) throw syntaxError(textOf(token))
      return { next: at }
    case 'number':
      if (token?.kind !== 'number' || !/^\d+$/.test(token.value)) throw syntaxError(textOf(token))
      return { value: token.value, next: at + 1 }
    case 'switch': {
      const isSwitch = isWord(token, 'on', 'off', 'true', 'false', 'preset')
      return isSwitch ? { value: token?.value, next: at + 1 } : { next: at }
    }
    case 'role':
      if (isWord(token, 'default')) return { value: 'default', next: at + 1 }
      if (token?.kind !== 'literal') throw syntaxError(textOf(token))
      return { value: token.value, next: at + 1 }
    case 'encoding':
      if (token?.kind !== 'word' && token?.kind !== 'literal') throw syntaxError(textOf(token))
      return { value: token.value.toLowerCase(), next: at + 1 }
    case 'parquet':
      return isWord(token, 'serializetojson') ? { value: 'serializetojson', next: at + 1 } : { next: at }
    case 'shapefile': {
      if (!isWord(token, 'simplify')) return { next: at }
      const next = isWord(tokens[at + 1], 'auto') ? at + 2 : at + 1
      return { next: tokens[next]?.kind === 'number' || tokens[next]?.kind === 'literal' ? next + 1 : next }
    }
  }
}

function textOf(token: Token | undefined): string {
  return token?.value ?? ''
}
