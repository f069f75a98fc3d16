import { type Arrival, type FileError, type FileRecord, type S3Url, urlOf } from '../model'
import { filesFailedNotice } from '../notify/notices'
import type { Fault, TargetChange } from '../ports'
import { failedRecords } from '../record/records-of'
import type { OpenedBatch } from './open-batch'
import { refreshArrivals } from './refresh-arrivals'
import { closed } from './settle'
import { topicsOf } from './target-settings'
import { publish, tellOfHold } from './tell'
import { AGAIN, type Turn, type Turned } from './turn'
import { holdFor, whatNext } from './what-next'

/**
 * The warehouse has rolled back: nothing of the batch is in it. What is to be remembered of its files comes first; the
 * batch's name comes off the target last, so a crash in between loads the batch again, which fails the same way.
 */
export async function settleRefused(turn: Turn, opened: OpenedBatch, fault: Fault): Promise<Turned> {
  const { ports, target, lease } = turn
  const { batchId, arrivals } = opened.contents
  ports.log('warn', 'batch-refused', { target, batchId, kind: fault.kind, code: fault.code, message: fault.message })
  ports.measure('BatchesFailed', 1, { target })

  const next = whatNext(fault, arrivals, lease.state().hold, ports.now(), ports.random())
  switch (next.kind) {
    case 'mark-failed':
      await markFailed(turn, opened, next.errors)
      // Whoever was looked for by halving is found.
      return endBatch(turn, opened, fault, { batchFiles: null })
    case 'halve':
      return endBatch(turn, opened, fault, { batchFiles: next.files })
    case 'look-for-files': {
      const fresh = await refreshArrivals(turn, arrivals)
      if (fresh.length < arrivals.length || fresh.some((arrival, index) => arrival !== arrivals[index])) {
        return endBatch(turn, opened, fault, {})
      }
      // Everything is as announced: S3 and the warehouse disagree for the moment.
      const hold = holdFor('waiting', fault, lease.state().hold, ports.now(), ports.random())
      await tellOfHold(turn, hold)
      await endBatch(turn, opened, fault, {})
      return { kind: 'release', hold }
    }
    case 'hold':
      await tellOfHold(turn, next.hold)
      await endBatch(turn, opened, fault, next.files === undefined ? {} : { batchFiles: next.files })
      return { kind: 'release', hold: next.hold }
  }
}

async function markFailed(
  turn: Turn,
  { contents }: OpenedBatch,
  errors: readonly (FileError & { readonly url: S3Url })[],
): Promise<void> {
  const records = failedRecords(contents.arrivals, errors, contents.batchId, turn.ports.now())
  const bad = new Set(records.map(({ object }) => urlOf(object)))
  await rememberAndRemove(
    turn,
    records,
    contents.arrivals.filter(({ object }) => bad.has(urlOf(object))),
  )
  for (const record of records) {
    if (record.status !== 'failed') continue
    const { code, reason, ...where } = record.error
    turn.ports.log('warn', 'file-failed', { target: turn.target, file: urlOf(record.object), code, reason, ...where })
  }
  turn.ports.measure('FilesFailed', records.length, { target: turn.target })
  await publish(turn, topicsOf(turn.target, turn.settings).failure, () =>
    filesFailedNotice({ environment: turn.settings.name, target: turn.target, batchId: contents.batchId, records }),
  )
}

async function rememberAndRemove(
  turn: Turn,
  records: readonly FileRecord[],
  arrivals: readonly Arrival[],
): Promise<void> {
  await turn.ports.files.put(records)
  await turn.ports.arrivals.remove(arrivals)
  turn.lease.left(arrivals)
}

async function endBatch(turn: Turn, { batch }: OpenedBatch, fault: Fault, change: TargetChange): Promise<Turned> {
  const error = { code: fault.code, message: fault.message }
  await turn.ports.batches.put(closed(batch, { status: 'failed', atMs: turn.ports.now(), error }))
  await turn.lease.change({ unfinished: null, ...change })
  return AGAIN
}
