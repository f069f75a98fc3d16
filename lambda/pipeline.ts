/** The table of contents: what is done with what arrived, with a wake, and with the tick of every minute. */
import { wakeAfterArrivals, wakeAtTick } from './batch/when-to-wake'
import { whyNotAFile } from './event/skip'
import { bytesOf } from './load/lease'
import { loadTarget } from './load/load-target'
import { planOf } from './load/plan-for'
import { thresholdsOf, topicsOf } from './load/target-settings'
import { publish } from './load/tell'
import { type Arrival, type FileRecord, type S3Object, type TargetId, urlOf } from './model'
import { filesFailedNotice } from './notify/notices'
import type { Ports } from './ports'
import { routeOf } from './route/by-pattern'
import type { Settings } from './settings'

export { loadTarget }

/**
 * Routes objects and queues them as arrivals. When it resolves, everything is durable: what came may be acknowledged.
 * Doing it again does no harm.
 */
export async function ingest(ports: Ports, settings: Settings, objects: readonly S3Object[]): Promise<void> {
  const sorted = objects.map((object) => sortOut(object, settings, ports.now()))
  for (const one of sorted) report(ports, one)

  const records = sorted.flatMap((one) => (one.kind === 'routed' ? one.records : []))
  await remember(ports, settings, records)
  const arrivals = sorted.flatMap((one) => (one.kind === 'routed' ? one.arrivals : []))
  await ports.arrivals.put(arrivals)
  await Promise.all([...byTarget(arrivals)].map(([target, own]) => announce(ports, settings, target, own)))
}

/** Wakes every target for which something is due and nobody seems to come. */
export async function tick(ports: Ports): Promise<void> {
  for await (const state of ports.targets.all()) {
    if (wakeAtTick(state, ports.now())) await ports.wakes.send(state.target, 0)
  }
}

type SortedOut =
  | { readonly kind: 'own' }
  | { readonly kind: 'unrouted'; readonly object: S3Object; readonly why: string; readonly message: string }
  | { readonly kind: 'not-a-file'; readonly object: S3Object; readonly why: string; readonly message: string }
  | { readonly kind: 'routed'; readonly arrivals: readonly Arrival[]; readonly records: readonly FileRecord[] }

function sortOut(object: S3Object, settings: Settings, nowMs: number): SortedOut {
  // Our own manifests, where they share the bucket: loading them would make more of them.
  if (urlOf(object).startsWith(settings.work)) return { kind: 'own' }
  const decision = routeOf(object.key, settings.routes)
  const notAFile = whyNotAFile(object)
  if (decision.kind === 'unrouted') {
    if (notAFile) return { kind: 'not-a-file', object, why: notAFile.code, message: notAFile.reason }
    return { kind: 'unrouted', object, why: decision.why, message: decision.message }
  }
  const arrivals: Arrival[] = []
  const records: FileRecord[] = []
  for (const routed of decision.targets) {
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
  ports.log(kind === 'unrouted' ? 'warn' : 'info', kind === 'unrouted' ? 'file-unrouted' : 'file-skipped', {
    file: urlOf(object),
    why,
    message,
  })
  ports.measure(kind === 'unrouted' ? 'FilesUnrouted' : 'FilesSkipped', 1, {})
}

/** Remembers what ends before it was queued: folder markers, empty files, names that do not tell their format. */
async function remember(ports: Ports, settings: Settings, records: readonly FileRecord[]): Promise<void> {
  const fresh: FileRecord[] = []
  for (const record of records) {
    // A file that is loaded stays loaded, whatever is written over it.
    if (!(await ports.files.putUnlessLoaded(record))) continue
    const { target, object, status } = record
    const why = status === 'failed' ? record.error : status === 'skipped' ? record : undefined
    ports.log('info', `file-${status}`, { target, file: urlOf(object), code: why?.code, reason: why?.reason })
    ports.measure(status === 'failed' ? 'FilesFailed' : 'FilesSkipped', 1, { target })
    if (status === 'failed') fresh.push(record)
  }
  for (const [target, failed] of byTarget(fresh)) {
    await publish({ ports, target }, topicsOf(target, settings).failure, () =>
      filesFailedNotice({ environment: settings.name, target, records: failed }),
    )
  }
}

/** Counts what was stored, then wakes whoever loads it, unless somebody is on the way. */
async function announce(
  ports: Ports,
  settings: Settings,
  target: TargetId,
  arrivals: readonly Arrival[],
): Promise<void> {
  const thresholds = thresholdsOf(target, settings)
  const oldestMs = Math.min(...arrivals.map(({ object }) => object.eventTimeMs))
  const wakeAtMs = oldestMs + thresholds.seconds * 1000
  const state = await ports.targets.countArrivals(target, {
    files: arrivals.length,
    bytes: bytesOf(arrivals),
    wakeAtMs,
  })
  const wake = wakeAfterArrivals(state, { wakeAtMs }, thresholds, ports.now())
  if (wake.kind === 'send') await ports.wakes.send(target, wake.delaySeconds)
}

function byTarget<T extends { readonly target: TargetId }>(items: readonly T[]): ReadonlyMap<TargetId, readonly T[]> {
  const groups = new Map<TargetId, T[]>()
  for (const item of items) groups.set(item.target, [...(groups.get(item.target) ?? []), item])
  return groups
}
