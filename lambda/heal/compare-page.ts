import { isNewer } from '../batch/what-goes-in'
import { messageOf } from '../errors'
import { byTarget, type FileRecord, type S3Object, type S3Url, type TargetId, urlOf } from '../model'
import type { ListedObject, Ports } from '../ports'
import { routeOf } from '../route/by-pattern'
import type { Route } from '../route/route'
import type { Into, Settings } from '../settings'
import { isAbout, isItLost, seenQueue, type Verdict } from './is-it-lost'
import { isOutside, type RouteProgress, targetText } from './progress'

/** An object that no event announced, and the targets that lack it. */
export interface Lost {
  readonly object: S3Object
  readonly targets: ReadonlySet<TargetId>
}

/** A listed object and one of the targets that it may be missing from. */
interface Candidate {
  readonly listed: ListedObject
  readonly url: S3Url
  readonly target: TargetId
  readonly holdsDuplicates: boolean
}

type HealPorts = Pick<Ports, 'arrivals' | 'targets' | 'files' | 'objects' | 'log'>

/** So many of the oldest arrivals of a target are known by name. */
const WAITING_SEEN = 1_000
/** A page may hold a file for each of a thousand tables. */
const TARGETS_AT_ONCE = 16

/** Compares a page of a listing with what is remembered. What another route takes is left to that one. */
export async function comparePage(
  ports: HealPorts,
  settings: Settings,
  route: Route<Into>,
  progress: RouteProgress,
  horizonMs: number,
  page: readonly ListedObject[],
): Promise<{ readonly lost: readonly Lost[]; readonly undecidedMs?: number }> {
  const candidates = page.flatMap((listed) => candidatesOf(settings, route, progress, horizonMs, listed))
  const lost = new Map<S3Url, { readonly object: S3Object; readonly targets: Set<TargetId> }>()
  let undecidedMs: number | undefined

  const groups = [...byTarget(candidates)]
  for (let from = 0; from < groups.length; from += TARGETS_AT_ONCE) {
    const looked = await Promise.all(
      groups.slice(from, from + TARGETS_AT_ONCE).map(([target, own]) => lookAt(ports, settings, target, own)),
    )
    for (const { listed, url, target, found } of looked.flat()) {
      if (found === 'undecided') undecidedMs = Math.min(undecidedMs ?? listed.lastModifiedMs, listed.lastModifiedMs)
      if (found === 'undecided' || found === undefined) continue
      const { object, targets } = lost.get(url) ?? { object: found, targets: new Set<TargetId>() }
      // One of its targets may remember a later version than the others: it is new to all of them then.
      lost.set(url, { object: isNewer(found, object) ? found : object, targets: targets.add(target) })
    }
  }
  return { lost: [...lost.values()], ...(undecidedMs === undefined ? {} : { undecidedMs }) }
}

type Looked = Candidate & { readonly found: S3Object | 'undecided' | undefined }

/** One target's queue first, then its records: what leaves the queue in between has its record by then. */
async function lookAt(
  ports: HealPorts,
  settings: Settings,
  target: TargetId,
  own: readonly Candidate[],
): Promise<readonly Looked[]> {
  const oldest = await ports.arrivals.oldest(target, WAITING_SEEN)
  const queue = seenQueue(oldest, WAITING_SEEN, await ports.targets.get(target))
  const urls = own.map(({ url }) => url)
  const known = await ports.files.get(target, urls)
  const looked: Looked[] = []
  for (const candidate of own) {
    const { listed, url, holdsDuplicates } = candidate
    const verdict = isItLost({ ...listed, url }, queue, { record: known.get(url), holdsDuplicates })
    looked.push({ ...candidate, found: await lostObject(ports, settings, candidate, verdict) })
  }
  return looked
}

async function lostObject(
  ports: HealPorts,
  settings: Settings,
  candidate: Candidate,
  verdict: Verdict,
): Promise<S3Object | 'undecided' | undefined> {
  switch (verdict.kind) {
    case 'known':
    case 'waiting':
      return undefined
    case 'maybe-waiting':
      return 'undecided'
    case 'lost':
      return objectOf(settings, candidate.listed)
    case 'changed':
      return nowThere(ports, settings, candidate, verdict.record)
  }
}

function candidatesOf(
  settings: Settings,
  route: Route<Into>,
  progress: RouteProgress,
  horizonMs: number,
  listed: ListedObject,
): readonly Candidate[] {
  if (listed.archived || isOutside(listed.lastModifiedMs, progress, horizonMs)) return []
  const url = urlOf({ bucket: settings.bucket, key: listed.key })
  if (url.startsWith(settings.work)) return []
  const decision = routeOf(listed.key, settings.routes)
  if (decision.kind !== 'routed' || decision.route.id !== route.id) return []
  return decision.targets.flatMap(({ target, into }, index) => {
    const written = route.targets[index]
    const sinceMs = (written && progress.since[targetText(written)]) ?? 0
    if (route.existing === 'leave' && listed.lastModifiedMs < wholeSecond(sinceMs)) return []
    return [{ listed, url, target, holdsDuplicates: into.duplicates === 'hold' }]
  })
}

/** A listing tells whole seconds: what came in the second of the beginning came after it. */
function wholeSecond(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000
}

/** The object as an event would have told it, as far as a listing can. */
function objectOf({ bucket }: Settings, { key, etag, sizeBytes, lastModifiedMs }: ListedObject): S3Object {
  return { bucket, key, etag, sizeBytes, eventTimeMs: lastModifiedMs }
}

/**
 * The record may have been written after the listing, and speak of a later version than that. So S3 is asked once more: what
 * it holds now and the record does not speak of is later than what the record speaks of.
 */
async function nowThere(
  ports: HealPorts,
  settings: Settings,
  { listed, url, holdsDuplicates }: Candidate,
  record: FileRecord,
): Promise<S3Object | 'undecided' | undefined> {
  let now: Awaited<ReturnType<Ports['objects']['head']>>
  try {
    now = await ports.objects.head(url)
  } catch (error) {
    // An object that may not be looked at holds up no other: the next pass asks again.
    ports.log('warn', 'file-not-compared', { file: url, target: record.target, why: messageOf(error) })
    return 'undecided'
  }
  if (now === undefined || isAbout(record, now.etag, holdsDuplicates)) return undefined
  const eventTimeMs = Math.max(listed.lastModifiedMs, record.object.eventTimeMs + 1)
  return { ...objectOf(settings, listed), ...now, eventTimeMs }
}
