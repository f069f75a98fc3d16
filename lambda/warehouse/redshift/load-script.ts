import { FORMATS } from '../../copy-matrix'
import { filledIn } from '../../given-sql'
import { isStaged, type LoadPlan } from '../../load-plan'
import type { TableName, TableShape } from '../../model'
import type { LoadJob } from '../../ports'
import type { CopyRole, RowsOf, Statement, Temporary } from '../statement'
import { mergeOf } from './merge-of'
import { literal } from './quote'
import { nameBeside, stagedTable } from './staged-table'

/** What is run between BEGIN and COMMIT, as values: nothing is decided on the way, so it can be handed over as a whole. */
export interface Script {
  /** Everything up to the rows in their table. */
  readonly load: readonly Statement[]
  /** Gives the rows of the files, as `rows`. */
  readonly count: Statement
  /** What comes after them; the receipt last. `rows` as it was counted, if anybody could. */
  readonly finish: (rows: number | undefined) => readonly Statement[]
  /** Finds all bad files of the batch by loading nothing; to be rolled back. */
  readonly look: readonly Statement[]
}

export type Scripted =
  | { readonly kind: 'script'; readonly script: Script }
  /** The settings do not fit the table: a person has to mend one of them. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }

/** What a script has to know of its warehouse. */
export interface ScriptOf {
  readonly copyRole: CopyRole
  /** The region of the files, where it is not the warehouse's own. */
  readonly filesRegion?: string
}

/** The transaction of a batch. `table` is needed where {@link isStaged}; see there. */
export function scriptOf(job: LoadJob, of: ScriptOf, table?: TableShape): Scripted {
  const { plan } = job
  return isStaged(plan) && table !== undefined
    ? stagedScript(job, of, table)
    : { kind: 'script', script: direct(job, of) }
}

type Copy = Extract<Statement, { kind: 'copy' }>

/** COPY into the table itself. A table is cleared in the same transaction, so nobody ever sees it empty. */
function direct(job: LoadJob, of: ScriptOf): Script {
  const { plan } = job
  const copy = copyOf(job, of)
  const clear: readonly Statement[] = plan.mode === 'replace' ? [{ kind: 'clear-table', table: nameOf(plan) }] : []
  return {
    load: [...given(job, 'before'), ...clear, copy],
    count: { kind: 'count-copied' },
    finish: (rows) => [...given(job, 'after', rows), receipt(job, rows ?? 'unknown')],
    look: [{ ...copy, check: true }],
  }
}

/** COPY into a temporary table, and from there to where the rows belong. */
function stagedScript(job: LoadJob, of: ScriptOf, table: TableShape): Scripted {
  const { plan } = job
  const staged = stagedTable(plan, job, table)
  if (staged.kind === 'refused') return staged
  const { staging, fileColumns, tableColumns } = staged
  const merge = typeof plan.mode === 'object' ? mergeOf(plan, plan.mode.merge, staged, table) : undefined
  if (merge?.kind === 'refused') return merge

  const create: Statement = { kind: 'create-staging', staging, columns: staged.columns }
  // A columnar file fills all columns of a table, so what it does not bring is told in another one.
  const isRead = FORMATS[plan.format].isColumnar && plan.lineage !== undefined
  const read = isRead ? nameBeside(plan.table, 'penstock_read') : staging
  const reading: readonly Statement[] = isRead
    ? [{ kind: 'create-staging', staging: read, columns: staged.columns.slice(0, fileColumns.length) }]
    : []
  const copy: Copy = { ...copyOf(job, of), staged: { staging: read, columns: fileColumns } }
  const copies = isRead ? moved(job, copy, { read, staging, columns: fileColumns }) : marked(job, copy, staging)
  const clear: readonly Statement[] = plan.mode === 'replace' ? [{ kind: 'clear-table', table: nameOf(plan) }] : []
  const insert: Statement = { kind: 'insert-staged', table: nameOf(plan), staging, columns: tableColumns }
  const temporary = [staging, ...(isRead ? [read] : []), ...(merge === undefined ? [] : [merge.newest])]
  const script: Script = {
    load: [...given(job, 'before'), create, ...reading, ...copies, ...(merge?.statements ?? [...clear, insert])],
    count: { kind: 'count-staged', staging },
    finish: (rows) => [
      ...given(job, 'after', rows),
      // The session may go on to other batches; where nobody counts, it ends with this one.
      ...(rows === undefined ? [] : temporary.map((one): Statement => ({ kind: 'drop-staging', staging: one }))),
      receipt(job, rows ?? { staging }),
    ],
    look: [create, ...reading, { ...copy, check: true }],
  }
  return { kind: 'script', script }
}

function nameOf({ schema, table }: LoadPlan): TableName {
  return { schema, table }
}

function copyOf({ plan, manifest }: LoadJob, { copyRole, filesRegion }: ScriptOf): Copy {
  return {
    kind: 'copy',
    plan,
    manifest,
    role: copyRole,
    // Columnar files must lie in the warehouse's own region.
    ...(filesRegion === undefined || FORMATS[plan.format].isColumnar ? {} : { region: filesRegion }),
  }
}

/** COPY tells of no row which file it came from, so each file has its own. */
function marked({ plan, parts = [] }: LoadJob, copy: Copy, staging: Temporary): readonly Statement[] {
  const { file: column } = plan.lineage ?? {}
  if (column === undefined) return [copy]
  return parts.flatMap(({ manifest, url }, index): readonly Statement[] => [
    { ...copy, manifest },
    { kind: 'mark-file', staging, column, url, number: index + 1 },
  ])
}

/** The same by way of a table that has the columns of the files alone. */
function moved(
  { plan, parts }: LoadJob,
  copy: Copy,
  to: Pick<Extract<Statement, { kind: 'move-read' }>, 'read' | 'staging' | 'columns'>,
): readonly Statement[] {
  const { file: column } = plan.lineage ?? {}
  const move = { kind: 'move-read', ...to } as const
  if (column === undefined || parts === undefined) return [copy, move]
  return parts.flatMap(({ manifest, url }, index): readonly Statement[] => [
    ...(index === 0 ? [] : [{ kind: 'clear-read', read: to.read } as const]),
    { ...copy, manifest },
    { ...move, file: { column, url, number: index + 1 } },
  ])
}

function given(
  { plan, batchId, target, urls }: LoadJob,
  when: 'before' | 'after',
  rows?: number,
): readonly Statement[] {
  const values = {
    batch_id: batchId,
    target,
    files: String(urls.length),
    ...(rows === undefined ? {} : { rows: String(rows) }),
  }
  return (plan[when] ?? []).map((text, index) => ({
    kind: 'given',
    text: filledIn(text, values, literal),
    from: `${when}[${index}]`,
  }))
}

function receipt({ batchId, target, urls, bytes, manifest }: LoadJob, rows: RowsOf): Statement {
  return { kind: 'write-receipt', receipt: { batchId, target, files: urls.length, bytes, manifest }, rows }
}
