import type { Receipt, S3Url, TargetId } from '../../../lambda/model'
import { splitUrl } from '../../../lambda/model'
import type { Run } from '../../../lambda/warehouse/run'
import type { Statement } from '../../../lambda/warehouse/statement'
import type { Bucket } from './bucket'
import type { Dice } from './dice'
import { Injected } from './fate'
import { commit, type ServerSession, type SimulatedWarehouse, terminate, type WarehouseDeps, write } from './warehouse'

type Rows = Awaited<ReturnType<Run>>

export interface StatementDeps extends WarehouseDeps {
  readonly bucket: Bucket
  readonly maybeRefused: (statement: Statement) => Injected | undefined
}

/** What the server does with a statement that has come to an end of its own: as Redshift does it, errors included. */
export function execute(
  deps: StatementDeps,
  warehouse: SimulatedWarehouse,
  session: ServerSession,
  statement: Statement,
): Rows {
  if (session.transaction?.failed && statement.kind !== 'rollback' && statement.kind !== 'commit') {
    throw answer('25P02', 'current transaction is aborted, commands ignored until end of transaction block')
  }
  try {
    const refused = deps.maybeRefused(statement)
    if (refused) throw refused
    return { rows: rowsOf(deps, warehouse, session, statement) }
  } catch (error) {
    // A COMMIT that is refused is a rollback; anything else breaks the transaction.
    if (statement.kind === 'commit') session.transaction = undefined
    else if (session.transaction) session.transaction.failed = true
    throw error
  }
}

function rowsOf(
  deps: StatementDeps,
  warehouse: SimulatedWarehouse,
  session: ServerSession,
  statement: Statement,
): Rows['rows'] {
  switch (statement.kind) {
    case 'begin':
      session.transaction = { copied: [], receipts: [], failed: false }
      return []
    case 'commit':
      commit(warehouse, session, deps)
      return []
    case 'rollback':
      session.transaction = undefined
      return []
    case 'limit-time':
      session.timeoutMs = statement.timeoutMs
      return []
    case 'copy':
      copy(deps, warehouse, session, statement)
      return []
    case 'create-staging':
      session.staged = []
      return []
    case 'count-staged':
      return [{ rows: String(session.staged.reduce((sum, { rows }) => sum + rows, 0)) }]
    case 'insert-staged':
    case 'merge':
      write(warehouse, session, { copied: session.staged, receipts: [] }, deps)
      return []
    case 'clear-table':
    case 'move-read':
    case 'clear-read':
    case 'mark-file':
    case 'refuse-null-keys':
    case 'choose-newest':
    case 'delete-flagged':
    case 'drop-flagged':
    case 'drop-staging':
    case 'given':
      // Rows are files here: which of them a key leaves in the table is proven with real ones.
      return []
    case 'read-columns':
      return warehouse.missing.has(statement.table.table) ? [] : COLUMNS
    case 'read-primary-key':
      return [{ name: 'id' }]
    case 'count-copied':
      return [{ rows: String(session.lastCopy.rows) }]
    case 'write-receipt':
      if (warehouse.receiptsTable !== 'there') throw answer('42P01', 'relation "penstock.receipts" does not exist')
      write(warehouse, session, { copied: [], receipts: [receiptOf(statement)] }, deps)
      return []
    case 'read-receipt': {
      const { batchId, target } = statement
      const found = warehouse.receipts.filter((one) => one.batchId === batchId && one.target === target)
      return found.map(({ files, rows, bytes, manifest }) => ({
        batch_id: batchId,
        target,
        files: String(files),
        row_count: String(rows),
        bytes: String(bytes),
        manifest,
      }))
    }
    case 'find-receipts-table':
      return warehouse.receiptsTable === 'there' ? [{ tablename: 'receipts' }] : []
    case 'create-receipts-schema':
      if (warehouse.receiptsTable === 'none') warehouse.receiptsTable = 'schema'
      return []
    case 'create-receipts-table':
      if (warehouse.receiptsTable === 'none') throw answer('3F000', 'schema "penstock" does not exist')
      warehouse.receiptsTable = 'there'
      return []
    case 'read-session-id':
      return [{ id: Number(session.id) }]
    case 'end-session': {
      const other = warehouse.sessions.get(statement.sessionId)
      if (other) terminate(other, deps)
      return [{ ended: other !== undefined }]
    }
    case 'find-session':
      return warehouse.sessions.get(statement.sessionId)?.ended === false ? [{ process: statement.sessionId }] : []
    case 'read-load-errors':
      return deps.clock.now() >= session.lastCopy.errorsFromMs ? session.lastCopy.errors : []
  }
}

function copy(
  deps: StatementDeps,
  warehouse: SimulatedWarehouse,
  session: ServerSession,
  { plan, manifest, check, staged }: Extract<Statement, { kind: 'copy' }>,
): void {
  const { bucket, clock, dice } = deps
  const table = `${plan.schema}.${plan.table}`
  if (warehouse.missing.has(plan.table)) throw answer('42P01', `relation "${table}" does not exist`)
  if (warehouse.forbidden.has(plan.table)) throw answer('42501', `permission denied for relation ${plan.table}`)
  const target: TargetId = `${warehouse.name}/${plan.schema}.${plan.table}`
  const files = entriesOf(bucket.textOf(manifest)).map(({ url, length }) => {
    const file = bucket.fileAt(url)
    if (file === undefined) throw answer('XX000', `Mandatory url is not present in manifest file: ${url}`)
    if (plan.format === 'parquet' && file.sizeBytes !== length) {
      throw answer('XX000', 'File size in the manifest does not match the actual size')
    }
    return { url, file }
  })
  if (check) {
    // NOLOAD: it goes on after errors, notes them, and writes nothing.
    const errors = files.filter(({ file }) => file.flaw === 'named').map(({ url }) => loadError(url))
    session.lastCopy = { rows: 0, errors, errorsFromMs: clock.now() + dice.below(900) }
    return
  }
  const [first, ...others] = files.filter(({ file }) => file.flaw !== 'none')
  if (first !== undefined) {
    // A COPY stops at its first error, unless it only looks: then it goes on after those that it can name.
    const flawed = check ? [first, ...others] : [first]
    const named = flawed.filter(({ file }) => file.flaw === 'named')
    const errors = named.map(({ url }) => loadError(url))
    session.lastCopy = { rows: 0, errors, errorsFromMs: clock.now() + dice.below(900) }
    if (check && named.length === flawed.length) return
    throw answer(
      'XX000',
      `Load into table '${plan.table}' failed.  Check 'sys_load_error_detail' system table for details.`,
    )
  }
  session.lastCopy = { rows: 0, errors: [], errorsFromMs: 0 }
  if (check) return
  const batchId = batchOf(manifest)
  const copied = files.map(({ url, file }) => ({ target, batchId, url, etag: file.etag, rows: file.rows }))
  session.lastCopy = { ...session.lastCopy, rows: copied.reduce((sum, { rows }) => sum + rows, 0) }
  if (staged === undefined) write(warehouse, session, { copied, receipts: [] }, deps)
  else session.staged.push(...copied)
}

/** The columns of every table. */
const COLUMNS = ['id', 'amount', 'penstock_file'].map((name) => ({
  name,
  type: 'bigint',
  length: null,
  precision: '64',
  scale: '0',
  nullable: 'YES',
  otherwise: null,
}))

function receiptOf({ receipt, rows }: Extract<Statement, { kind: 'write-receipt' }>): Receipt {
  return { ...receipt, ...(typeof rows === 'number' ? { rows } : {}) }
}

function loadError(url: S3Url): Record<string, unknown> {
  return {
    file_name: url.padEnd(256),
    line_number: '3',
    column_name: 'amount'.padEnd(127),
    column_type: 'int4'.padEnd(10),
    error_code: 1207,
    error_message: "Invalid digit, Value 'x', Pos 0, Type: Integer".padEnd(100),
  }
}

/** Every entry of a manifest, as often as it is listed. */
function entriesOf(manifest: string | undefined): readonly { readonly url: S3Url; readonly length: number }[] {
  if (manifest === undefined) throw answer('XX000', 'The specified key does not exist. Manifest file is not present')
  const { entries } = JSON.parse(manifest) as {
    readonly entries: readonly { readonly url: S3Url; readonly meta: { readonly content_length: number } }[]
  }
  return entries.map(({ url, meta }) => ({ url, length: meta.content_length }))
}

/** A batch's manifest lies in its folder. */
function batchOf(manifest: S3Url): string {
  return splitUrl(manifest).key.split('/').at(-2) ?? ''
}

/** What Redshift says when it is its own fault, or that of others. */
export function refusalOf(statement: Statement, dice: Dice): Injected {
  const cancelled = answer('57014', "Query (4711) cancelled on user's request")
  if (statement.kind !== 'copy' && statement.kind !== 'commit' && statement.kind !== 'write-receipt') return cancelled
  return dice.one([
    cancelled,
    answer(
      'XX000',
      '1023 DETAIL: Serializable isolation violation on table - 1001, transactions forming the cycle are: 1, 2',
    ),
    answer('40001', 'could not serialize access due to concurrent update'),
    answer('40P01', 'deadlock detected'),
  ])
}

function answer(code: string, message: string): Injected {
  return new Injected(code, message, 'ERROR')
}
