import type { LoadPlan, Merge } from '../../load-plan'
import type { TableShape } from '../../model'
import type { Newest, Statement, Temporary } from '../statement'
import { isSame, nameBeside, noSuchColumn, type Refused, type StagedTable } from './staged-table'

export interface Merging {
  readonly kind: 'merge'
  readonly newest: Temporary
  readonly statements: readonly Statement[]
}

/** Types whose values Redshift puts in no order. */
const WITHOUT_ORDER = /^(geometry|geography|hllsketch)/

/** From staged rows to rows of the table: the newest of each key is chosen, then deleted, changed or added. */
export function mergeOf(plan: LoadPlan, merge: Merge, staged: StagedTable, shape: TableShape): Merging | Refused {
  const key = keyOf(plan, merge, staged, shape)
  if ('kind' in key) return key
  const version = merge.version === undefined ? undefined : nameIn(staged, merge.version)
  if (merge.version !== undefined && version === undefined) {
    return missing(plan, staged, shape, 'mode.merge.version', [merge.version])
  }
  const { schema, table } = plan
  const { staging } = staged
  if (merge.delete !== undefined && !staged.fileColumns.some((name) => isSame(name, merge.delete?.column))) {
    return notBrought(plan, staged, 'mode.merge.delete.column', [merge.delete.column])
  }
  const newest = nameBeside(table, 'penstock_newest')
  const flag = merge.delete && { column: flagColumn(staged, merge.delete.column), values: merge.delete.values }
  const choose: Newest = {
    newest,
    staging,
    table: { schema, table },
    columns: staged.tableColumns,
    key,
    ...(version === undefined ? {} : { version }),
    ...(flag === undefined ? {} : { flag }),
    ...(plan.lineage?.file === undefined ? {} : { fileNumber: true }),
    ties: tiesOf(plan, staged, shape, [...key, ...(version === undefined ? [] : [version])]),
  }
  const name = { schema, table }
  return {
    kind: 'merge',
    newest,
    statements: [
      { kind: 'refuse-null-keys', staging, key },
      { kind: 'choose-newest', ...choose },
      ...(flag === undefined
        ? []
        : [{ kind: 'delete-flagged', table: name, newest, key } as const, { kind: 'drop-flagged', newest } as const]),
      { kind: 'merge', table: name, newest, key, columns: staged.tableColumns },
    ],
  }
}

function keyOf(plan: LoadPlan, merge: Merge, staged: StagedTable, shape: TableShape): readonly string[] | Refused {
  const names = merge.key ?? shape.primaryKey
  if (names.length === 0) {
    const message = `${plan.schema}.${plan.table} has no PRIMARY KEY to merge by: give the route mode.merge.key, or the table a key`
    return { kind: 'refused', code: 'NO_KEY', message }
  }
  const found = names.map((name) => nameIn(staged, name))
  const lacking = names.filter((_, index) => found[index] === undefined)
  if (lacking.length > 0) return missing(plan, staged, shape, 'mode.merge.key', lacking)
  return found.flatMap((name) => name ?? [])
}

/** A column may be missing from the table, or only from the files. */
function missing(
  plan: LoadPlan,
  staged: StagedTable,
  shape: TableShape,
  setting: string,
  names: readonly string[],
): Refused {
  const inNone = names.filter((name) => !shape.columns.some((column) => isSame(column.name, name)))
  if (inNone.length > 0) return noSuchColumn(plan, shape, setting, inNone)
  return notBrought(plan, staged, setting, names)
}

function notBrought(plan: LoadPlan, staged: StagedTable, setting: string, names: readonly string[]): Refused {
  const list = (all: readonly string[]) => all.map((name) => `"${name}"`).join(', ')
  const message = `${setting} names ${list(names)}, which the files of ${plan.schema}.${plan.table} do not bring: they bring ${list(staged.fileColumns)}`
  return { kind: 'refused', code: 'NO_SUCH_COLUMN', message }
}

function nameIn({ tableColumns }: StagedTable, wanted: string): string | undefined {
  return tableColumns.find((name) => isSame(name, wanted))
}

function flagColumn({ fileColumns }: StagedTable, wanted: string): string {
  return fileColumns.find((name) => isSame(name, wanted)) ?? wanted
}

/** What a batch tells of itself is no reason to prefer a row: loaded again, it would be another. */
function tiesOf(plan: LoadPlan, staged: StagedTable, shape: TableShape, others: readonly string[]): Newest['ties'] {
  const { lineage = {} } = plan
  const told = Object.values(lineage)
  return staged.tableColumns.flatMap((column) => {
    const type = shape.columns.find(({ name }) => name === column)?.type ?? ''
    if (others.includes(column) || told.some((name) => isSame(name, column)) || WITHOUT_ORDER.test(type)) return []
    return [{ column, ...(type === 'super' ? { isSuper: true as const } : {}) }]
  })
}
