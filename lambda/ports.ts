/** What the pipeline needs from the world, as small function types. Adapters live in `platform/` and `warehouse/over-*`. */
import type { LoadPlan } from './load-plan'
import type {
  AfterCommit,
  Arrival,
  Batch,
  FileError,
  FileRecord,
  Fingerprint,
  S3Url,
  TableName,
  TableShape,
  TargetId,
  TargetState,
} from './model'
import type { Settings } from './settings'

/** The waiting objects. Every operation is idempotent; order is by event time, then sequencer. */
export interface ArrivalsPort {
  /** Durable when it resolves. The same arrival written twice is one arrival. */
  put(arrivals: readonly Arrival[]): Promise<void>
  /** The oldest arrivals of a target, at most `limit`, read strongly consistent. */
  oldest(target: TargetId, limit: number): Promise<readonly Arrival[]>
  remove(arrivals: readonly Arrival[]): Promise<void>
}

/** What became of each object for each target. */
export interface FilesPort {
  /** Records by address; what has none is absent from the map. Strongly consistent. */
  get(target: TargetId, urls: readonly S3Url[]): Promise<ReadonlyMap<S3Url, FileRecord>>
  /** Writes records over whatever is there. At most one record per target and address in a call. */
  put(records: readonly FileRecord[]): Promise<void>
  /** Writes a record unless one with status `loaded` is there; tells whether it was written. */
  putUnlessLoaded(record: FileRecord): Promise<boolean>
}

/**
 * Which file was loaded with which content, for targets that want the same content once. A fingerprint is what
 * {@link fingerprintOf} makes of an object.
 */
export interface ContentsPort {
  /** The file that was loaded with each content; what was not loaded, or not noted, is absent. Strongly consistent. */
  get(target: TargetId, fingerprints: readonly Fingerprint[]): Promise<ReadonlyMap<Fingerprint, S3Url>>
  /** Notes what was loaded, over whatever is there. Doing it again does no harm. */
  put(target: TargetId, loaded: ReadonlyMap<Fingerprint, S3Url>): Promise<void>
}

export interface BatchesPort {
  put(batch: Batch): Promise<void>
  get(target: TargetId, batchId: string): Promise<Batch | undefined>
}

/** A change of a target's item: a value sets, `null` removes, absent leaves alone; the waiting counts are added. */
export interface TargetChange {
  readonly addWaitingFiles?: number
  readonly addWaitingBytes?: number
  readonly lease?: TargetState['lease'] | null
  readonly unfinished?: TargetState['unfinished'] | null
  readonly wakeAtMs?: number | null
  readonly hold?: TargetState['hold'] | null
  readonly batchFiles?: number | null
  readonly lastLoad?: TargetState['lastLoad'] | null
}

export interface TargetsPort {
  /** Strongly consistent. */
  get(target: TargetId): Promise<TargetState | undefined>
  /**
   * Adds to the waiting counts and notes a wake time unless one is noted; the item is made if it is not there.
   * Returns the item as it is afterwards, so whoever finds its own `wakeAtMs` in it has to send that wake.
   */
  countArrivals(
    target: TargetId,
    add: { readonly files: number; readonly bytes: number; readonly wakeAtMs: number },
  ): Promise<TargetState>
  /**
   * Grants the lease if nobody holds it at `nowMs`, and raises the fence; `wakeAtMs` is cleared by it.
   * `owner` must be unique per invocation: an attempt whose answer got lost is recognised by it.
   */
  claim(
    target: TargetId,
    claim: { readonly owner: string; readonly nowMs: number; readonly untilMs: number },
  ): Promise<TargetState | 'held'>
  /** Applies a change if the fence is still the holder's; returns the item afterwards. */
  change(
    target: TargetId,
    holder: { readonly owner: string; readonly fence: number },
    change: TargetChange,
  ): Promise<TargetState | 'lost-race'>
  /** Every target that was ever counted, in pages; may lag by a second. */
  all(): AsyncIterable<TargetState>
}

/** An object as a listing tells it. */
export interface ListedObject {
  readonly key: string
  /** Without quotes. */
  readonly etag: string
  readonly sizeBytes: number
  /** In whole seconds; of a multipart upload, when it was begun. */
  readonly lastModifiedMs: number
  /** It lies in a class that has to be restored before anybody can read it. */
  readonly archived: boolean
}

/** A stretch of an object. */
export interface ByteRange {
  /** Offset of its first byte, 0 or more. */
  readonly from: number
  /** How many at most, 1 or more. */
  readonly bytes: number
  /** The etag, without quotes, of the version that is meant. @default whichever is there */
  readonly ifMatch?: string
}

/** Objects in S3. */
export interface ObjectsPort {
  put(url: S3Url, body: string): Promise<void>
  /** Throws `PenstockError` with code `OBJECT_GONE` if it is not there. */
  get(url: S3Url): Promise<string>
  /**
   * The bytes of a stretch, fewer where the object ends, none behind its end. Throws `PenstockError` with code `OBJECT_GONE` if it
   * is not there, and `OBJECT_CHANGED` if it is not the version that was meant.
   */
  read(url: S3Url, range: ByteRange): Promise<Uint8Array>
  /** `undefined` if it is not there. */
  head(url: S3Url): Promise<{ readonly etag: string; readonly sizeBytes: number } | undefined>
  /** A page of what lies under a prefix, at most 1,000, in the order of the keys' bytes; `after` is a key, not listed itself. */
  list(
    bucket: string,
    prefix: string,
    after?: string,
  ): Promise<{ readonly objects: readonly ListedObject[]; readonly more: boolean }>
}

/** A hint that a target may be due. Lost, doubled or late wakes do no harm. */
export interface Wake {
  readonly target: TargetId
  /** 0–900, the longest that SQS can delay. */
  readonly delaySeconds: number
}

export interface WakesPort {
  /**
   * Sends wakes, be it one or ten thousand; one that cannot be sent stops no other. Throws `WakesNotSent` with those that
   * could not, when all others were tried, or so many requests had failed that the others were not.
   */
  send(wakes: readonly Wake[]): Promise<void>
}

/** The queues that functions read. Each has a dead-letter queue, in which messages are parked after too many tries. */
export type QueueName = 'objects' | 'wakes'

export interface DeadLetters {
  /** About how many are parked, those included that somebody is looking at. */
  readonly messages: number
  /** The dead-letter queue's own: what `aws sqs start-message-move-task` asks for. */
  readonly arn: string
}

/** What waits for a person: nothing is parked for ever, SQS deletes it 14 days after it was first sent. */
export interface DeadLettersPort {
  count(queue: QueueName): Promise<DeadLetters>
  /**
   * Has everything that is parked moved back to the queue that it came from, as new messages with all their tries.
   * Resolves when the move has begun; `under-way` if one was going on already, which takes the same messages.
   */
  driveBack(queue: QueueName): Promise<'started' | 'under-way'>
}

export interface Notice {
  /** At most 100 printable ASCII characters: what SNS takes. */
  readonly subject: string
  readonly body: Readonly<Record<string, unknown>>
  readonly attributes: Readonly<Record<string, string>>
}

export interface NoticesPort {
  publish(topicArn: string, notice: Notice): Promise<void>
}

export interface SecretsPort {
  /**
   * The secret's value, cached for some minutes; `fresh` reads it again.
   * Throws `PenstockError` with code `SECRET_NOT_SET` while it is missing or still the placeholder.
   */
  read(parameter: string, how?: { readonly fresh?: boolean }): Promise<string>
}

/** What a login to a warehouse takes. */
export interface Credentials {
  readonly user: string
  readonly password: string
  /** What a person can do if the warehouse refuses them. */
  readonly ifRefused: string
}

/** Credentials that hold now; `fresh` asks for others than those that were refused. */
export type CredentialsPort = (how?: { readonly fresh?: boolean }) => Promise<Credentials>

/** What came of a load transaction. */
export type LoadOutcome =
  /** `rows` is absent where nobody could count them. */
  | { readonly kind: 'loaded'; readonly rows?: number; readonly statements: readonly string[] }
  /** The warehouse answered, and nothing of the batch is in it. */
  | { readonly kind: 'refused'; readonly fault: Fault }
  /** The connection was lost: the transaction may or may not have been committed. Only the warehouse can tell. */
  | { readonly kind: 'unknown'; readonly fault: Fault }
  /** It goes on without us, in a session of its own; the warehouse tells when it has ended. */
  | { readonly kind: 'submitted'; readonly session: string }

/** What became of an attempt that somebody began. */
export type Found =
  | { readonly kind: 'loaded'; readonly rows?: number; readonly statements?: readonly string[] }
  | { readonly kind: 'refused'; readonly fault: Fault }
  /** It goes on by itself. */
  | { readonly kind: 'running'; readonly session: string }
  /** Nothing of it is there, and nobody can commit it any more. */
  | { readonly kind: 'nothing' }
  /** Nobody knows whether it was asked for: asked for again as the same attempt, it is the same. */
  | { readonly kind: 'maybe-submitted' }
  /** Its session does not end, and could still commit. */
  | { readonly kind: 'still-there'; readonly session: string }

/** An attempt as the target's item tells it. */
export interface Begun {
  readonly target: TargetId
  readonly batchId: string
  readonly attempt: number
  /** When the attempt was written down, in milliseconds since 1970. */
  readonly startedAtMs: number
  readonly session?: string
  /** The files of the batch: load errors are matched to them. */
  readonly urls: readonly S3Url[]
  /** What it was to do, which tells what an error at one of its statements means; absent where nobody knows any more. */
  readonly plan?: LoadPlan
  readonly manifest?: S3Url
  /** How long may be waited for its session to end. */
  readonly timeoutMs: number
}

/**
 * What kind of thing went wrong, which decides what happens next:
 * `data` one or more files are bad; `gone` a file is not there any more; `passing` try again later;
 * `too-long` it ran out of time: try again with fewer files; `set-up` a person has to mend something.
 */
export type FaultKind = 'data' | 'gone' | 'passing' | 'too-long' | 'set-up'

/** Why a warehouse did not do what it was asked. */
export interface Fault {
  readonly kind: FaultKind
  /** SQLSTATE, Node's error code, or one of ours. */
  readonly code: string
  /** What happened and what to do; the warehouse's own words without secrets. */
  readonly message: string
  /** The errors that name files, as far as the warehouse kept them. */
  readonly fileErrors: readonly (FileError & { readonly url: S3Url })[]
  /** What was asked, if it was a load. */
  readonly statements?: readonly string[]
  readonly cause?: unknown
}

/** Code of a load that was given up because a file of it was overwritten or deleted meanwhile. */
export const FILES_CHANGED = 'FILES_CHANGED'

export interface LoadJob {
  readonly batchId: string
  readonly target: TargetId
  /** The first is 1. Asked for twice, the same attempt is one. */
  readonly attempt: number
  readonly plan: LoadPlan
  /** It may have been asked for before, and be under way: no refusal of now proves that it is not. */
  readonly mayBeSubmitted?: true
  /** What the warehouse is told to read. */
  readonly manifest: S3Url
  /** A manifest for each file, where its rows are to tell which it is. */
  readonly parts?: readonly { readonly url: S3Url; readonly manifest: S3Url }[]
  /** The files in it: load errors are matched to them. */
  readonly urls: readonly S3Url[]
  readonly bytes: number
  /** The statement is cancelled after this long, if anybody waits for it. */
  readonly timeoutMs: number
  /** Asked after the load and before the receipt, where it is given and somebody waits: if not, the load is refused as `gone`. */
  readonly stillCurrent?: () => Promise<boolean>
}

/** Statements that a batch wants to be run once it is committed; their values are filled in by the session. */
export interface AfterJob {
  readonly batchId: string
  readonly target: TargetId
  readonly statements: readonly string[]
  readonly files: number
  readonly rows?: number
  readonly timeoutMs: number
  /** What an earlier call has told: they are not asked for again. */
  readonly submitted?: string
}

export type AfterOutcome =
  | ({ readonly kind: 'ended' } & AfterCommit)
  | { readonly kind: 'running'; readonly session: string }

/** A way into a warehouse. */
export interface WarehouseSession {
  /**
   * Noted before anything is loaded, so that a successor can end it. Absent where each load gets a session of its own, which
   * is known once it is submitted.
   */
  readonly id?: string
  /** One transaction: load, receipt last, commit. */
  load(job: LoadJob): Promise<LoadOutcome>
  /** What became of an attempt, outside any transaction of a load. Afterwards nobody is at it, unless it tells of somebody. */
  find(begun: Begun): Promise<Found>
  /** Runs statements each by itself, outside any transaction, up to the first that fails. It may be asked twice for the same batch. */
  runAfter(job: AfterJob): Promise<AfterOutcome>
  /** A table as the catalogue tells it; `undefined` if it is not there, or may not be seen. Throws what the driver throws. */
  table(name: TableName): Promise<TableShape | undefined>
  close(): Promise<void>
}

export type Connection =
  | { readonly kind: 'connected'; readonly session: WarehouseSession }
  | { readonly kind: 'refused'; readonly fault: Fault }

export interface WarehousesPort {
  /** Connects, and sees to it that the receipts table is there. */
  connect(warehouse: string): Promise<Connection>
}

/** One JSON line per decision. `event` is a stable name; secrets never. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, fields: Readonly<Record<string, unknown>>) => void

/**
 * Adds to a metric. `DeadLetters` and `OldestArrivalSeconds` are levels, not flows: the latest value counts, and sums over time
 * mean nothing.
 */
export type Measure = (
  metric:
    | 'FilesLoaded'
    | 'RowsLoaded'
    | 'BytesLoaded'
    | 'FilesFailed'
    | 'FilesSkipped'
    | 'FilesHeld'
    | 'FilesUnrouted'
    | 'BatchesLoaded'
    | 'BatchesFailed'
    | 'TargetsBlocked'
    | 'NoticesLost'
    | 'DeadLetters'
    | 'OldestArrivalSeconds'
    | 'FilesHealed',
  value: number,
  dimensions: Readonly<Record<string, string>>,
) => void

/** The settings of now; `fresh` asks for a newer document before answering. */
export type SettingsPort = (how?: { readonly fresh?: boolean }) => Promise<Settings>

/** Everything that the pipeline may touch. */
export interface Ports {
  readonly settings: SettingsPort
  readonly arrivals: ArrivalsPort
  readonly files: FilesPort
  readonly contents: ContentsPort
  readonly batches: BatchesPort
  readonly targets: TargetsPort
  readonly objects: ObjectsPort
  readonly wakes: WakesPort
  readonly deadLetters: DeadLettersPort
  readonly notices: NoticesPort
  readonly warehouses: WarehousesPort
  readonly log: Log
  readonly measure: Measure
  readonly now: () => number
  /** A new batch id: unique, and sorts by the time given. */
  readonly newBatchId: (nowMs: number) => string
  /** 0 ≤ x < 1, for jitter. */
  readonly random: () => number
}
