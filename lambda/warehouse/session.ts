import type { Receipt, S3Url, TargetId } from '../model'
import { type Fault, FILES_CHANGED, type LoadJob, type LoadOutcome, type WarehouseSession } from '../ports'
import { faultOf, isAnswer } from './fault-of'
import { render } from './redshift/render'
import { type Copy, GRACE_MS, PATIENCE_MS, type Run } from './run'
import type { CopyRole } from './statement'
import { type RefusedCopy, withFiles } from './which-files'

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
    load: (job) => load(deps, warehouse, run, job),
    receipt: async (target, batchId) => receiptOf((await run({ kind: 'read-receipt', target, batchId })).rows[0]),
    end: (sessionId, timeoutMs) => endOther(deps, run, id, sessionId, timeoutMs),
    close: connection.close,
  }
}

/** Two loaders may create it at once: the one that comes second fails, maybe before the first has finished. */
const TRIES_TO_CREATE = 5

async function ensureReceiptsTable(deps: SessionDeps, run: Run): Promise<void> {
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

async function load(deps: SessionDeps, warehouse: SessionOf, run: Run, job: LoadJob): Promise<LoadOutcome> {
  const copy: Copy = {
    kind: 'copy',
    plan: job.plan,
    manifest: job.manifest,
    role: warehouse.copyRole,
    ...(warehouse.filesRegion === undefined ? {} : { region: warehouse.filesRegion }),
  }
  const untilMs = deps.now() + job.timeoutMs
  const patienceMs = job.timeoutMs + GRACE_MS
  try {
    await run({ kind: 'limit-time', timeoutMs: job.timeoutMs }, patienceMs)
    await run({ kind: 'begin' }, patienceMs)
    await run(copy, patienceMs)
    if (job.stillCurrent && !(await job.stillCurrent())) return await changedMeanwhile(run, warehouse)
    const rows = Number((await run({ kind: 'count-copied' }, patienceMs)).rows[0]?.['rows'])
    await run({ kind: 'write-receipt', receipt: { ...job, files: job.urls.length, rows } }, patienceMs)
    await run({ kind: 'commit' }, patienceMs)
    return { kind: 'loaded', rows, statements: [render(copy)] }
  } catch (error) {
    const fault = { ...faultOf(error, warehouse, job), statements: [render(copy)] }
    // An answer means that nothing was committed, also if COMMIT was refused; without one nobody knows.
    if (!isAnswer(error)) return { kind: 'unknown', fault }
    return refused(deps, warehouse, run, { copy, urls: job.urls, untilMs }, fault)
  }
}

async function refused(
  deps: SessionDeps,
  warehouse: SessionOf,
  run: Run,
  copy: RefusedCopy,
  fault: Fault,
): Promise<LoadOutcome> {
  try {
    return { kind: 'refused', fault: await withFiles(deps, run, copy, fault) }
  } catch (ended) {
    return { kind: 'unknown', fault: { ...faultOf(ended, warehouse), statements: [render(copy.copy)] } }
  }
}

/** What was read may not be what the events told: another look at the files, and another batch. */
async function changedMeanwhile(run: Run, warehouse: SessionOf): Promise<LoadOutcome> {
  await run({ kind: 'rollback' })
  const message = `warehouse ${warehouse.name}: a file of the batch was overwritten or deleted while it was loaded`
  return { kind: 'refused', fault: { kind: 'gone', code: FILES_CHANGED, message, fileErrors: [] } }
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

function receiptOf(row: Record<string, unknown> | undefined): Receipt | undefined {
  if (row === undefined) return undefined
  return {
    batchId: String(row['batch_id']),
    target: String(row['target']) as TargetId,
    files: Number(row['files']),
    rows: Number(row['row_count']),
    bytes: Number(row['bytes']),
    manifest: String(row['manifest']) as S3Url,
  }
}
