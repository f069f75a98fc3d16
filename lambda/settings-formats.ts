import * as z from 'zod'
import { TAKES, type TakenBy, whyNot } from './copy-matrix'
import type { FileOptions, FormatName, TableOptions } from './copy-options'

/** A text on one line. */
const line = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => !/[\r\n]/.test(text) && !text.includes('\0'), 'it holds a line end or a NUL')

/** Redshift knows its keywords in lower case only, and would take any other spelling for a format. */
const format = (keywords: readonly string[]) =>
  line(64)
    .min(1)
    .refine((text) => keywords.includes(text) || !keywords.includes(text.toLowerCase()), {
      error: ({ input }) => `the keyword is written '${String(input).toLowerCase()}', in lower case`,
    })

/** An address in S3, with a sentence for what is none. */
export const s3Url = (what: string) =>
  z.templateLiteral(['s3://', z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[^\\]*$/)], what)

const pathsOf = <const Words extends readonly [string, ...string[]]>(words: Words) => {
  const sentence = `paths is ${words.map((word) => `'${word}'`).join(', ')}, or the address of a jsonpaths file such as s3://acme-config/paths.json`
  return z.union([z.enum(words), s3Url(sentence)], sentence)
}

const MOST_FIELDS = 1_600
const MOST_WIDTH = 65_535

const field = z.strictObject({
  label: z.string().regex(/^\w{1,127}$/, 'a label is made of letters, digits and _'),
  width: z.number().int().min(1).max(MOST_WIDTH),
})
const simplify = z.strictObject({ auto: z.boolean().optional(), tolerance: z.number().positive().optional() })

const REPLACEMENT = 'is true, or one ASCII character to put in the place of what is no UTF-8'

/** What each option may be, in whichever group it stands. */
const VALUES = {
  delimiter: line(8).min(1),
  quote: z.string().regex(/^[!-~]$/, 'a quote is one ASCII character'),
  escape: z.boolean(),
  removeQuotes: z.boolean(),
  fields: z
    .array(field)
    .min(1)
    .max(MOST_FIELDS)
    .refine(
      (fields) => new Set(fields.map(({ label }) => label.toLowerCase())).size === fields.length,
      'a label stands twice',
    ),
  paths: pathsOf(['auto', 'auto ignorecase', 'noshred']),
  serializeToJson: z.boolean(),
  simplify,
  nullText: line(64),
  headerLines: z.number().int().min(0).max(1_000_000),
  ignoreBlankLines: z.boolean(),
  fillRecord: z.boolean(),
  encoding: z.enum(['utf8', 'utf16', 'utf16le', 'utf16be', 'iso88591']),
  dateFormat: format(['auto']),
  timeFormat: format(['auto', 'epochsecs', 'epochmillisecs']),
  acceptAnyDate: z.boolean(),
  acceptInvChars: z.union([z.boolean(), z.string().regex(/^[ -~]$/, REPLACEMENT)], REPLACEMENT),
  blanksAsNull: z.boolean(),
  emptyAsNull: z.boolean(),
  roundDec: z.boolean(),
  trimBlanks: z.boolean(),
  truncateColumns: z.boolean(),
} as const satisfies { readonly [O in keyof Required<FileOptions>]: z.ZodType<Required<FileOptions>[O]> }

type Group<F extends FormatName> = { [O in TakenBy<F>]: z.ZodOptional<(typeof VALUES)[O]> }

/** The group of a format: what it takes can be said, and of what it does not take is told why. */
function groupOf<F extends FormatName>(name: F) {
  const shape = Object.entries(TAKES).map(([option, takes]) => {
    const why = whyNot(takes, name)
    const value: z.ZodType = why === undefined ? VALUES[option as keyof typeof TAKES] : z.never(why)
    return [option, value.optional()]
  })
  return z.strictObject(Object.fromEntries(shape) as Group<F>)
}

/** How files of each format are read. */
export const groups = {
  csv: groupOf('csv').extend({
    delimiter: VALUES.delimiter
      .refine((text) => !text.includes('"'), 'a double quote cannot be part of the delimiter')
      .optional(),
  }),
  delimited: groupOf('delimited'),
  fixedwidth: groupOf('fixedwidth'),
  json: groupOf('json'),
  avro: groupOf('avro').extend({ paths: pathsOf(['auto', 'auto ignorecase']).optional() }),
  orc: groupOf('orc'),
  parquet: groupOf('parquet'),
  shapefile: groupOf('shapefile'),
} as const satisfies Readonly<Record<FormatName, z.ZodObject>>

/** What a target says of its table. */
export const tableOptions = {
  explicitIds: z.boolean().optional(),
  compRows: z.number().int().min(1).max(1_000_000_000).optional(),
  compUpdate: z.enum(['on', 'off', 'preset']).optional(),
  statUpdate: z.enum(['on', 'off']).optional(),
} as const satisfies { readonly [O in keyof Required<TableOptions>]: z.ZodType<TableOptions[O] | undefined> }

/** Every name that these groups know. */
export const FORMAT_KEYS: readonly string[] = [...Object.values(groups), field, simplify].flatMap(({ shape }) =>
  Object.keys(shape),
)
