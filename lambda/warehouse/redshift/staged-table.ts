import { FORMATS } from '../../copy-matrix'
import type { LoadPlan } from '../../load-plan'
import type { TableColumn, TableShape } from '../../model'
import type { LoadJob } from '../../ports'
import type { StagedColumn, Temporary } from '../statement'
import { FILE_NUMBER } from './staging'

/** The temporary table of a batch. */
export interface StagedTable {
  readonly kind: 'staged'
  readonly staging: Temporary
  readonly columns: readonly StagedColumn[]
  /** Those that the files fill, in their order. */
  readonly fileColumns: readonly string[]
  /** Those that go into the table. */
  readonly tableColumns: readonly string[]
}

export interface Refused {
  readonly kind: 'refused'
  readonly code: string
  readonly message: string
}

/** A flag that the table does not have: a text, whatever the files hold, unless they hold typed values. */
function flagType(plan: LoadPlan): string {
  const values = typeof plan.mode === 'object' ? (plan.mode.merge.delete?.values ?? []) : []
  if (isColumnar(plan) && values.every((value) => /^(true|false)$/i.test(value))) return 'boolean'
  if (isColumnar(plan) && values.every((value) => /^-?\d{1,18}$/.test(value))) return 'bigint'
  return 'character varying(256)'
}

/** Columns of the temporary tables alone. */
const OWN = /^penstock_(deleted|loaded|file_number)$/i

/** Columns with the types of the table's, so that a bad value is found while its file and line are known. */
export function stagedTable(
  plan: LoadPlan,
  { batchId, urls }: Pick<LoadJob, 'batchId' | 'urls'>,
  table: TableShape,
): StagedTable | Refused {
  const own = table.columns.filter(({ name }) => OWN.test(name))
  if (own.length > 0) {
    const message = `${plan.schema}.${plan.table} has a column ${own.map(({ name }) => `"${name}"`).join(', ')}, and the loader needs that name for itself: rename it`
    return { kind: 'refused', code: 'RESERVED_COLUMN', message }
  }
  const known = new Map(table.columns.map((column) => [column.name.toLowerCase(), column]))
  const lineage = lineageColumns(plan, { batchId, urls }, table, known)
  if ('kind' in lineage) return lineage
  const flag = flagOf(plan)
  const names = plan.columns ?? namesInOrder(table, new Set(lineage.map(({ name }) => name)), flag)
  const unknown = names.filter((name) => !known.has(name.toLowerCase()) && !isSame(name, flag))
  if (unknown.length > 0) return noSuchColumn(plan, table, 'columns', unknown)
  const twice = lineage.find(({ name }) => names.some((other) => isSame(other, name)))
  if (twice !== undefined) {
    const message = `the column "${twice.name}" of ${plan.schema}.${plan.table} is told by lineage, and is among the columns of the files`
    return { kind: 'refused', code: 'COLUMN_TWICE', message }
  }

  const columns = names.map((name): StagedColumn => {
    const column = known.get(name.toLowerCase())
    // Redshift takes a name in lower case, whatever the quotes.
    if (column === undefined) return { name: name.toLowerCase(), type: flagType(plan), nullable: true }
    // A row that says what is to go need not bring more than its key, and that it has one is seen to later.
    const mayLack = isColumnar(plan) || flag !== undefined
    return { name: column.name, type: column.type, nullable: column.nullable || mayLack }
  })
  const isInTable = ({ name }: StagedColumn) => known.has(name.toLowerCase())
  return {
    kind: 'staged',
    staging: nameBeside(plan.table, 'penstock_staged'),
    columns: [
      ...columns,
      ...lineage,
      ...(plan.lineage?.file === undefined ? [] : [{ name: FILE_NUMBER, type: 'integer', nullable: true }]),
    ],
    fileColumns: columns.map(({ name }) => name),
    tableColumns: [...columns.filter(isInTable), ...lineage].map(({ name }) => name),
  }
}

/** DELETE and MERGE tell the two tables apart by their bare names. */
export function nameBeside(table: string, name: Temporary): Temporary {
  return isSame(table, name) ? `${name}_rows` : name
}

/** Names of settings are written as people like; the catalogue's are in lower case. */
export function isSame(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one.toLowerCase() === other.toLowerCase()
}

export function noSuchColumn(
  { schema, table: name }: LoadPlan,
  table: TableShape,
  setting: string,
  missing: readonly string[],
): Refused {
  const list = (names: readonly string[]) => names.map((one) => `"${one}"`).join(', ')
  const message = `${schema}.${name} has no column ${list(missing)}, which ${setting} names; it has ${list(table.columns.map((column) => column.name))}`
  return { kind: 'refused', code: 'NO_SUCH_COLUMN', message }
}

function flagOf({ mode }: LoadPlan): string | undefined {
  return typeof mode === 'object' ? mode.merge.delete?.column : undefined
}

function isColumnar({ format }: LoadPlan): boolean {
  return FORMATS[format].isColumnar
}

/** As COPY without a list takes them: all but those that the warehouse counts up. A flag that the table lacks stands last. */
function namesInOrder({ columns }: TableShape, told: ReadonlySet<string>, flag: string | undefined): readonly string[] {
  const names = columns
    .filter(({ name, otherwise }) => otherwise !== 'identity' && otherwise !== 'default-identity' && !told.has(name))
    .map(({ name }) => name)
  return flag === undefined || names.some((name) => isSame(name, flag)) ? names : [...names, flag]
}

function lineageColumns(
  plan: LoadPlan,
  { batchId, urls }: Pick<LoadJob, 'batchId' | 'urls'>,
  table: TableShape,
  known: ReadonlyMap<string, TableColumn>,
): readonly StagedColumn[] | Refused {
  const { batchId: ofBatch, file, loadedAt } = plan.lineage ?? {}
  const wanted: readonly (readonly [string | undefined, StagedColumn['otherwise']])[] = [
    [ofBatch, { text: batchId }],
    [file, undefined],
    [loadedAt, 'now'],
  ]
  const told: StagedColumn[] = []
  const missing: string[] = []
  for (const [name, otherwise] of wanted) {
    if (name === undefined) continue
    const column = known.get(name.toLowerCase())
    const tooShort = column && whyTooShort(column, otherwise === undefined ? urls : [batchId])
    if (tooShort !== undefined && otherwise !== 'now')
      return { kind: 'refused', code: 'COLUMN_TOO_SHORT', message: tooShort }
    if (column === undefined) missing.push(name)
    // Until a file is told of a row, there is none.
    else
      told.push({
        name: column.name,
        type: column.type,
        nullable: true,
        ...(otherwise === undefined ? {} : { otherwise }),
      })
  }
  return missing.length > 0 ? noSuchColumn(plan, table, 'lineage', missing) : told
}

/** A value of lineage that does not fit is not the fault of its file. */
function whyTooShort({ name, type }: TableColumn, values: readonly string[]): string | undefined {
  const most = Number(/^character.*\((\d+)\)$/.exec(type)?.[1] ?? Number.POSITIVE_INFINITY)
  const long = values.find((value) => Buffer.byteLength(value) > most)
  if (long === undefined) return undefined
  return `the column "${name}" that lineage names holds ${most} bytes, and ${long} has ${Buffer.byteLength(long)}: make it longer, 1,100 are enough for any file`
}
