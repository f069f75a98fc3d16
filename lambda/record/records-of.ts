import { type Arrival, type FileError, type FileRecord, type S3Url, urlOf } from '../model'

/** A record for each file of a batch that was committed. */
export function loadedRecords(arrivals: readonly Arrival[], batchId: string, nowMs: number): readonly FileRecord[] {
  return arrivals.map(({ target, object }) => ({ status: 'loaded', target, object, batchId, atMs: nowMs }))
}

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
    return error === undefined ? [] : [{ status: 'failed' as const, target, object, batchId, atMs: nowMs, error }]
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
