import type { Arrival, Batch, FileRecord, S3Object, TargetId } from '../../../lambda/model'

let targets = 0

/** A target that no other test uses, so that tests can share a table. */
export function aTarget(): TargetId {
  targets += 1
  return `main/public.table_${targets}`
}

/** An object of this key. */
export function anObject(key: string, changes: Partial<S3Object> = {}): S3Object {
  return {
    bucket: 'landing',
    key,
    etag: 'd41d8cd98f00b204e9800998ecf8427e',
    sizeBytes: 1_234,
    sequencer: '0055AED6DCD90281E5',
    eventTimeMs: 1_795_000_000_000,
    ...changes,
  }
}

export function anArrival(target: TargetId, key: string, changes: Partial<S3Object> = {}): Arrival {
  return { target, object: anObject(key, changes) }
}

export function aLoadedRecord(target: TargetId, key: string, batchId = 'b1'): FileRecord {
  return { target, object: anObject(key), atMs: 1_795_000_060_000, status: 'loaded', batchId }
}

export function aFailedRecord(target: TargetId, key: string, reason = 'Invalid digit'): FileRecord {
  return { target, object: anObject(key), atMs: 1_795_000_060_000, status: 'failed', error: { code: '1207', reason } }
}

export function aHeldRecord(target: TargetId, key: string): FileRecord {
  return {
    target,
    object: anObject(key),
    atMs: 1_795_000_060_000,
    status: 'held',
    code: 'DUPLICATE_CONTENT',
    reason: 'its content was loaded from another file',
    sameAs: 's3://landing/first.csv',
  }
}

export function aBatch(target: TargetId, batchId: string): Batch {
  return {
    target,
    batchId,
    status: 'open',
    fence: 7,
    folder: `s3://landing/_penstock/${batchId}/`,
    files: 2,
    bytes: 2 ** 53 - 1,
    openedAtMs: 1_795_000_060_000,
    attempts: [{ number: 1, startedAtMs: 1_795_000_060_001, session: '4711' }],
  }
}

/** Keys that break encodings: as long as S3 allows, beyond the basic plane, with the separators of our own keys. */
export const AWKWARD_KEYS: readonly string[] = [
  '🪣'.repeat(256), // 1,024 bytes
  'k'.repeat(1_024),
  'a#b/c d+e%2F&f=ü/s3://x/y.csv',
  ' /../\u0001"\'\\\n',
]
