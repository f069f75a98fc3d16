import type { Arrival, FileRecord, S3Url, TargetState } from '../model'
import { urlOf } from '../model'
import type { ListedObject } from '../ports'

/** What was seen of a target's queue, before its file records were read: what leaves the queue in between has its record by then. */
export interface SeenQueue {
  /** The oldest arrivals, as many as were asked for. */
  readonly urls: ReadonlySet<S3Url>
  readonly oldestMs: number | undefined
  /** It may be long: nothing leaves it for now, or more was announced than was looked at. */
  readonly mayBeLong: boolean
  /** Somebody knows that something waits, and will come for it. */
  readonly isCounted: boolean
}

/**
 * The queue of a target as its oldest arrivals, at most `asked`, and its state tell. What was queued by a listing bears no
 * sequencer, and is queued in the same place by the next one: a queue of such does no harm by being long.
 */
export function seenQueue(oldest: readonly Arrival[], asked: number, state: TargetState | undefined): SeenQueue {
  const isFull = oldest.length >= asked && oldest.some(({ object }) => object.sequencer !== undefined)
  return {
    urls: new Set(oldest.map(({ object }) => urlOf(object))),
    oldestMs: oldest[0]?.object.eventTimeMs,
    mayBeLong: state?.hold !== undefined || isFull,
    isCounted: state !== undefined && state.waitingFiles > 0,
  }
}

export type Verdict =
  /** Something is remembered of this very content. */
  | { readonly kind: 'known' }
  | { readonly kind: 'waiting' }
  /** It may be waiting: once its queue is short again, the next look can tell. */
  | { readonly kind: 'maybe-waiting' }
  /** No event ever told of it, or what it told was not kept. */
  | { readonly kind: 'lost' }
  /** Other content is remembered under this key: only S3 can tell which of the two is the later one. */
  | { readonly kind: 'changed'; readonly record: FileRecord }

/**
 * Whether an object that S3 holds was never announced. An arrival leaves the queue only after its file record is written,
 * so what neither waits nor is remembered is lost. Wrongly taken for lost, because the queue is long, it waits twice and
 * is loaded once. Where the queue may be long, that is left to a later look.
 */
export function isItLost(
  object: Pick<ListedObject, 'etag' | 'sizeBytes' | 'lastModifiedMs'> & { readonly url: S3Url },
  queue: SeenQueue,
  known: { readonly record: FileRecord | undefined; readonly holdsDuplicates: boolean },
): Verdict {
  const { record, holdsDuplicates } = known
  if (record !== undefined && isAbout(record, object.etag, holdsDuplicates)) return { kind: 'known' }
  // A file that is loaded stays loaded when it is emptied.
  if (record?.status === 'loaded' && object.sizeBytes === 0) return { kind: 'known' }
  // Whoever queued it died before anybody was told: it is queued again, in the same place.
  if (queue.urls.has(object.url)) return queue.isCounted ? { kind: 'waiting' } : { kind: 'lost' }
  // An event is never older than what it tells of. A clock of whole seconds is given one.
  const mayWait = queue.oldestMs !== undefined && queue.oldestMs < object.lastModifiedMs + 1_000
  if (queue.mayBeLong && mayWait) return { kind: 'maybe-waiting' }
  return record === undefined ? { kind: 'lost' } : { kind: 'changed', record }
}

/** Whether the record says what has become of this content, and that still holds. */
export function isAbout(record: FileRecord, etag: string, holdsDuplicates: boolean): boolean {
  switch (record.status) {
    case 'loaded':
      return record.object.etag === etag || record.ignored?.etag === etag
    case 'failed':
      return record.object.etag === etag
    case 'held':
      // It was held by a policy that holds no more.
      return record.object.etag === etag && holdsDuplicates
    case 'skipped':
      // It is there again, or routed again.
      if (record.code === 'OBJECT_GONE' || record.code === 'NO_LONGER_ROUTED') return false
      return record.object.etag === etag
  }
}
