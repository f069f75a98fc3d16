import { rememberingTable } from '../in-table'
import { type Arrival, urlOf } from '../model'
import { goneRecords } from '../record/records-of'
import { reportEnded } from '../record/report-ended'
import type { Turn } from './turn'

/** So many requests at once. */
const AT_ONCE = 16

/**
 * Looks at S3 again: a file that is gone is recorded as skipped and leaves the queue; one that was overwritten after its
 * event is taken as it is now, so that the record tells the version that was loaded, and the event that is still to
 * come finds it there. Returns what is left, in the same order; what has not changed is the same arrival.
 */
export async function refreshArrivals(turn: Turn, arrivals: readonly Arrival[]): Promise<readonly Arrival[]> {
  const { ports, lease } = turn
  const looked = await lookAtAll(turn, arrivals)
  const gone = arrivals.filter((_, index) => looked[index] === 'gone')
  const left = looked.flatMap((found) => (found === 'gone' ? [] : [found]))
  const known = new Set(arrivals)
  const renewed = left.filter((arrival) => !known.has(arrival))

  // A batch that was settled once more would write its records over these.
  if (renewed.length + gone.length > 0) await lease.flush()
  // The same event time, sequencer and address: the new facts take the place of the old ones in the queue.
  if (renewed.length > 0) await ports.arrivals.put(renewed)
  if (gone.length > 0) {
    const known = await ports.files.get(
      turn.target,
      gone.map(({ object }) => urlOf(object)),
    )
    const records = rememberingTable(goneRecords(gone, ports.now()), known)
    await ports.files.put(records)
    await ports.arrivals.remove(gone)
    lease.left(gone)
    await reportEnded(ports, turn.settings(), records)
  }
  return left
}

/** Whether every file is still the version that its arrival tells. */
export async function areUnchanged(turn: Turn, arrivals: readonly Arrival[]): Promise<boolean> {
  const looked = await lookAtAll(turn, arrivals)
  return looked.every((found, index) => found === arrivals[index])
}

async function lookAtAll(turn: Turn, arrivals: readonly Arrival[]): Promise<readonly (Arrival | 'gone')[]> {
  const looked: (Arrival | 'gone')[] = []
  for (let from = 0; from < arrivals.length; from += AT_ONCE) {
    looked.push(...(await Promise.all(arrivals.slice(from, from + AT_ONCE).map((arrival) => lookAt(turn, arrival)))))
  }
  return looked
}

async function lookAt({ ports }: Turn, arrival: Arrival): Promise<Arrival | 'gone'> {
  const now = await ports.objects.head(urlOf(arrival.object))
  if (now === undefined) return 'gone'
  const { object } = arrival
  if (now.etag === object.etag && now.sizeBytes === object.sizeBytes) return arrival
  const { versionId: _, ...rest } = object
  return { target: arrival.target, object: { ...rest, etag: now.etag, sizeBytes: now.sizeBytes } }
}
