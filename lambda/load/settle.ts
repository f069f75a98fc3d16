import type { Batch } from '../model'
import { loadedNotice } from '../notify/notices'
import type { LoadOutcome } from '../ports'
import { loadedRecords } from '../record/records-of'
import type { OpenedBatch } from './open-batch'
import { thresholdsOf, topicsOf } from './target-settings'
import { publish } from './tell'
import { AGAIN, type Turn, type Turned } from './turn'

/**
 * The receipt is in the warehouse. Every step from here on may be repeated by whoever comes after a crash: records
 * first, then the arrivals leave the queue, then the batch is closed and people are told, and its name comes off the
 * target last.
 */
export async function settleLoaded(
  turn: Turn,
  { contents, batch }: OpenedBatch,
  outcome: Extract<LoadOutcome, { kind: 'loaded' }>,
): Promise<Turned> {
  const { ports, settings, target, lease } = turn
  const { batchId, arrivals } = contents
  const atMs = ports.now()
  const durationMs = atMs - (batch.attempts.at(-1)?.startedAtMs ?? batch.openedAtMs)

  await ports.files.put(loadedRecords(arrivals, batchId, atMs))
  await ports.arrivals.remove(arrivals)
  lease.left(arrivals)
  await ports.batches.put(closed(batch, { status: 'loaded', rows: outcome.rows, atMs }))
  const dimensions = { target }
  ports.measure('BatchesLoaded', 1, dimensions)
  ports.measure('FilesLoaded', batch.files, dimensions)
  ports.measure('RowsLoaded', outcome.rows, dimensions)
  ports.measure('BytesLoaded', batch.bytes, dimensions)
  ports.log('info', 'batch-loaded', {
    target,
    batchId,
    files: batch.files,
    rows: outcome.rows,
    bytes: batch.bytes,
    durationMs,
  })
  const { files, bytes } = batch
  const { rows, statements } = outcome
  await publish(turn, topicsOf(target, settings).success, () =>
    loadedNotice({ environment: settings.name, target, batchId, files, rows, bytes, durationMs, statements }),
  )
  await lease.change({
    unfinished: null,
    hold: null,
    batchFiles: grown(lease.state().batchFiles, thresholdsOf(target, settings).files),
    lastLoad: { batchId, atMs, files, rows },
  })
  return AGAIN
}

/** The batch with its last attempt ended. */
export function closed(
  batch: Batch,
  end: {
    readonly status: 'loaded' | 'failed'
    readonly atMs: number
    readonly rows?: number
    readonly error?: { readonly code: string; readonly message: string }
  },
): Batch {
  const attempts = batch.attempts.map((attempt, index) =>
    index === batch.attempts.length - 1
      ? { ...attempt, endedAtMs: end.atMs, ...(end.error === undefined ? {} : { error: end.error }) }
      : attempt,
  )
  return {
    ...batch,
    status: end.status,
    closedAtMs: end.atMs,
    attempts,
    ...(end.rows === undefined ? {} : { rows: end.rows }),
  }
}

/** After halving, each load that succeeds doubles the size again, until it is no limit any more. */
function grown(batchFiles: number | undefined, full: number): number | null {
  if (batchFiles === undefined) return null
  return batchFiles * 2 >= full ? null : batchFiles * 2
}
