import type { CopyPlan } from '../copy-plan'
import { type Arrival, type FileRecord, type S3Object, type S3Url, urlOf } from '../model'

/** How a file is to be loaded by the settings of today. */
export type Plan =
  | { readonly kind: 'copy'; readonly plan: CopyPlan; readonly overwrites: 'skip' | 'reload' }
  | { readonly kind: 'fail'; readonly code: string; readonly reason: string }
  | { readonly kind: 'skip'; readonly code: 'NO_LONGER_ROUTED'; readonly reason: string }

export interface Choice {
  /** One arrival per file, all with equal plans, oldest first. Empty when nothing is left to load. */
  readonly take: readonly Arrival[]
  readonly plan: CopyPlan | undefined
  /** Arrivals that leave the queue without being loaded: what they would bring is there, or will never be. */
  readonly drop: readonly Arrival[]
  /** What is to be remembered of them before they leave. */
  readonly records: readonly FileRecord[]
}

export interface Limits {
  readonly files: number
  readonly bytes: number
}

/**
 * Of the oldest arrivals of a target, which go into the next batch. The files that share the plan of the oldest one go
 * together, the others stay for a batch of their own. An object appears once, in its latest version, whatever
 * was delivered twice.
 */
export function whatGoesIn(
  waiting: readonly Arrival[],
  known: ReadonlyMap<S3Url, FileRecord>,
  planOf: (arrival: Arrival) => Plan,
  limits: Limits,
  nowMs: number,
): Choice {
  const take: Arrival[] = []
  const drop: Arrival[] = []
  const records: FileRecord[] = []
  const latest = latestByUrl(waiting)
  let chosen: { readonly plan: CopyPlan; readonly key: string } | undefined
  let bytes = 0

  for (const arrival of waiting) {
    const url = urlOf(arrival.object)
    if (latest.get(url) !== arrival) {
      drop.push(arrival)
      continue
    }
    const plan = planOf(arrival)
    const verdict = judge(arrival, known.get(url), plan, nowMs)
    if (verdict.kind === 'drop') {
      drop.push(arrival)
      if (verdict.record) records.push(verdict.record)
      continue
    }
    const key = JSON.stringify(verdict.plan)
    chosen ??= { plan: verdict.plan, key }
    const fits = take.length < limits.files && (take.length === 0 || bytes < limits.bytes)
    if (key !== chosen.key || !fits) continue
    take.push(arrival)
    bytes += arrival.object.sizeBytes
  }
  return { take, plan: chosen?.plan, drop, records }
}

type Verdict =
  | { readonly kind: 'load'; readonly plan: CopyPlan }
  | { readonly kind: 'drop'; readonly record?: FileRecord }

function judge(arrival: Arrival, record: FileRecord | undefined, plan: Plan, nowMs: number): Verdict {
  const { target, object } = arrival
  // The same event again, or an earlier one that came late: whatever became of the file stands.
  if (record !== undefined && !isNewer(object, record.object) && !isRepaired(object, record)) return { kind: 'drop' }
  if (record?.status === 'loaded') {
    // Written again with the same content.
    if (record.object.etag === object.etag) return { kind: 'drop' }
    const reload = plan.kind === 'copy' && plan.overwrites === 'reload'
    if (!reload) return { kind: 'drop', record: { ...record, ignored: { etag: object.etag, atMs: nowMs } } }
  }
  switch (plan.kind) {
    case 'copy':
      return { kind: 'load', plan: plan.plan }
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

/** Without sequencers, two versions of one second are told apart by their content; a failed file may always be tried again. */
function isRepaired(object: S3Object, record: FileRecord): boolean {
  const sameTime = object.sequencer === undefined && object.eventTimeMs === record.object.eventTimeMs
  return record.status === 'failed' && sameTime && object.etag !== record.object.etag
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
