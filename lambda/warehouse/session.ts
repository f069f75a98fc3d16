import { codeOf, isRecord, messageOf } from '../errors'
import type { Receipt, S3Url, TargetId } from '../model'
import type { Fault, LoadJob, LoadOutcome, WarehouseSession } from '../ports'
import { classify } from './redshift/faults'
import { fileErrorInText, fileErrorsOf, type LoadErrorRow } from './redshift/load-errors'
import { render } from './redshift/render'
import type { CopyRole, Statement } from './statement'

/**
 * Runs a statement and returns its rows. It throws what the driver throws: an error of the server has `severity` and
 * SQLSTATE, anything else means that nobody knows whether the statement was done.
 * @param patienceMs without an answer for so long, the connection is taken for lost
 */
export type Run = (
  statement: Statement,
  patienceMs?: number,
) => Promise<{ readonly rows: readonly Record<string, unknown>[] }>

/** Far longer than any statement but COPY and COMMIT takes; a network that falls silent is noticed after it. */
export const PATIENCE_MS = 30_000

/** What a session has to know of its warehouse. */
export interface SessionOf {
  readonly name: string
  readonly host: string
  readonly copyRole: CopyRole
  /** The region of the files, where it is not the warehouse's own. */
  readonly filesRegion?: string
}

export interface SessionDeps {
  readonly sleep: (ms: number) => Promise<void>
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

/** After its own timeout a statement is cancelled by the warehouse; this much later nobody is there any more. */
const GRACE_MS = 3_000

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
  const copy: Statement = {
    kind: 'copy',
    plan: job.plan,
    manifest: job.manifest,
    role: warehouse.copyRole,
    ...(warehouse.filesRegion === undefined ? {} : { region: warehouse.filesRegion }),
  }
  const patienceMs = job.timeoutMs + GRACE_MS
  try {
    await run({ kind: 'limit-time', timeoutMs: job.timeoutMs }, patienceMs)
    await run({ kind: 'begin' }, patienceMs)
    await run(copy, patienceMs)
    if (job.stillCurrent && !(await job.stillCurrent())) return await changedMeanwhile(run, warehouse)
    const rows = Number((await run({ kind: 'count-copied' })).rows[0]?.['rows'])
    await run({ kind: 'write-receipt', receipt: { ...job, files: job.urls.length, rows } })
    await run({ kind: 'commit' }, patienceMs)
    return { kind: 'loaded', rows, statements: [render(copy)] }
  } catch (error) {
    const outcome = await notLoaded(deps, warehouse, run, job, error)
    return { ...outcome, fault: { ...outcome.fault, statements: [render(copy)] } }
  }
}

/**
 * An answer means that nothing was committed, also if COMMIT was refused; without one nobody knows. After an answer it
 * rolls back, then asks which files were at fault: the views can be read only outside the broken transaction.
 */
async function notLoaded(
  deps: SessionDeps,
  warehouse: SessionOf,
  run: Run,
  job: LoadJob,
  error: unknown,
): Promise<Exclude<LoadOutcome, { kind: 'loaded' }>> {
  const fault = faultOf(error, warehouse, job.urls)
  if (!isAnswer(error)) return { kind: 'unknown', fault }
  try {
    await run({ kind: 'rollback' })
    if (fault.kind !== 'data' || fault.fileErrors.length > 0) return { kind: 'refused', fault }
    // The limit of the load may have been a short one.
    await run({ kind: 'limit-time', timeoutMs: PATIENCE_MS })
    return { kind: 'refused', fault: { ...fault, fileErrors: await readLoadErrors(deps, run, job.urls) } }
  } catch (lost) {
    // The refusal was an answer, so the transaction is gone either way; only the details are missing.
    return { kind: 'refused', fault: { ...fault, cause: lost } }
  }
}

/** What was read may not be what the events told: another look at the files, and another batch. */
async function changedMeanwhile(run: Run, warehouse: SessionOf): Promise<LoadOutcome> {
  await run({ kind: 'rollback' })
  const message = `warehouse ${warehouse.name}: a file of the batch was overwritten or deleted while it was loaded`
  return { kind: 'refused', fault: { kind: 'gone', code: 'FILES_CHANGED', message, fileErrors: [] } }
}

/** The views are filled a moment after the COPY has failed. */
const LOAD_ERRORS_DELAYS_MS = [0, 200, 800]

async function readLoadErrors(deps: SessionDeps, run: Run, urls: readonly S3Url[]): Promise<Fault['fileErrors']> {
  for (const delay of LOAD_ERRORS_DELAYS_MS) {
    if (delay > 0) await deps.sleep(delay)
    const { rows } = await run({ kind: 'read-load-errors' })
    if (rows.length > 0) return fileErrorsOf(rows as unknown as readonly LoadErrorRow[], urls)
  }
  return []
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

/** Whether the server has answered the statement and the session goes on. A FATAL message is its last word: the session is over. */
function isAnswer(error: unknown): boolean {
  return isRecord(error) && error['severity'] === 'ERROR'
}

/** What an error is, with the file that it names: an error that no rule knows is about that file, or else about the set-up. */
export function faultOf(error: unknown, warehouse: SessionOf, urls: readonly S3Url[] = []): Fault {
  const code = codeOf(error)
  const text = [messageOf(error), isRecord(error) ? error['detail'] : undefined].filter(Boolean).join('\n')
  const known = classify({ code, text })
  const named = known === undefined || known.kind === 'data' ? fileErrorInText(text, urls) : []
  const remedy = known?.remedy === undefined ? '' : `; ${known.remedy}`
  return {
    kind: known?.kind ?? (named.length > 0 ? 'data' : 'set-up'),
    code: code ?? 'UNKNOWN',
    message: `warehouse ${warehouse.name} (${warehouse.host}): ${text}${remedy}`,
    fileErrors: named,
    cause: error,
  }
}
