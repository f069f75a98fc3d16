import { randomBytes } from 'node:crypto'
import { S3Error } from './errors'
import { type KeyOrder, makeKeyOrder } from './key-order'
import type { NotificationRules } from './notification-rules'
import type { Checksums } from './receive-body'

/** One version of a key; without versioning its id is `null`, as in S3. */
export type Version = StoredObject | DeleteMarker

export interface StoredObject extends ObjectContent {
  readonly kind: 'object'
  readonly key: string
  readonly versionId: string
  readonly modified: Date
  /** Tags may change without the object becoming another version. */
  tags: ReadonlyMap<string, string>
}

export interface DeleteMarker {
  readonly kind: 'delete-marker'
  readonly key: string
  readonly versionId: string
  readonly modified: Date
}

/** What is stored under a key. */
export interface ObjectContent {
  /** The bytes, in the pieces in which they came (a multipart upload's parts are never copied together). */
  readonly chunks: readonly Buffer[]
  readonly size: number
  /** Without quotes. */
  readonly etag: string
  /** Headers that were sent with the object and come back with it: content type, user metadata, encryption … */
  readonly headers: Readonly<Record<string, string>>
  readonly checksums: Checksums
  readonly checksumType: 'FULL_OBJECT' | 'COMPOSITE'
  readonly tags: ReadonlyMap<string, string>
}

/** A bucket: its objects, and its configurations as the text that was put. */
export interface Bucket {
  readonly name: string
  readonly created: Date
  readonly settings: Map<string, string>
  versioning: 'never' | 'Enabled' | 'Suspended'
  notifications: NotificationRules
  readonly keys: KeyOrder
  /** The versions of each key, oldest first. A key without versions is not in here. */
  readonly versions: Map<string, Version[]>
}

export function makeBucket(name: string): Bucket {
  return {
    name,
    created: new Date(),
    settings: new Map(),
    versioning: 'never',
    notifications: { targets: [], eventBridge: false },
    keys: makeKeyOrder(),
    versions: new Map(),
  }
}

/** The id under which S3 keeps what was written while versioning was off. */
export const UNVERSIONED = 'null'

/** The version that a reader without a version id meets. */
export function latest(bucket: Bucket, key: string): Version | undefined {
  return bucket.versions.get(key)?.at(-1)
}

/** The object under a key, or under one of its versions; the errors are those of GetObject. */
export function objectAt(bucket: Bucket, key: string, versionId: string | null): StoredObject {
  const found =
    versionId === null
      ? latest(bucket, key)
      : bucket.versions.get(key)?.find((version) => version.versionId === versionId)
  if (found?.kind === 'object') return found
  const headers = found ? { 'x-amz-delete-marker': 'true', 'x-amz-version-id': found.versionId } : {}
  if (versionId === null) throw new S3Error('NoSuchKey', undefined, headers)
  throw found ? new S3Error('MethodNotAllowed', undefined, headers) : new S3Error('NoSuchVersion')
}

/** Stores content under a key, beside or instead of what is there. */
export function store(bucket: Bucket, key: string, content: ObjectContent): StoredObject {
  const stored: StoredObject = {
    ...content,
    kind: 'object',
    key,
    versionId: nextVersionId(bucket),
    modified: new Date(),
  }
  append(bucket, stored)
  return stored
}

/** What a deletion did. */
export type Deletion =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'deleted'; readonly version: Version }
  | { readonly kind: 'marked'; readonly marker: DeleteMarker }

/** Deletes one version for good, or the key as its bucket's versioning has it. Deleting what is not there is no error. */
export function remove(bucket: Bucket, key: string, versionId: string | null): Deletion {
  if (versionId !== null) {
    const version = takeOut(bucket, key, versionId)
    return version ? { kind: 'deleted', version } : { kind: 'nothing' }
  }
  if (bucket.versioning === 'never') {
    const version = takeOut(bucket, key, UNVERSIONED)
    return version ? { kind: 'deleted', version } : { kind: 'nothing' }
  }
  const marker: DeleteMarker = {
    kind: 'delete-marker',
    key,
    versionId: nextVersionId(bucket),
    modified: new Date(),
  }
  append(bucket, marker)
  return { kind: 'marked', marker }
}

function nextVersionId(bucket: Bucket): string {
  return bucket.versioning === 'Enabled' ? randomBytes(24).toString('base64url') : UNVERSIONED
}

function append(bucket: Bucket, version: Version): void {
  if (version.versionId === UNVERSIONED) takeOut(bucket, version.key, UNVERSIONED)
  const versions = bucket.versions.get(version.key)
  if (versions) {
    versions.push(version)
  } else {
    bucket.versions.set(version.key, [version])
    bucket.keys.add(version.key)
  }
}

function takeOut(bucket: Bucket, key: string, versionId: string): Version | undefined {
  const versions = bucket.versions.get(key)
  const index = versions?.findIndex((version) => version.versionId === versionId) ?? -1
  const [taken] = index < 0 ? [] : (versions?.splice(index, 1) ?? [])
  if (versions?.length === 0) {
    bucket.versions.delete(key)
    bucket.keys.remove(key)
  }
  return taken
}
