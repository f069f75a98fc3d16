import type { Batch } from '../model'
import {
  type BatchContents,
  contentsText,
  contentsUrl,
  folderOf,
  manifestText,
  manifestUrl,
  partsOf,
} from './batch-folder'
import { bytesOf } from './lease'
import type { Turn } from './turn'

/** A batch that is named on its target and may be loaded. */
export interface OpenedBatch {
  readonly contents: BatchContents
  readonly batch: Batch
}

/**
 * Writes the batch's objects, then names it on the target. Its record is written when it is closed, or tried again: until then
 * the target tells all that there is to tell.
 * Dying after the first leaves objects that nobody refers to; dying after the second, recovery finds the batch by its
 * name and has all it needs in the folder.
 */
export async function openBatch(
  turn: Turn,
  what: Pick<BatchContents, 'arrivals' | 'plan' | 'notesContents'>,
  session: string | undefined,
): Promise<OpenedBatch> {
  const { ports, target, lease } = turn
  const nowMs = ports.now()
  const batchId = ports.newBatchId(nowMs)
  const folder = folderOf(turn.settings().work, target, batchId)
  const contents: BatchContents = { batchId, target, ...what }

  await Promise.all([
    ports.objects.put(contentsUrl(folder), contentsText(contents)),
    ports.objects.put(manifestUrl(folder), manifestText(what.arrivals)),
    ...partsOf(contents, folder).map(({ manifest, arrival }) => ports.objects.put(manifest, manifestText([arrival]))),
  ])
  const size = { files: what.arrivals.length, bytes: bytesOf(what.arrivals) }
  const own = session === undefined ? {} : { session }
  const way = session === undefined ? { isHandedOver: true as const } : {}
  const unfinished = { batchId, folder, ...size, attempt: 1, deaths: 1, openedAtMs: nowMs, ...own, ...way }
  await lease.change({ unfinished })
  const batch: Batch = {
    target,
    batchId,
    status: 'open',
    fence: lease.fence,
    folder,
    ...size,
    openedAtMs: nowMs,
    attempts: [{ number: 1, startedAtMs: nowMs, ...own }],
  }
  return { contents, batch }
}
