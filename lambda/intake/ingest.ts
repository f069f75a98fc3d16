import { isNewer } from '../batch/what-goes-in'
import { wakeAfterArrivals } from '../batch/when-to-wake'
import type { BulkLoad } from '../bulk/bulk-load'
import { leadsTo } from '../bulk/leads-to'
import { whyNotAFile } from '../event/skip'
import { rememberingTable } from '../in-table'
import { bytesOf } from '../load/lease'
import { planOf } from '../load/plan-for'
import { type Arrival, byTarget, type FileRecord, type S3Object, type TargetId, urlOf } from '../model'
import type { Ports } from '../ports'
import { reportEnded } from '../record/report-ended'
import { routeOf } from '../route/by-pattern'
import type { RoutedTarget } from '../route/route'
import type { Into, Settings } from '../settings'
import { thresholdsOf } from '../target-settings'

/**
 * Routes objects and queues them as arrivals. When it resolves, everything is durable: what came may be acknowledged.
 * Doing it again does no harm. Of the targets of an object, those that are not wanted are left out.
 */
export async function ingest(
  ports: Ports,
  objects: readonly S3Object[],
  isWanted: (object: S3Object, target: TargetId) => boolean = () => true,
): Promise<void> {
  const sort = (settings: Settings) => objects.map((object) => sortOut(object, settings, isWanted, ports.now()))
  let settings = await ports.settings()
  let sorted = sort(settings)
  // A warm function may know the settings of half a minute ago: before a file is given up, they are read afresh.
  if (sorted.some(({ kind }) => kind === 'unrouted')) {
    settings = await ports.settings({ fresh: true })
    sorted = sort(settings)
  }
  for (const one of sorted) report(ports, one)
  await queue(ports, settings, sorted)
}

/** The same for one target of a bulk load, whatever the routes say of the objects. */
export async function ingestInto(
  ports: Ports,
  settings: Settings,
  load: BulkLoad<Into>,
  objects: readonly S3Object[],
): Promise<void> {
  const nowMs = ports.now()
  const sorted = objects.map((object) => {
    const routed = leadsTo(object.key, load.target, settings) ?? load
    return settle(object, [routed], settings, nowMs)
  })
  await queue(ports, settings, sorted)
}

async function queue(ports: Ports, settings: Settings, sorted: readonly SortedOut[]): Promise<void> {
  const records = sorted.flatMap((one) => (one.kind === 'routed' ? one.records : []))
  await remember(ports, settings, records)
  const arrivals = sorted.flatMap((one) => (one.kind === 'routed' ? one.arrivals : []))
  await ports.arrivals.put(arrivals)
  await Promise.all([...byTarget(arrivals)].map(([target, own]) => announce(ports, settings, target, own)))
}

type SortedOut =
  | { readonly kind: 'own' }
  | { readonly kind: 'unrouted'; readonly object: S3Object; readonly why: string; readonly message: string }
  | { readonly kind: 'not-a-file'; readonly object: S3Object; readonly why: string; readonly message: string }
  | { readonly kind: 'routed'; readonly arrivals: readonly Arrival[]; readonly records: readonly FileRecord[] }

function sortOut(
  object: S3Object,
  settings: Settings,
  isWanted: (object: S3Object, target: TargetId) => boolean,
  nowMs: number,
): SortedOut {
  // Our own manifests, where they share the bucket: loading them would make more of them.
  if (urlOf(object).startsWith(settings.work)) return { kind: 'own' }
  const decision = routeOf(object.key, settings.routes)
  if (decision.kind === 'unrouted') {
    const notAFile = whyNotAFile(object)
    if (notAFile) return { kind: 'not-a-file', object, why: notAFile.code, message: notAFile.reason }
    return { kind: 'unrouted', object, why: decision.why, message: decision.message }
  }
  const wanted = decision.targets.filter(({ target }) => isWanted(object, target))
  return settle(object, wanted, settings, nowMs)
}

/** What becomes of an object for the targets that it leads to. */
function settle(
  object: S3Object,
  targets: readonly RoutedTarget<Into>[],
  settings: Settings,
  nowMs: number,
): SortedOut {
  const notAFile = whyNotAFile(object)
  const arrivals: Arrival[] = []
  const records: FileRecord[] = []
  for (const routed of targets) {
    const { target } = routed
    const plan = planOf(object.key, routed, settings)
    if (notAFile) records.push({ status: 'skipped', target, object, atMs: nowMs, ...notAFile })
    else if (plan.kind === 'fail') {
      const error = { code: plan.code, reason: plan.reason }
      records.push({ status: 'failed', target, object, atMs: nowMs, error })
    } else arrivals.push({ target, object })
  }
  return { kind: 'routed', arrivals, records }
}

function report(ports: Ports, sorted: SortedOut): void {
  if (sorted.kind !== 'unrouted' && sorted.kind !== 'not-a-file') return
  const { kind, object, why, message } = sorted
  const isUnrouted = kind === 'unrouted'
  const event = isUnrouted ? 'file-unrouted' : 'file-skipped'
  ports.log(isUnrouted ? 'warn' : 'info', event, { file: urlOf(object), why, message })
  ports.measure(isUnrouted ? 'FilesUnrouted' : 'FilesSkipped', 1, {})
}

/** Remembers what ends before it was queued: folder markers, empty files, names that do not tell their format. */
async function remember(ports: Ports, settings: Settings, records: readonly FileRecord[]): Promise<void> {
  const written: FileRecord[] = []
  for (const [target, own] of byTarget(records)) {
    const known = await ports.files.get(target, [...new Set(own.map(({ object }) => urlOf(object)))])
    for (const record of rememberingTable(own, known)) {
      const before = known.get(urlOf(record.object))
      // The same event again, or one that is older than what is known.
      if (before !== undefined && !isNewer(record.object, before.object)) continue
      if (await ports.files.putUnlessLoaded(record)) written.push(record)
      else logLeftOut(ports, record)
    }
  }
  await reportEnded(ports, settings, written)
}

/** A file that is loaded stays loaded, and so does its record: what cannot be loaded over it is told of here. */
function logLeftOut({ log }: Ports, { target, object }: FileRecord): void {
  log('info', 'file-version-ignored', { target, file: urlOf(object), etag: object.etag })
}

/** Counts what was stored, then wakes whoever loads it, unless somebody is on the way. */
async function announce(
  ports: Ports,
  settings: Settings,
  target: TargetId,
  arrivals: readonly Arrival[],
): Promise<void> {
  const thresholds = thresholdsOf(target, settings)
  const wakeAtMs = ownWakeTime(arrivals, thresholds.seconds, ports)
  const own = { files: arrivals.length, bytes: bytesOf(arrivals), wakeAtMs }
  const state = await ports.targets.countArrivals(target, own)
  const wake = wakeAfterArrivals(state, own, thresholds, ports.now())
  if (wake.kind === 'send') await ports.wakes.send([{ target, delaySeconds: wake.delaySeconds }])
}

/**
 * When the oldest of them will have waited long enough. Up to a second is left to chance, so that of many events of one
 * second (EventBridge tells whole ones) only the noted one finds its own time. A clock that is ahead counts as now.
 */
function ownWakeTime(arrivals: readonly Arrival[], seconds: number, { now, random }: Ports): number {
  const nowMs = now()
  if (seconds === 0) return nowMs
  const oldestMs = arrivals.reduce((oldest, { object }) => Math.min(oldest, object.eventTimeMs), nowMs)
  return oldestMs + seconds * 1000 + Math.floor(random() * 1000)
}
