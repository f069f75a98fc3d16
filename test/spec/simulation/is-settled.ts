import type { TargetId } from '../../../lambda/model'
import type { Bucket } from './bucket'
import { covers } from './invariants'
import { recordId, type Seen } from './memory'
import type { Story } from './story'

/** Whether nothing waits any more: no arrival, no batch, no hold, and of every file the version of now is known. */
export function isSettled(deps: {
  readonly story: Story
  readonly seen: Seen
  readonly bucket: Bucket
  readonly targetsOf: (key: string) => readonly TargetId[]
}): boolean {
  const { story, seen, bucket, targetsOf } = deps
  for (const queue of seen.arrivals.values()) if (queue.size > 0) return false
  for (const { unfinished, hold, waitingFiles } of seen.targets.values()) {
    if (unfinished || hold || waitingFiles !== 0) return false
  }
  for (const [key, versions] of bucket.history) {
    const last = versions.at(-1)
    if (last === undefined) continue
    for (const target of targetsOf(key)) {
      const record = seen.records.get(recordId(target, `s3://landing/${key}`))
      if (record === undefined || !covers(record, last, story.overwrites)) return false
    }
  }
  return true
}
