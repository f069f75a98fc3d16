import { rememberingTable } from '../in-table'
import { type FileError, type S3Url, urlOf } from '../model'
import type { RefusedLoad } from '../notify/notices'
import type { Fault } from '../ports'
import { failedRecords } from '../record/records-of'
import { reportEnded } from '../record/report-ended'
import { endBatch } from './end-batch'
import type { OpenedBatch } from './open-batch'
import { refreshArrivals } from './refresh-arrivals'
import { tellOfHold } from './tell-of-hold'
import { OUT_OF_TIME, type Turn, type Turned } from './turn'
import { holdFor, whatNext } from './what-next'

/**
 * The warehouse has rolled back: nothing of the batch is in it. What is to be remembered of its files comes first; the
 * batch's name comes off the target last, so a crash in between loads the batch again, which fails the same way.
 */
export async function settleRefused(
  turn: Turn,
  opened: OpenedBatch,
  fault: Fault,
  hadFullTime: boolean,
): Promise<Turned> {
  const { ports, target, lease } = turn
  const { batchId, arrivals } = opened.contents
  const { kind, code, message } = fault
  const load = refusedLoad(turn, opened, fault)
  ports.log('warn', 'batch-refused', { target, batchId, kind, code, message })
  ports.measure('BatchesFailed', 1, { target })
  const end = (change: Parameters<typeof endBatch>[3]) => endBatch(turn, opened, { code, message }, change)

  const next = whatNext(
    fault,
    arrivals,
    { hadFullTime, before: lease.state().hold, nowMs: ports.now() },
    ports.random(),
  )
  // Where the warehouse has looked at the data, whatever held the target before is over: the next hold is a first one.
  switch (next.kind) {
    case 'mark-failed': {
      const left = await markFailed(turn, opened, load, next.errors)
      // The good ones of this batch go next and alone: with a new bad one among them they would wait once more.
      return end({ batchFiles: left > 0 ? left : null, hold: null })
    }
    case 'halve':
      return end({ batchFiles: next.files, hold: null })
    case 'try-in-fresh-time':
      await end({})
      return OUT_OF_TIME
    case 'look-for-files': {
      const fresh = await refreshArrivals(turn, arrivals)
      if (fresh.length < arrivals.length || fresh.some((arrival, index) => arrival !== arrivals[index])) return end({})
      // Everything is as announced: S3 and the warehouse disagree for the moment.
      const hold = holdFor('waiting', fault, lease.state().hold, ports.now(), ports.random())
      await end({})
      return { kind: 'release', hold: await tellOfHold(turn, hold, load) }
    }
    case 'hold':
      await end(next.files === undefined ? {} : { batchFiles: next.files })
      return { kind: 'release', hold: await tellOfHold(turn, next.hold, load) }
  }
}

/** What can be told of a load that did not end well: which batch, how long it took, what was asked. */
export function refusedLoad({ ports }: Turn, { batch }: OpenedBatch, { statements }: Fault): RefusedLoad {
  const { batchId, files } = batch
  const durationMs = ports.now() - (batch.attempts.at(-1)?.startedAtMs ?? batch.openedAtMs)
  return { batchId, files, durationMs, ...(statements === undefined ? {} : { statements }) }
}

/** Returns how many files of the batch are left. */
async function markFailed(
  turn: Turn,
  { contents }: OpenedBatch,
  load: RefusedLoad,
  errors: readonly (FileError & { readonly url: S3Url })[],
): Promise<number> {
  const { ports, lease } = turn
  const failed = failedRecords(contents.arrivals, errors, contents.batchId, ports.now())
  const bad = new Set(failed.map(({ object }) => urlOf(object)))
  const records = rememberingTable(failed, await ports.files.get(turn.target, [...bad]))
  const arrivals = contents.arrivals.filter(({ object }) => bad.has(urlOf(object)))
  await ports.files.put(records)
  await ports.arrivals.remove(arrivals)
  lease.left(arrivals)
  await reportEnded(ports, turn.settings(), records, load)
  return contents.arrivals.length - arrivals.length
}
