import { inTableOf, rememberingTable } from '../in-table'
import type { LoadPlan } from '../load-plan'
import {
  type Arrival,
  type FileRecord,
  type Fingerprint,
  fingerprintOf,
  type S3Object,
  type S3Url,
  urlOf,
} from '../model'

/** How a file is to be loaded by the settings of today. */
export type Plan =
  | {
      readonly kind: 'copy'
      readonly plan: LoadPlan
      /** What a later version under the key of a loaded file does. */
      readonly overwrites: 'skip' | 'reload'
      /** What the content of a loaded file does under another name. */
      readonly duplicates: 'load' | 'skip' | 'hold'
    }
  | { readonly kind: 'fail'; readonly code: string; readonly reason: string }
  | { readonly kind: 'skip'; readonly code: 'NO_LONGER_ROUTED' | 'PART_OF_SHAPEFILE'; readonly reason: string }

export interface Choice {
  /** One arrival per file, all with equal plans, oldest first. Empty when nothing is left to load. */
  readonly take: readonly Arrival[]
  readonly plan: LoadPlan | undefined
  /** Arrivals that leave the queue without being loaded: what they would bring is there, or will never be. */
  readonly drop: readonly Arrival[]
  /** What is to be remembered of them before they leave. */
  readonly records: readonly FileRecord[]
  /** Files that came together with those that replace a table, and do not fit into one load with them: they would replace them. */
  readonly leftBehind: number
}

/** What is remembered of the waiting files. */
export interface Known {
  readonly records: ReadonlyMap<S3Url, FileRecord>
  /** Which file was loaded with a content; asked only for files whose plan does not load duplicates. */
  readonly contents: ReadonlyMap<Fingerprint, S3Url>
  /** The table was replaced by a file of this time: what came before it would bring old rows back. */
  readonly replacedByMs?: number
}

export interface Limits {
  readonly files: number
  readonly bytes: number
  /** Files that replace a table together come within so long. @default however long it takes */
  readonly windowMs?: number
}

/**
 * Of the oldest arrivals of a target, which go into the next batch. The files that share the plan of the oldest one go
 * together, the others stay for a batch of their own. An object appears once, in its latest version, whatever
 * was delivered twice. Of equal contents that are wanted once, the oldest goes alone: when it is loaded or has failed, the
 * next look can tell what the others are.
 */
export function whatGoesIn(
  waiting: readonly Arrival[],
  known: Known,
  planOf: (arrival: Arrival) => Plan,
  limits: Limits,
  nowMs: number,
): Choice {
  const take: Arrival[] = []
  const drop: Arrival[] = []
  const records: FileRecord[] = []
  const latest = latestByUrl(waiting)
  const contents = new Set<Fingerprint>()
  let chosen: { readonly plan: LoadPlan; readonly key: string; readonly oldestMs: number } | undefined
  let bytes = 0
  let leftBehind = 0
  let isClosed = false

  for (const arrival of waiting) {
    const url = urlOf(arrival.object)
    if (latest.get(url) !== arrival) {
      drop.push(arrival)
      continue
    }
    const plan = planOf(arrival)
    const verdict = judge(arrival, plan, known, nowMs)
    if (verdict.kind === 'drop') {
      drop.push(arrival)
      if (verdict.record) records.push(verdict.record)
      continue
    }
    const content = fingerprintOf(arrival.object)
    if (verdict.duplicates !== 'load' && contents.has(content)) continue
    contents.add(content)
    const key = JSON.stringify(verdict.plan)
    const { eventTimeMs } = arrival.object
    chosen ??= { plan: verdict.plan, key, oldestMs: eventTimeMs }
    const replaces = chosen.plan.mode === 'replace'
    // After a while in which nothing was loaded there are several: each replaces the one before it.
    if (replaces && eventTimeMs > chosen.oldestMs + (limits.windowMs ?? Number.POSITIVE_INFINITY)) continue
    const fits = take.length < limits.files && (take.length === 0 || bytes < limits.bytes)
    if (key !== chosen.key || !fits) {
      if (replaces) leftBehind += 1
      isClosed = isInOrder(chosen.plan)
    }
    if (isClosed || key !== chosen.key || !fits) continue
    take.push(arrival)
    bytes += arrival.object.sizeBytes
  }
  return { take, plan: chosen?.plan, drop, records: rememberingTable(records, known.records), leftBehind }
}

/** Nothing but the order of files tells which row is the newer one: none may overtake another. */
export function isInOrder({ mode }: LoadPlan): boolean {
  return typeof mode === 'object' && mode.merge.version === undefined
}

type Load = Extract<Plan, { kind: 'copy' }>

type Verdict =
  | (Omit<Load, 'kind'> & { readonly kind: 'load' })
  | { readonly kind: 'drop'; readonly record?: FileRecord }

function judge(arrival: Arrival, plan: Plan, known: Known, nowMs: number): Verdict {
  const { target, object } = arrival
  const record = known.records.get(urlOf(object))
  if (record !== undefined && stands(record, object)) return { kind: 'drop' }
  const inTable = inTableOf(record)
  // Written again with the same content, whatever came in between and was not loaded.
  const isAgain = inTable?.etag === object.etag && !takesPlace(plan)
  if (inTable !== undefined && isAgain) {
    if (record?.status === 'loaded') return { kind: 'drop' }
    const { batchId } = inTable
    return { kind: 'drop', record: { status: 'loaded', target, object, batchId, atMs: nowMs } }
  }
  if (record?.status === 'loaded') {
    const reload = plan.kind === 'copy' && plan.overwrites === 'reload'
    if (!reload) return { kind: 'drop', record: { ...record, ignored: { etag: object.etag, atMs: nowMs } } }
  }
  switch (plan.kind) {
    case 'copy':
      if (plan.plan.mode === 'replace' && object.eventTimeMs < (known.replacedByMs ?? 0)) {
        return { kind: 'drop', record: superseded(arrival, nowMs) }
      }
      return judgeContent(arrival, plan, record, known.contents.get(fingerprintOf(object)), nowMs)
    case 'fail':
      return {
        kind: 'drop',
        record: { status: 'failed', target, object, atMs: nowMs, error: { code: plan.code, reason: plan.reason } },
      }
    case 'skip':
      return {
        kind: 'drop',
        record: { status: 'skipped', target, object, atMs: nowMs, code: plan.code, reason: plan.reason },
      }
  }
}

function superseded({ target, object }: Arrival, nowMs: number): FileRecord {
  const reason =
    'it came late: a later file has replaced the rows of the table. Write it again if its rows are to replace those'
  return { status: 'skipped', target, object, atMs: nowMs, code: 'SUPERSEDED', reason }
}

/** A file is no duplicate of itself: its content may be noted by a batch that was repeated after a crash. */
function judgeContent(
  { target, object }: Arrival,
  plan: Load,
  record: FileRecord | undefined,
  sameAs: S3Url | undefined,
  nowMs: number,
): Verdict {
  if (plan.duplicates === 'load' || sameAs === undefined || sameAs === urlOf(object)) return { ...plan, kind: 'load' }
  const code = 'DUPLICATE_CONTENT'
  const base = { target, object, atMs: nowMs, code } as const
  const reason = `its content (etag ${object.etag}, ${object.sizeBytes} bytes) was loaded from ${sameAs}`
  if (plan.duplicates === 'skip') return { kind: 'drop', record: { ...base, status: 'skipped', reason } }
  // Nothing is new: it is held for the same reason, and people know.
  const isKnown = record?.status === 'held' && record.sameAs === sameAs && !isNewer(object, record.object)
  return isKnown ? { kind: 'drop' } : { kind: 'drop', record: { ...base, status: 'held', reason, sameAs } }
}

/** Other rows may have taken the place of those that it brought. */
function takesPlace(plan: Plan): boolean {
  return plan.kind === 'copy' && plan.plan.mode !== undefined
}

/** The same event again, or an earlier one that came late: whatever became of the file stands. */
function stands(record: FileRecord, object: S3Object): boolean {
  if (isNewer(object, record.object) || isRepaired(object, record)) return false
  // What is held waits for a decision: the very version that is held may come again when it is made.
  return record.status !== 'held' || isNewer(record.object, object)
}

/** Without sequencers, two versions of one second are told apart by their content; a file that was not loaded may always be tried again. */
function isRepaired(object: S3Object, record: FileRecord): boolean {
  const sameTime = object.sequencer === undefined && object.eventTimeMs === record.object.eventTimeMs
  const wasTried = record.status === 'failed' || record.status === 'held'
  return wasTried && sameTime && object.etag !== record.object.etag
}

function latestByUrl(arrivals: readonly Arrival[]): ReadonlyMap<S3Url, Arrival> {
  const latest = new Map<S3Url, Arrival>()
  for (const arrival of arrivals) {
    const url = urlOf(arrival.object)
    const other = latest.get(url)
    if (other === undefined || isNewer(arrival.object, other.object)) latest.set(url, arrival)
  }
  return latest
}

/**
 * Whether `a` is a later event of the same key than `b`. Sequencers are hexadecimal and may differ in length: the shorter
 * is padded with zeros on the left. Without them the time decides.
 * Source: Amazon S3 user guide, event message structure.
 */
export function isNewer(a: S3Object, b: S3Object): boolean {
  if (a.sequencer === undefined || b.sequencer === undefined) return a.eventTimeMs > b.eventTimeMs
  const digits = Math.max(a.sequencer.length, b.sequencer.length)
  return a.sequencer.padStart(digits, '0').toUpperCase() > b.sequencer.padStart(digits, '0').toUpperCase()
}
