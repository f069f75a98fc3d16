import * as z from 'zod'
import type { TargetId, TargetState } from '../model'
import { fromItem, type Item, keyText } from './attributes'
import { TABLE_DEFINITIONS } from './table-definitions'
import { s3UrlText, targetIdText } from './texts'

const TARGET = TABLE_DEFINITIONS.targets.partition.name

const targetItem = z.object({
  target: targetIdText,
  // An item begins with whatever was written first, be it a count or a lease.
  waitingFiles: z.number().default(0),
  waitingBytes: z.number().default(0),
  fence: z.number().default(0),
  lease: z.exactOptional(z.object({ owner: z.string(), untilMs: z.number() })),
  unfinished: z.exactOptional(
    z.object({
      batchId: z.string(),
      folder: s3UrlText,
      files: z.number().default(0),
      bytes: z.number().default(0),
      attempt: z.number(),
      attemptAtMs: z.exactOptional(z.number()),
      isHandedOver: z.exactOptional(z.literal(true)),
      deaths: z.number(),
      heldAtAttempt: z.exactOptional(z.number()),
      openedAtMs: z.number(),
      session: z.exactOptional(z.string()),
      afterCommit: z.exactOptional(z.object({ session: z.string(), rows: z.exactOptional(z.number()) })),
    }),
  ),
  wakeAtMs: z.exactOptional(z.number()),
  hold: z.exactOptional(
    z.object({
      kind: z.enum(['blocked', 'waiting']),
      sinceMs: z.number(),
      code: z.string(),
      reason: z.string(),
      tries: z.number(),
      triesAlike: z.exactOptional(z.number()),
      retryAtMs: z.number(),
      toldCode: z.exactOptional(z.string()),
    }),
  ),
  batchFiles: z.exactOptional(z.number()),
  lastLoad: z.exactOptional(
    z.object({
      batchId: z.string(),
      atMs: z.number(),
      files: z.number(),
      rows: z.exactOptional(z.number()),
      latestEventMs: z.exactOptional(z.number()),
    }),
  ),
})

/** The key of a target's item. */
export function targetItemKey(target: TargetId): Item {
  return { [TARGET]: keyText(target) }
}

/** The state that a target's item tells. */
export function targetFromItem(item: Item): TargetState {
  return targetItem.parse(fromItem(item))
}
