import type { Compression, FileOptions, FormatName, TableOptions } from './copy-options'

/** What is true of a whole format. */
interface FormatFacts {
  /** As in a sentence: how … is read. */
  readonly title: string
  /** Whether a file's name can tell it, so that a route need not. */
  readonly toldByName: boolean
  /** Taken from the database's own region only, and compressed inside. */
  readonly isColumnar: boolean
  /** Whether COPY can go on after errors and load nothing, so that all bad files are found by one look. */
  readonly canBeChecked: boolean
  /** Compressions of a file as a whole, besides none. */
  readonly compressions: readonly Compression[]
}

/** Compressions that COPY knows, in which a file may be as a whole. */
export const WHOLE: readonly Compression[] = ['gzip', 'bzip2', 'lzop', 'zstd']

/** docs: copy-parameters-data-format, copy-usage_notes-copy-from-columnar, spatial-copy-shapefile. */
export const FORMATS: Readonly<Record<FormatName, FormatFacts>> = {
  csv: { title: 'CSV', toldByName: true, isColumnar: false, canBeChecked: true, compressions: WHOLE },
  delimited: {
    title: 'delimited text',
    toldByName: false,
    isColumnar: false,
    canBeChecked: true,
    compressions: WHOLE,
  },
  fixedwidth: {
    title: 'fixed-width text',
    toldByName: false,
    isColumnar: false,
    canBeChecked: true,
    compressions: WHOLE,
  },
  json: { title: 'JSON', toldByName: true, isColumnar: false, canBeChecked: true, compressions: WHOLE },
  avro: { title: 'Avro', toldByName: true, isColumnar: false, canBeChecked: true, compressions: WHOLE },
  orc: { title: 'ORC', toldByName: true, isColumnar: true, canBeChecked: false, compressions: [] },
  parquet: { title: 'Parquet', toldByName: true, isColumnar: true, canBeChecked: false, compressions: [] },
  // Of a shapefile GZIP alone is documented, and of NOLOAD nothing is.
  shapefile: {
    title: 'a shapefile',
    toldByName: true,
    isColumnar: false,
    canBeChecked: false,
    compressions: ['gzip'],
  },
}

const isFormat = (name: string): name is FormatName => Object.hasOwn(FORMATS, name)

export const FORMAT_NAMES: readonly FormatName[] = Object.keys(FORMATS).filter(isFormat)

/** `yes`, or why not. */
type Answer = string

const yes = 'yes'
const RECORDS = 'its records have names and values of their own'
const TYPED = 'its values are typed, and nothing is converted'
const SHAPES = 'Redshift documents it for text, not for the parts of a shapefile'
const NO_QUOTES = 'QUOTE needs CSV'
const WIDTHS = 'the widths alone tell where a field ends'
const NO_FIELDS = 'its fields are told apart in another way than by widths'
const NO_PATHS = 'its fields have places, and no names to map'
const NO_NESTING = 'only Parquet has nested values to make JSON of'
const NO_GEOMETRY = 'only a shapefile holds geometries to simplify'

const TEXT = { csv: yes, delimited: yes, fixedwidth: yes } as const
const NO_TEXT = { json: RECORDS, avro: RECORDS, orc: TYPED, parquet: TYPED, shapefile: SHAPES } as const
const CONVERTED = { ...TEXT, json: yes, avro: yes, orc: TYPED, parquet: TYPED, shapefile: SHAPES } as const

/**
 * Which format takes which option of its group: the whole conflict matrix of COPY. From it follow the settings that a group has,
 * what is told of the others, the types of a plan, and the table in README.md.
 *
 * docs: copy-parameters-data-format, copy-parameters-data-conversion, copy-usage_notes-copy-from-columnar. What is documented for
 * a format neither way is refused, since COPY would refuse it for every file.
 */
export const TAKES = {
  delimiter: { csv: yes, delimited: yes, fixedwidth: WIDTHS, ...NO_TEXT },
  quote: { csv: yes, delimited: NO_QUOTES, fixedwidth: NO_QUOTES, ...NO_TEXT },
  escape: { csv: 'a quote within quotes is doubled', delimited: yes, fixedwidth: WIDTHS, ...NO_TEXT },
  removeQuotes: {
    csv: 'its quotes are part of the format and taken off anyway',
    delimited: yes,
    fixedwidth: WIDTHS,
    ...NO_TEXT,
  },
  fields: { csv: NO_FIELDS, delimited: NO_FIELDS, fixedwidth: yes, ...NO_TEXT },
  paths: {
    csv: NO_PATHS,
    delimited: NO_PATHS,
    fixedwidth: NO_PATHS,
    json: yes,
    avro: yes,
    orc: 'its columns are loaded by their places',
    parquet: 'its columns are loaded by their places',
    shapefile: 'its columns are loaded by their places',
  },
  serializeToJson: {
    csv: NO_NESTING,
    delimited: NO_NESTING,
    fixedwidth: NO_NESTING,
    json: NO_NESTING,
    avro: NO_NESTING,
    orc: NO_NESTING,
    parquet: yes,
    shapefile: NO_NESTING,
  },
  simplify: {
    csv: NO_GEOMETRY,
    delimited: NO_GEOMETRY,
    fixedwidth: NO_GEOMETRY,
    json: NO_GEOMETRY,
    avro: NO_GEOMETRY,
    orc: NO_GEOMETRY,
    parquet: NO_GEOMETRY,
    shapefile: yes,
  },
  nullText: { ...TEXT, ...NO_TEXT },
  headerLines: { ...TEXT, ...NO_TEXT },
  ignoreBlankLines: { ...TEXT, ...NO_TEXT },
  fillRecord: { ...TEXT, json: RECORDS, avro: RECORDS, orc: yes, parquet: yes, shapefile: SHAPES },
  encoding: {
    csv: yes,
    delimited: yes,
    fixedwidth: 'Redshift reads fixed-width text as UTF-8 only',
    json: yes,
    avro: 'its text is UTF-8 by definition',
    orc: TYPED,
    parquet: TYPED,
    shapefile: SHAPES,
  },
  dateFormat: CONVERTED,
  timeFormat: CONVERTED,
  acceptAnyDate: CONVERTED,
  acceptInvChars: { ...TEXT, json: yes, avro: yes, orc: yes, parquet: yes, shapefile: SHAPES },
  blanksAsNull: CONVERTED,
  emptyAsNull: CONVERTED,
  roundDec: CONVERTED,
  trimBlanks: CONVERTED,
  truncateColumns: CONVERTED,
} as const satisfies { readonly [O in keyof Required<FileOptions>]: Readonly<Record<FormatName, Answer>> }

const NO_ENCODINGS = 'COPY chooses no compression encodings from columnar files'

const ALL = { ...TEXT, json: yes, avro: yes, orc: yes, parquet: yes, shapefile: yes } as const

/** The same for what a target says of its table: where only the file's name tells the format, it holds for those that take it. */
export const TABLE_TAKES = {
  explicitIds: ALL,
  compRows: { ...ALL, orc: NO_ENCODINGS, parquet: NO_ENCODINGS },
  compUpdate: { ...ALL, orc: NO_ENCODINGS, parquet: NO_ENCODINGS },
  statUpdate: ALL,
} as const satisfies { readonly [O in keyof Required<TableOptions>]: Readonly<Record<FormatName, Answer>> }

/** The options of a format's group that COPY takes with it. */
export type TakenBy<F extends FormatName> = {
  [O in keyof typeof TAKES]: (typeof TAKES)[O][F] extends typeof yes ? O : never
}[keyof typeof TAKES]

/** Why a format does not take an option; `undefined` if it does. */
export function whyNot(takes: Readonly<Record<FormatName, Answer>>, format: FormatName): string | undefined {
  const answer = takes[format]
  return answer === yes ? undefined : `is not taken with format '${format}': ${answer}`
}
