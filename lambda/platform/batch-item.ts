import * as z from 'zod'
import type { Batch, TargetId } from '../model'
import { fromItem, type Item, keyText, toItem } from './attributes'
import { TABLE_DEFINITIONS } from './table-definitions'
import { s3UrlText, targetIdText } from './texts'

const TARGET = TABLE_DEFINITIONS.batches.partition.name
const BATCH = TABLE_DEFINITIONS.batches.sort.name
const FAILED_ON = TABLE_DEFINITIONS.batches.indexes[0].partition.name

const batchItem = z.object({
  target: targetIdText,
  batchId: z.string(),
  status: z.enum(['open', 'loaded', 'failed']),
  fence: z.number(),
  folder: s3UrlText,
  files: z.number(),
  bytes: z.number(),
  openedAtMs: z.number(),
  closedAtMs: z.exactOptional(z.number()),
  rows: z.exactOptional(z.number()),
  afterCommit: z.exactOptional(
    z.object({
      done: z.number(),
      failed: z.exactOptional(z.object({ statement: z.number(), code: z.string(), message: z.string() })),
    }),
  ),
  attempts: z.array(
    z.object({
      number: z.number(),
      startedAtMs: z.number(),
      endedAtMs: z.exactOptional(z.number()),
      session: z.exactOptional(z.string()),
      error: z.exactOptional(z.object({ code: z.string(), message: z.string() })),
    }),
  ),
})

/** The key of a batch's item. */
export function batchItemKey(target: TargetId, batchId: string): Item {
  return { [TARGET]: keyText(target), [BATCH]: keyText(batchId) }
}

/** A batch as an item. Only a failed one bears the day that puts it into the index of failures. */
export function batchToItem(batch: Batch): Item {
  return {
    ...toItem({ ...batch, [FAILED_ON]: batch.status === 'failed' ? failedOn(batch) : undefined }),
    ...batchItemKey(batch.target, batch.batchId),
  }
}

/** The batch that an item tells. */
export function batchFromItem(item: Item): Batch {
  return batchItem.parse(fromItem(item))
}

/** The UTC day on which a batch failed, e.g. `2026-11-21`. */
function failedOn({ closedAtMs, openedAtMs }: Batch): string {
  return new Date(closedAtMs ?? openedAtMs).toISOString().slice(0, 10)
}
