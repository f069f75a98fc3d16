/** The words of the design as types: what an object, an arrival, a batch, a lease and a file record are. */

/** `s3://bucket/key`, the key raw (neither form- nor percent-encoded). */
export type S3Url = `s3://${string}`

/** `warehouse/schema.table`: one table in one warehouse. */
export type TargetId = `${string}/${string}.${string}`

/** One version of a file in S3, as an event or a listing told it. */
export interface S3Object {
  readonly bucket: string
  /** Raw key, 1–1,024 bytes of UTF-8. */
  readonly key: string
  /** Without quotes. A change token, not always an MD5. */
  readonly etag: string
  readonly sizeBytes: number
  readonly versionId?: string
  /** Hexadecimal; orders the events of one key and nothing else. Not every kind of event has it. */
  readonly sequencer?: string
  /** When S3 says it happened, in milliseconds since 1970. The same event always bears the same time. */
  readonly eventTimeMs: number
}

/** The address of an object. */
export function urlOf(object: { readonly bucket: string; readonly key: string }): S3Url {
  return `s3://${object.bucket}/${object.key}`
}

/** What stands for the content of an object: its etag and its size. */
export type Fingerprint = `${string}/${number}`

/**
 * Equal fingerprints mean equal content. The other way round it holds as far as S3 makes etags of the content: not with SSE-KMS
 * or SSE-C, and of uploads in parts only if the parts were cut alike.
 * Source: Amazon S3 API reference, "Object".
 */
export function fingerprintOf({ etag, sizeBytes }: Pick<S3Object, 'etag' | 'sizeBytes'>): Fingerprint {
  return `${etag}/${sizeBytes}`
}

/** Bucket and key of an address. A bucket's name holds no slash, so the first one ends it. */
export function splitUrl(url: S3Url): { readonly bucket: string; readonly key: string } {
  const path = url.slice('s3://'.length)
  const slash = path.indexOf('/')
  return slash < 0 ? { bucket: path, key: '' } : { bucket: path.slice(0, slash), key: path.slice(slash + 1) }
}

/** An object waiting to be loaded into one target. */
export interface Arrival {
  readonly target: TargetId
  readonly object: S3Object
}

/** Why one file could not be loaded; line, column and value as far as the warehouse tells. */
export interface FileError {
  readonly code: string
  readonly reason: string
  /** Physical line in the file, the first is 1. */
  readonly line?: number
  readonly column?: string
  readonly value?: string
}

/** Groups things by the target that they belong to, in the order of their first. */
export function byTarget<T extends { readonly target: TargetId }>(
  things: readonly T[],
): ReadonlyMap<TargetId, readonly T[]> {
  const groups = new Map<TargetId, T[]>()
  for (const thing of things) {
    const group = groups.get(thing.target)
    if (group) group.push(thing)
    else groups.set(thing.target, [thing])
  }
  return groups
}

interface FileRecordBase {
  readonly target: TargetId
  /** The version this record speaks of. */
  readonly object: S3Object
  readonly atMs: number
}

interface NotLoadedBase extends FileRecordBase {
  /** An earlier version that is in the table: written again, it is there already. */
  readonly inTable?: InTable
}

/** A version whose rows are in the table. */
export interface InTable {
  readonly etag: string
  readonly batchId: string
}

/** What became of an object for a target. */
export type FileRecord =
  | (FileRecordBase & {
      readonly status: 'loaded'
      readonly batchId: string
      /** A later version under the same key that `overwrites: 'skip'` left out. */
      readonly ignored?: { readonly etag: string; readonly atMs: number }
    })
  | (NotLoadedBase & { readonly status: 'failed'; readonly batchId?: string; readonly error: FileError })
  | (NotLoadedBase & { readonly status: 'skipped'; readonly code: SkipCode; readonly reason: string })
  /** Its content is there under another name, and `duplicates: 'hold'` leaves it to a person what that means. */
  | (NotLoadedBase & {
      readonly status: 'held'
      readonly code: 'DUPLICATE_CONTENT'
      readonly reason: string
      readonly sameAs: S3Url
    })

/** Why an object that was routed is not loaded, although nothing is wrong with the loader. */
export type SkipCode =
  | 'FOLDER_MARKER'
  | 'EMPTY_OBJECT'
  | 'OBJECT_GONE'
  | 'NO_LONGER_ROUTED'
  | 'PART_OF_SHAPEFILE'
  | 'DUPLICATE_CONTENT'
  | 'SUPERSEDED'

/** One try to load a batch. */
export interface Attempt {
  readonly number: number
  readonly startedAtMs: number
  readonly endedAtMs?: number
  /** The warehouse session that ran it: a backend pid, or a statement id. */
  readonly session?: string
  readonly error?: { readonly code: string; readonly message: string }
}

/** The arrivals that one transaction loads. The list itself lies in S3, so that no item grows with it. */
export interface Batch {
  readonly target: TargetId
  /** Sorts by time. */
  readonly batchId: string
  readonly status: 'open' | 'loaded' | 'failed'
  readonly fence: number
  /** Folder of the batch's objects in S3: the list of files, and what the warehouse reads. Ends with a slash. */
  readonly folder: S3Url
  readonly files: number
  readonly bytes: number
  readonly openedAtMs: number
  readonly closedAtMs?: number
  readonly rows?: number
  /** What came of the statements that were to be run once it was committed: how many were, and which failed. */
  readonly afterCommit?: AfterCommit
  /** Newest last; at most {@link MAX_ATTEMPTS_KEPT}. */
  readonly attempts: readonly Attempt[]
}

/** Statements that are run once a batch is committed, each by itself, up to the first that fails. */
export interface AfterCommit {
  readonly done: number
  readonly failed?: { readonly statement: number; readonly code: string; readonly message: string }
}

/** An item must not grow without bound: older attempts are dropped, their count stays in `number`. */
export const MAX_ATTEMPTS_KEPT = 10

/** Why a target is not loaded for now. Arrivals wait; nothing is lost; it comes back by itself. */
export interface Hold {
  /** `blocked`: a person has to mend something. `waiting`: it may pass. */
  readonly kind: 'blocked' | 'waiting'
  readonly sinceMs: number
  readonly code: string
  readonly reason: string
  readonly tries: number
  /** How many of the latest tries failed with this very code. @default 1 */
  readonly triesAlike?: number
  readonly retryAtMs: number
  /** The code that people were told of, once they were. */
  readonly toldCode?: string
}

/** All that is known of a target at one moment: one small item. */
export interface TargetState {
  readonly target: TargetId
  /** A hint for the wake decision, never below the truth: counted up after arrivals are stored, down when they leave. */
  readonly waitingFiles: number
  readonly waitingBytes: number
  /** Raised by every grant of the lease. */
  readonly fence: number
  readonly lease?: { readonly owner: string; readonly untilMs: number }
  /** The batch that was begun and not yet finished; no other may begin before it. */
  readonly unfinished?: {
    readonly batchId: string
    readonly folder: S3Url
    readonly files: number
    readonly bytes: number
    readonly attempt: number
    /** When it was written down, if it is not the first. */
    readonly attemptAtMs?: number
    /** It goes its way without a session of ours: nobody but the warehouse can tell what became of it. */
    readonly isHandedOver?: true
    /** Attempts that were begun and have not told how they ended. */
    readonly deaths: number
    /** The attempt after which the target was held for too many deaths: the next may be made once the hold has passed. */
    readonly heldAtAttempt?: number
    readonly openedAtMs: number
    readonly session?: string
    /** It is committed and remembered; what is to be run after it has not ended yet. */
    readonly afterCommit?: { readonly session: string; readonly rows?: number }
  }
  /** A delayed wake is under way and comes at this time. */
  readonly wakeAtMs?: number
  readonly hold?: Hold
  /** After a data error that named no file: at most so many files in the next batch. */
  readonly batchFiles?: number
  readonly lastLoad?: {
    readonly batchId: string
    readonly atMs: number
    readonly files: number
    readonly rows?: number
    /** The latest event of its files: what came before it is superseded where the table is replaced. */
    readonly latestEventMs?: number
  }
}

/** The row that the loading transaction writes last. It is there if and only if the rows are. */
export interface Receipt {
  readonly batchId: string
  readonly target: TargetId
  readonly files: number
  /** `undefined` where the transaction could not know it. */
  readonly rows?: number
  readonly bytes: number
  readonly manifest: S3Url
}

export interface TableName {
  readonly schema: string
  readonly table: string
}

/** A column of a table, as the warehouse's catalogue tells it. */
export interface TableColumn {
  /** As the catalogue spells it: in lower case, unless it was made with quotes and case-sensitive names. */
  readonly name: string
  /** As in DDL, such as `character varying(20)`. */
  readonly type: string
  readonly nullable: boolean
  /** What is there if nothing is given: NULL, a DEFAULT, or a number that the warehouse counts up (`always`, or unless one is given). */
  readonly otherwise: 'null' | 'default' | 'identity' | 'default-identity'
}

/** A table as its catalogue tells it. */
export interface TableShape {
  /** In the order of the table. */
  readonly columns: readonly TableColumn[]
  /** Names of the PRIMARY KEY's columns, which Redshift does not enforce; empty without one. */
  readonly primaryKey: readonly string[]
}
