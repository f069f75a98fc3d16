import type { AfterCommit, Batch } from '../model'
import type { TargetChange } from '../ports'
import {
  type BatchContents,
  contentsText,
  contentsUrl,
  failedFolderOf,
  manifestText,
  manifestUrl,
} from './batch-folder'
import { AGAIN, type Turn, type Turned } from './turn'

/**
 * Closes a batch that was not committed, and takes its name off the target. Its files wait, but for those that were removed.
 * What it was made of is kept apart first: whoever dies before the batch is closed has it written again, the same.
 */
export async function endBatch(
  turn: Turn,
  { batch, contents }: { readonly batch: Batch; readonly contents?: BatchContents },
  error: { readonly code: string; readonly message: string },
  change: TargetChange,
): Promise<Turned> {
  if (contents) await keepApart(turn, batch, contents, error)
  await turn.ports.batches.put(closed(batch, { status: 'failed', atMs: turn.ports.now(), error }))
  await turn.lease.change({ unfinished: null, ...change })
  return AGAIN
}

async function keepApart(
  { ports: { objects } }: Turn,
  batch: Batch,
  contents: BatchContents,
  error: { readonly code: string; readonly message: string },
): Promise<void> {
  const folder = failedFolderOf(batch)
  await Promise.all([
    objects.put(contentsUrl(folder), contentsText({ ...contents, error })),
    objects.put(manifestUrl(folder), manifestText(contents.arrivals)),
  ])
}

/** The batch with its last attempt ended. */
export function closed(
  batch: Batch,
  end: {
    readonly status: 'loaded' | 'failed'
    readonly atMs: number
    readonly rows?: number
    readonly afterCommit?: AfterCommit
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
    ...(end.afterCommit === undefined ? {} : { afterCommit: end.afterCommit }),
  }
}
