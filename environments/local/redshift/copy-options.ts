import type { CopyOptionName } from './copy-grammar'
import { notEmbedded, RedshiftError } from './errors'

/** How the bytes of a file become fields. */
export type Format =
  | {
      readonly kind: 'delimited'
      readonly delimiter: string
      readonly escapes: boolean
      readonly removeQuotes: boolean
    }
  | { readonly kind: 'csv'; readonly delimiter: string; readonly quote: string }
  | { readonly kind: 'fixedwidth'; readonly widths: readonly number[] }
  | { readonly kind: 'json'; readonly mapping: JsonMapping }
  | { readonly kind: 'parquet'; readonly serializeToJson: boolean }

/** How members of a JSON record become columns. */
export type JsonMapping =
  | { readonly kind: 'auto'; readonly ignoreCase: boolean }
  | { readonly kind: 'paths'; readonly source: string }
  | { readonly kind: 'noshred' }

/** How fields become values. */
export interface Conversion {
  /** Fields that are this text are NULL; undefined where no text is (JSON). */
  readonly nullAs: string | undefined
  readonly blanksAsNull: boolean
  readonly emptyAsNull: boolean
  readonly trimBlanks: boolean
  readonly truncateColumns: boolean
  /** One ASCII character for each byte of an invalid UTF-8 character. */
  readonly acceptInvChars: string | undefined
  readonly acceptAnyDate: boolean
  /** `auto`, a format, or undefined for YYYY-MM-DD. */
  readonly dateFormat: string | undefined
  /** `auto`, `epochsecs`, `epochmillisecs`, a format, or undefined for YYYY-MM-DD HH:MI:SS. */
  readonly timeFormat: string | undefined
  readonly roundec: boolean
}

/** The encodings that COPY reads; all become UTF-8. */
export type Encoding = 'utf8' | 'utf16' | 'utf16le' | 'utf16be' | 'iso88591'

/** A COPY that makes sense. */
export interface LoadPlan {
  readonly manifest: boolean
  readonly region: string | undefined
  readonly format: Format
  readonly compression: 'gzip' | 'bzip2' | 'zstd' | undefined
  readonly encoding: Encoding
  readonly ignoreHeader: number
  readonly ignoreBlankLines: boolean
  readonly fillRecord: boolean
  readonly conversion: Conversion
  readonly explicitIds: boolean
  /** The load fails at this many bad rows. */
  readonly failsAtErrors: number
  readonly noLoad: boolean
}

type Options = ReadonlyMap<CopyOptionName, string | undefined>

/** Checks the options of a COPY against each other and gives their meaning. */
export function planLoad(options: Options): LoadPlan {
  refuseCredentials(options)
  refuseColumnar(options)
  refuseConflicts(options)
  const format = formatOf(options)
  return {
    manifest: options.has('manifest'),
    region: regionOf(options),
    format,
    compression: compressionOf(options),
    encoding: encodingOf(options),
    ignoreHeader: Number(options.get('ignoreheader') ?? 0),
    ignoreBlankLines: options.has('ignoreblanklines'),
    fillRecord: options.has('fillrecord'),
    conversion: {
      nullAs: format.kind === 'json' ? undefined : (options.get('null') ?? '\\N'),
      blanksAsNull: options.has('blanksasnull'),
      emptyAsNull: options.has('emptyasnull'),
      trimBlanks: options.has('trimblanks'),
      truncateColumns: options.has('truncatecolumns'),
      acceptInvChars: replacementOf(options),
      acceptAnyDate: options.has('acceptanydate'),
      dateFormat: options.get('dateformat'),
      timeFormat: options.get('timeformat'),
      roundec: options.has('roundec'),
    },
    explicitIds: options.has('explicit_ids'),
    failsAtErrors: errorLimitOf(options),
    noLoad: options.has('noload'),
  }
}

const KEY_CREDENTIALS = ['credentials', 'access_key_id', 'secret_access_key', 'session_token'] as const
const ROLE_CHAIN = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/

/** Only roles: the pages about keys were removed from the guide, so nothing may depend on them. */
function refuseCredentials(options: Options): void {
  const role = options.get('iam_role')
  const keys = KEY_CREDENTIALS.find((name) => options.has(name))
  if (keys !== undefined && role !== undefined) throw new RedshiftError('42601', 'conflicting or redundant options')
  if (keys !== undefined) throw new RedshiftError('0A000', `${keys.toUpperCase()} is not supported: use IAM_ROLE`)
  if (role === undefined) throw new RedshiftError('XX000', 'CREDENTIALS argument is not supplied')
  if (role === 'SESSION') throw notEmbedded("use IAM_ROLE 'SESSION': its users are not federated")
  if (role !== 'default' && !splitChain(role).every((arn) => ROLE_CHAIN.test(arn))) {
    const text =
      "Invalid credentials. Must be of the format: credentials 'aws_iam_role=...' or IAM_ROLE 'arn:aws:iam::<account>:role/<name>'"
    throw new RedshiftError('XX000', text)
  }
  if (options.has('encrypted') || options.has('master_symmetric_key')) {
    throw new RedshiftError('0A000', 'Client-side encryption for COPY is no longer supported')
  }
}

function splitChain(role: string): string[] {
  return role.split(/,(?=arn:)/)
}

// docs: copy-usage_notes-copy-from-columnar. COMPUPDATE is not in that list either.
const COLUMNAR_ALLOWS = new Set<CopyOptionName>([
  'iam_role',
  'manifest',
  'acceptinvchars',
  'fillrecord',
  'statupdate',
  'explicit_ids',
])

function refuseColumnar(options: Options): void {
  const format = options.has('parquet') ? 'parquet' : options.has('orc') ? 'orc' : undefined
  if (format === undefined) return
  for (const name of options.keys()) {
    if (name === format || COLUMNAR_ALLOWS.has(name)) continue
    const text = `${spell(name)} argument is not supported for ${spell(format)} based COPY`
    throw new RedshiftError('0A000', text)
  }
}

// docs: copy-parameters-data-format, r_COPY-alphabetical-parm-list; each pair once.
const CONFLICTS: readonly (readonly [CopyOptionName, readonly CopyOptionName[]])[] = [
  ['csv', ['fixedwidth', 'removequotes', 'escape', 'json', 'avro', 'shapefile']],
  ['delimiter', ['fixedwidth', 'json', 'avro', 'shapefile']],
  ['fixedwidth', ['escape', 'removequotes', 'json', 'avro', 'shapefile']],
  ['removequotes', ['json', 'avro', 'shapefile']],
  ['escape', ['json', 'avro', 'shapefile']],
  ['json', ['avro', 'shapefile', 'fillrecord', 'ignoreblanklines', 'null', 'readratio']],
  ['avro', ['shapefile', 'fillrecord', 'ignoreblanklines', 'null', 'readratio']],
  ['ignoreallerrors', ['maxerror']],
  ['gzip', ['bzip2', 'lzop', 'zstd']],
  ['bzip2', ['lzop', 'zstd']],
  ['lzop', ['zstd']],
]

function refuseConflicts(options: Options): void {
  for (const [one, others] of CONFLICTS) {
    const other = others.find((name) => options.has(one) && options.has(name))
    if (other !== undefined) throw new RedshiftError('0A000', `${spell(one)} is not compatible with ${spell(other)}`)
  }
  if (options.has('quote') && !options.has('csv')) throw new RedshiftError('0A000', 'QUOTE is only supported with CSV')
  if (options.has('readratio')) throw new RedshiftError('0A000', 'READRATIO is only supported for DynamoDB')
  if (options.has('ssh')) throw notEmbedded('load over SSH')
}

function spell(name: CopyOptionName): string {
  return name === 'null' ? 'NULL AS' : name.toUpperCase()
}

function formatOf(options: Options): Format {
  for (const name of ['avro', 'orc', 'shapefile'] as const) {
    if (options.has(name)) throw notEmbedded(`read ${spell(name)}`)
  }
  const delimiter = options.get('delimiter')
  if (delimiter !== undefined && /^$|[\n\r\0]/.test(delimiter))
    throw new RedshiftError('42601', 'COPY delimiter is not valid')
  if (options.has('parquet')) {
    return { kind: 'parquet', serializeToJson: options.get('parquet') === 'serializetojson' }
  }
  if (options.has('json')) return { kind: 'json', mapping: jsonMapping(options.get('json') ?? 'auto') }
  const widths = options.get('fixedwidth')
  if (widths !== undefined) return { kind: 'fixedwidth', widths: readWidths(widths) }
  if (!options.has('csv')) {
    const [escapes, removeQuotes] = [options.has('escape'), options.has('removequotes')]
    return { kind: 'delimited', delimiter: delimiter ?? '|', escapes, removeQuotes }
  }
  const quote = options.get('quote') ?? '"'
  if (Buffer.byteLength(quote) !== 1) throw new RedshiftError('42601', 'COPY quote must be a single character')
  return { kind: 'csv', delimiter: delimiter ?? ',', quote }
}

function jsonMapping(argument: string): JsonMapping {
  if (argument === 'auto') return { kind: 'auto', ignoreCase: false }
  if (argument === 'auto ignorecase') return { kind: 'auto', ignoreCase: true }
  if (argument === 'noshred') return { kind: 'noshred' }
  if (argument.startsWith('s3://')) return { kind: 'paths', source: argument }
  throw new RedshiftError('XX000', `Invalid JSONPath file location: ${argument}`)
}

function readWidths(specification: string): number[] {
  return specification.split(',').map((field) => {
    const width = /^\s*[^:]*:\s*(\d+)\s*$/.exec(field)?.[1]
    if (width === undefined || Number(width) === 0) {
      throw new RedshiftError('XX000', `Invalid fixed width specification: ${specification}`)
    }
    return Number(width)
  })
}

function regionOf(options: Options): string | undefined {
  const region = options.get('region')
  if (region !== undefined && !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw new RedshiftError('XX000', `Invalid region: ${region}`)
  }
  return region
}

function compressionOf(options: Options): LoadPlan['compression'] {
  if (options.has('lzop')) throw notEmbedded('read LZOP')
  return (['gzip', 'bzip2', 'zstd'] as const).find((name) => options.has(name))
}

function encodingOf(options: Options): Encoding {
  const encoding = options.get('encoding') ?? 'utf8'
  const known: readonly Encoding[] = ['utf8', 'utf16', 'utf16le', 'utf16be', 'iso88591']
  const found = known.find((name) => name === encoding)
  if (found === undefined) throw new RedshiftError('XX000', `Invalid encoding: ${encoding}`)
  return found
}

function replacementOf(options: Options): string | undefined {
  if (!options.has('acceptinvchars')) return undefined
  const replacement = options.get('acceptinvchars') ?? '?'
  if (replacement.length !== 1 || replacement === '\0' || replacement > '\x7f') {
    throw new RedshiftError('XX000', 'ACCEPTINVCHARS needs a single ASCII character other than NUL')
  }
  return replacement
}

/** 0 and 1 both fail at the first bad row [docs: copy-parameters-data-load, MAXERROR]. */
function errorLimitOf(options: Options): number {
  if (options.has('ignoreallerrors')) return Number.POSITIVE_INFINITY
  const limit = Number(options.get('maxerror') ?? 0)
  if (limit > 100_000) throw new RedshiftError('XX000', 'MAXERROR must be between 0 and 100000')
  return Math.max(limit, 1)
}
