import {
  type Arrival,
  type FileError,
  type FileRecord,
  type Fingerprint,
  fingerprintOf,
  type S3Url,
  urlOf,
} from '../model'
import { oneLine } from '../one-line'

/** A record for each file of a batch that was committed. */
export function loadedRecords(arrivals: readonly Arrival[], batchId: string, nowMs: number): readonly FileRecord[] {
  return arrivals.map(({ target, object }) => ({ status: 'loaded', target, object, batchId, atMs: nowMs }))
}

/** The contents of a batch that was committed; of equal ones the oldest counts. */
export function loadedContents(arrivals: readonly Arrival[]): ReadonlyMap<Fingerprint, S3Url> {
  return new Map(arrivals.toReversed().map(({ object }) => [fingerprintOf(object), urlOf(object)]))
}

/** What is longer says no more: Redshift's own reasons have at most 512 characters, and a box of Spectrum names queries and workers. */
const REASON_CHARACTERS = 500

/** A record for each file of a batch that the warehouse named as bad, with its first error. */
export function failedRecords(
  arrivals: readonly Arrival[],
  errors: readonly (FileError & { readonly url: S3Url })[],
  batchId: string,
  nowMs: number,
): readonly FileRecord[] {
  const first = new Map<S3Url, FileError>()
  for (const { url, ...error } of errors) if (!first.has(url)) first.set(url, error)
  return arrivals.flatMap(({ target, object }) => {
    const error = first.get(urlOf(object))
    if (error === undefined) return []
    const told = { ...error, reason: oneLine(error.reason, REASON_CHARACTERS) }
    return [{ status: 'failed' as const, target, object, batchId, atMs: nowMs, error: told }]
  })
}

/** A record for each file whose columns do not fit the table: it was not loaded to find that out. */
export function misfitRecords(
  misfits: readonly { readonly arrival: Arrival; readonly error: FileError }[],
  nowMs: number,
): readonly FileRecord[] {
  return misfits.map(({ arrival: { target, object }, error }) => {
    const told = { ...error, reason: oneLine(error.reason, REASON_CHARACTERS) }
    return { status: 'failed', target, object, atMs: nowMs, error: told }
  })
}

/** A record for each file that was deleted after it was announced. */
export function goneRecords(arrivals: readonly Arrival[], nowMs: number): readonly FileRecord[] {
  return arrivals.map(({ target, object }) => ({
    status: 'skipped',
    target,
    object,
    atMs: nowMs,
    code: 'OBJECT_GONE',
    reason: `${urlOf(object)} is not there any more: it was deleted or moved after its event`,
  }))
}
