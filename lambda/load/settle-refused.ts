import { rememberingTable } from '../in-table'
import { type FileError, type S3Url, urlOf } from '../model'
import type { RefusedLoad } from '../notify/notices'
import { type Fault, FILES_CHANGED } from '../ports'
import { failedRecords } from '../record/records-of'
import { reportEnded } from '../record/report-ended'
import { endBatch } from './end-batch'
import type { OpenedBatch } from './open-batch'
import { refreshArrivals } from './refresh-arrivals'
import { tellOfHold } from './tell-of-hold'
import { OUT_OF_TIME, type Turn, type Turned } from './turn'
import { type Next, whatNext } from './what-next'

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

  const isWhole = opened.contents.plan.mode === 'replace'
  const next = whatNext(
    fault,
    arrivals,
    {
      hadFullTime,
      before: lease.state().hold,
      nowMs: ports.now(),
      isWhole,
    },
    ports.random(),
  )
  if (next.kind !== 'look-for-files') return follow(next)
  const fresh = await refreshArrivals(turn, arrivals)
  const isAsAnnounced = fresh.length === arrivals.length && fresh.every((arrival, at) => arrival === arrivals[at])
  // What is gone or new is taken as it is, at once; but not what changes whenever it is loaded.
  return isAsAnnounced || code === FILES_CHANGED ? follow(next.otherwise) : end({})

  // Where the warehouse has looked at the data, whatever held the target before is over: the next hold is a first one.
  async function follow(decided: Exclude<Next, { kind: 'look-for-files' }>): Promise<Turned> {
    switch (decided.kind) {
      case 'mark-failed': {
        const left = await markFailed(turn, opened, load, decided.errors)
        // The good ones of this batch go next and alone: with a new bad one among them they would wait once more.
        return end({ batchFiles: left > 0 && !isWhole ? left : null, hold: null })
      }
      case 'halve':
        return end({ batchFiles: decided.files, hold: null })
      case 'try-in-fresh-time':
        await end({})
        return OUT_OF_TIME
      case 'hold':
        await end(decided.files === undefined ? {} : { batchFiles: decided.files })
        return { kind: 'release', hold: await tellOfHold(turn, decided.hold, load) }
    }
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
