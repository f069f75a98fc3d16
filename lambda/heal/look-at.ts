import { messageOf } from '../errors'
import type { FileRecord, S3Object, S3Url, TargetId } from '../model'
import type { ListedObject, Ports } from '../ports'
import { isAbout, isItLost, seenQueue, type Verdict } from './is-it-lost'

/** A listed object and a target that it may be missing from. */
export interface Candidate {
  readonly listed: ListedObject
  readonly url: S3Url
  readonly target: TargetId
  readonly holdsDuplicates: boolean
}

/** So many of the oldest arrivals of a target are known by name. */
const WAITING_SEEN = 1_000

/**
 * What is remembered of some objects in one target, in their order. Its queue first, then its records: what leaves the queue
 * in between has its record by then.
 *
 * @param mayWait what is said of those that a long queue may hold: left to a later look, or judged as if the queue were short
 */
export async function verdictsOf<C extends Candidate>(
  ports: Pick<Ports, 'arrivals' | 'targets' | 'files'>,
  target: TargetId,
  own: readonly C[],
  mayWait: 'later' | 'now',
): Promise<readonly { readonly candidate: C; readonly verdict: Verdict }[]> {
  const oldest = await ports.arrivals.oldest(target, WAITING_SEEN)
  const seen = seenQueue(oldest, WAITING_SEEN, await ports.targets.get(target))
  const queue = mayWait === 'later' ? seen : { ...seen, mayBeLong: false }
  const known = await ports.files.get(
    target,
    own.map(({ url }) => url),
  )
  return own.map((candidate) => {
    const { listed, url, holdsDuplicates } = candidate
    return { candidate, verdict: isItLost({ ...listed, url }, queue, { record: known.get(url), holdsDuplicates }) }
  })
}

/** The object as an event would have told it, as far as a listing can. */
export function objectOf(bucket: string, { key, etag, sizeBytes, lastModifiedMs }: ListedObject): S3Object {
  return { bucket, key, etag, sizeBytes, eventTimeMs: lastModifiedMs }
}

/**
 * The record may have been written after the listing, and speak of a later version than that. So S3 is asked once more: what
 * it holds now and the record does not speak of is later than what the record speaks of.
 */
export async function nowThere(
  ports: Pick<Ports, 'objects' | 'log'>,
  bucket: string,
  { listed, url, holdsDuplicates }: Candidate,
  record: FileRecord,
): Promise<S3Object | 'undecided' | undefined> {
  let now: Awaited<ReturnType<Ports['objects']['head']>>
  try {
    now = await ports.objects.head(url)
  } catch (error) {
    // An object that may not be looked at holds up no other.
    ports.log('warn', 'file-not-compared', { file: url, target: record.target, why: messageOf(error) })
    return 'undecided'
  }
  if (now === undefined || isAbout(record, now.etag, holdsDuplicates)) return undefined
  const eventTimeMs = Math.max(listed.lastModifiedMs, record.object.eventTimeMs + 1)
  return { ...objectOf(bucket, listed), ...now, eventTimeMs }
}
