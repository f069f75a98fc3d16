import { loadedNotice } from '../notify/notices'
import { publish } from '../notify/publish'
import type { LoadOutcome, WarehouseSession } from '../ports'
import { loadedContents, loadedRecords } from '../record/records-of'
import { thresholdsOf, topicsOf } from '../target-settings'
import { closed } from './end-batch'
import type { OpenedBatch } from './open-batch'
import { runAfterCommit } from './run-after-commit'
import { together } from './together'
import { AGAIN, type Turn, type Turned } from './turn'

/**
 * The receipt is in the warehouse. Every step from here on may be repeated by whoever comes after a crash: records
 * first; then the arrivals leave the queue while the batch is closed; then people are told; and its name comes off the target
 * last, with the next change of the target.
 */
export async function settleLoaded(
  turn: Turn,
  { contents, batch }: OpenedBatch,
  outcome: Extract<LoadOutcome, { kind: 'loaded' }>,
  session: WarehouseSession,
): Promise<Turned> {
  const { ports, target, lease } = turn
  const settings = turn.settings()
  const { batchId, arrivals } = contents
  const { files, bytes } = batch
  const { statements } = outcome
  const rows = outcome.rows === undefined ? {} : { rows: outcome.rows }
  const atMs = ports.now()
  const durationMs = atMs - (batch.attempts.at(-1)?.startedAtMs ?? batch.openedAtMs)

  // They are written before what is to be run after the commit, which may take many looks.
  if (lease.state().unfinished?.afterCommit === undefined) {
    if (contents.notesContents) await ports.contents.put(target, loadedContents(arrivals))
    await ports.files.put(loadedRecords(arrivals, batchId, atMs))
  }
  const after = await runAfterCommit(turn, contents, outcome.rows, session)
  if (after.kind === 'running') return after
  await together(
    ports.arrivals.remove(arrivals),
    ports.batches.put(closed(batch, { status: 'loaded', ...rows, ...after.outcome, atMs })),
  )
  lease.left(arrivals)
  ports.measure('BatchesLoaded', 1, { target })
  ports.measure('FilesLoaded', files, { target })
  if (outcome.rows !== undefined) ports.measure('RowsLoaded', outcome.rows, { target })
  ports.measure('BytesLoaded', bytes, { target })
  ports.log('info', 'batch-loaded', { target, batchId, files, ...rows, bytes, durationMs })
  await publish(ports, target, topicsOf(target, settings).success, () =>
    loadedNotice({
      environment: settings.name,
      target,
      batchId,
      files,
      ...rows,
      bytes,
      durationMs,
      statements,
      ...after.outcome,
    }),
  )
  // Written with what comes next, the name of another batch or the end of the lease: a write less for each batch.
  lease.later({
    unfinished: null,
    hold: null,
    batchFiles: grown(lease.state().batchFiles, thresholdsOf(target, settings).files),
    lastLoad: { batchId, atMs, files, ...rows, ...replacing(contents) },
  })
  return AGAIN
}

function replacing({ plan, arrivals }: OpenedBatch['contents']): { readonly latestEventMs?: number } {
  if (plan.mode !== 'replace') return {}
  return { latestEventMs: arrivals.reduce((latest, { object }) => Math.max(latest, object.eventTimeMs), 0) }
}

/** After halving, each load that succeeds doubles the size again, until it is no limit any more. */
function grown(batchFiles: number | undefined, full: number): number | null {
  if (batchFiles === undefined) return null
  return batchFiles * 2 >= full ? null : batchFiles * 2
}
