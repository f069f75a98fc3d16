import { codeOf } from '../errors'
import type { Receipt, S3Url, TableName, TableShape, TargetId } from '../model'
import type { Begun, Found, WarehouseSession } from '../ports'
import { isAnswer } from './fault-of'
import { loadInTransaction } from './load-in-transaction'
import { readTable } from './read-table'
import { PATIENCE_MS, type Run } from './run'
import { runAfter } from './run-after'
import type { CopyRole } from './statement'

/** What a session has to know of its warehouse. */
export interface SessionOf {
  readonly name: string
  readonly host: string
  /** Who is logged in: whom a person has to grant what is missing. */
  readonly user?: string
  readonly copyRole: CopyRole
  /** The region of the files, where it is not the warehouse's own. */
  readonly filesRegion?: string
}

export interface SessionDeps {
  readonly sleep: (ms: number) => Promise<void>
  readonly now: () => number
}

/** A session over a connection that was just opened, whatever the driver. Sees to it that the receipts table is there. */
export async function openSession(
  deps: SessionDeps,
  warehouse: SessionOf,
  connection: { readonly run: Run; readonly close: () => Promise<void> },
): Promise<WarehouseSession> {
  const { run } = connection
  const id = String((await run({ kind: 'read-session-id' })).rows[0]?.['id'])
  await ensureReceiptsTable(deps, run)

  return {
    id,
    load: (job) => loadInTransaction(deps, warehouse, run, job),
    find: (begun) => find(deps, run, id, begun),
    runAfter: (job) => runAfter(deps, warehouse, run, job),
    table: (name) => tableIfThere(run, name),
    close: connection.close,
  }
}

/** Two loaders may create it at once: the one that comes second fails, maybe before the first has finished. */
const TRIES_TO_CREATE = 5

export async function ensureReceiptsTable(deps: Pick<SessionDeps, 'sleep'>, run: Run): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    if ((await run({ kind: 'find-receipts-table' })).rows.length > 0) return
    try {
      await run({ kind: 'create-receipts-schema' })
      await run({ kind: 'create-receipts-table' })
      return
    } catch (error) {
      if (tries === TRIES_TO_CREATE || !isAnswer(error)) throw error
      await deps.sleep(100 * tries)
    }
  }
}

/** Ends the session of the attempt, then reads the receipt: until it is gone it could still commit after we have looked. */
async function find(deps: SessionDeps, run: Run, own: string, begun: Begun): Promise<Found> {
  const { session, target, batchId } = begun
  if (session !== undefined && !(await endOther(deps, run, own, session, begun.timeoutMs))) {
    return { kind: 'still-there', session }
  }
  const receipt = receiptOf((await run({ kind: 'read-receipt', target, batchId })).rows[0])
  if (receipt === undefined) return { kind: 'nothing' }
  return { kind: 'loaded', ...(receipt.rows === undefined ? {} : { rows: receipt.rows }) }
}

const LOOK_AGAIN_MS = 250

async function endOther(
  deps: SessionDeps,
  run: Run,
  own: string,
  sessionId: string,
  timeoutMs: number,
): Promise<boolean> {
  if (sessionId === own) return true
  for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
    if ((await run({ kind: 'find-session', sessionId })).rows.length === 0) return true
    if (waitedMs >= Math.min(timeoutMs, PATIENCE_MS)) return false
    await run({ kind: 'end-session', sessionId })
    await deps.sleep(LOOK_AGAIN_MS)
  }
}

async function tableIfThere(run: Run, name: TableName): Promise<TableShape | undefined> {
  try {
    return await readTable(run, name)
  } catch (error) {
    if (codeOf(error) === 'NO_SUCH_TABLE') return undefined
    throw error
  }
}

export function receiptOf(row: Record<string, unknown> | undefined): Receipt | undefined {
  if (row === undefined) return undefined
  return {
    batchId: String(row['batch_id']),
    target: String(row['target']) as TargetId,
    files: Number(row['files']),
    ...(row['row_count'] === null ? {} : { rows: Number(row['row_count']) }),
    bytes: Number(row['bytes']),
    manifest: String(row['manifest']) as S3Url,
  }
}
