import { FORMATS } from '../../copy-matrix'
import type { FileOptions, Simplify, TableOptions } from '../../copy-options'
import type { CopyPlan } from '../../copy-plan'
import type { CopyRole, Statement } from '../statement'
import { address, identifier, literal, tableName } from './quote'

/** The most errors that a COPY can be told to pass over. */
const MOST_ERRORS = 100_000

/** COPY, one clause per line, always in this order, so that the diff of two loads reads like the diff of their settings. */
export function copyText(copy: Extract<Statement, { kind: 'copy' }>): string {
  const { plan, staged } = copy
  const columns = staged?.columns ?? plan.columns
  const list = columns ? ` (${columns.map(identifier).join(', ')})` : ''
  return [
    `COPY ${staged ? identifier(staged.staging) : tableName(plan)}${isByPlace(copy) ? '' : list}`,
    `FROM ${address(copy.manifest)}`,
    `IAM_ROLE ${roleText(copy.role)}`,
    'MANIFEST',
    // Columnar files must lie in the warehouse's own region: the clause is an error there even when it names the same one.
    ...(copy.region !== undefined && !FORMATS[plan.format].isColumnar ? [`REGION AS ${literal(copy.region)}`] : []),
    ...formatClauses(plan),
    ...optionClauses(FILE_CLAUSES, plan),
    ...compressionClause(plan),
    ...optionClauses(TABLE_CLAUSES, staged ? stagedOptions(plan) : plan),
    ...(copy.check ? ['NOLOAD', `MAXERROR AS ${MOST_ERRORS}`] : []),
  ].join('\n')
}

/** The columns of a temporary table are those of a columnar file, in its order: whether COPY takes a list is not documented. */
function isByPlace({ plan, staged }: Extract<Statement, { kind: 'copy' }>): boolean {
  return staged !== undefined && FORMATS[plan.format].isColumnar
}

/** What is read once and thrown away needs neither encodings nor statistics. */
function stagedOptions({ format }: CopyPlan): TableOptions {
  return FORMATS[format].isColumnar ? { statUpdate: 'off' } : { compUpdate: 'off', statUpdate: 'off' }
}

function roleText(role: CopyRole): string {
  // A chain is one quoted string without spaces.
  return role === 'default' ? 'default' : literal(role.join(','))
}

function formatClauses(plan: CopyPlan): readonly string[] {
  switch (plan.format) {
    case 'csv':
      return ['FORMAT AS CSV']
    case 'delimited':
      // It is what COPY expects when nothing is said.
      return []
    case 'fixedwidth':
      return [`FIXEDWIDTH ${literal(plan.fields.map(({ label, width }) => `${label}:${width}`).join(','))}`]
    case 'json':
      return [`FORMAT AS JSON ${pathsText(plan.paths)}`]
    case 'avro':
      return [`FORMAT AS AVRO ${pathsText(plan.paths)}`]
    case 'orc':
      return ['FORMAT AS ORC']
    case 'parquet':
      return [`FORMAT AS PARQUET${plan.serializeToJson ? ' SERIALIZETOJSON' : ''}`]
    case 'shapefile':
      return [`FORMAT AS SHAPEFILE${plan.simplify === undefined ? '' : simplifyText(plan.simplify)}`]
  }
}

function pathsText(paths = 'auto'): string {
  return paths.startsWith('s3://') ? address(paths) : literal(paths)
}

function simplifyText({ auto, tolerance }: Simplify): string {
  return ` SIMPLIFY${auto ? ' AUTO' : ''}${tolerance === undefined ? '' : ` ${tolerance}`}`
}

type Options = Required<FileOptions & TableOptions>
/** The text of a set option; `undefined` where its value is what COPY does anyway, or stands with the format. */
type Clauses<Names extends keyof Options> = { readonly [O in Names]: (value: Options[O]) => string | undefined }

const withFormat = () => undefined
const flag = (word: string) => (on: boolean) => (on ? word : undefined)

/** In the order in which they stand. */
const FILE_CLAUSES: Clauses<keyof FileOptions> = {
  fields: withFormat,
  paths: withFormat,
  serializeToJson: withFormat,
  simplify: withFormat,
  quote: (quote) => `QUOTE AS ${literal(quote)}`,
  delimiter: (delimiter) => `DELIMITER AS ${delimiterText(delimiter)}`,
  escape: flag('ESCAPE'),
  removeQuotes: flag('REMOVEQUOTES'),
  nullText: (text) => `NULL AS ${literal(text)}`,
  headerLines: (lines) => (lines === 0 ? undefined : `IGNOREHEADER AS ${lines}`),
  ignoreBlankLines: flag('IGNOREBLANKLINES'),
  fillRecord: flag('FILLRECORD'),
  encoding: (encoding) => `ENCODING AS ${encoding.toUpperCase()}`,
  dateFormat: (format) => `DATEFORMAT AS ${literal(format)}`,
  timeFormat: (format) => `TIMEFORMAT AS ${literal(format)}`,
  acceptAnyDate: flag('ACCEPTANYDATE'),
  acceptInvChars: (by) => (typeof by === 'string' ? `ACCEPTINVCHARS AS ${literal(by)}` : flag('ACCEPTINVCHARS')(by)),
  blanksAsNull: flag('BLANKSASNULL'),
  emptyAsNull: flag('EMPTYASNULL'),
  roundDec: flag('ROUNDEC'),
  trimBlanks: flag('TRIMBLANKS'),
  truncateColumns: flag('TRUNCATECOLUMNS'),
}

const TABLE_CLAUSES: Clauses<keyof TableOptions> = {
  explicitIds: flag('EXPLICIT_IDS'),
  compRows: (rows) => `COMPROWS ${rows}`,
  compUpdate: (how) => `COMPUPDATE ${how.toUpperCase()}`,
  statUpdate: (how) => `STATUPDATE ${how.toUpperCase()}`,
}

function optionClauses<Names extends keyof Options>(
  clauses: Clauses<Names>,
  options: Partial<Options>,
): readonly string[] {
  return (Object.keys(clauses) as Names[]).flatMap((option) => {
    const value: Partial<Options>[Names] = options[option]
    return value === undefined ? [] : (clauses[option](value) ?? [])
  })
}

/** Redshift's manual writes a tab as `'\t'`, and nothing else so. */
function delimiterText(delimiter: string): string {
  return delimiter === '\t' ? "'\\t'" : literal(delimiter)
}

function compressionClause({ format, compression }: CopyPlan): readonly string[] {
  // A file's name may say more than its format takes.
  return FORMATS[format].compressions.includes(compression) ? [compression.toUpperCase()] : []
}
