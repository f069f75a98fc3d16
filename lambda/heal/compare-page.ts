import { isNewer } from '../batch/what-goes-in'
import { byTarget, type S3Object, type S3Url, type TargetId, urlOf } from '../model'
import type { ListedObject, Ports } from '../ports'
import { routeOf } from '../route/by-pattern'
import type { Route } from '../route/route'
import type { Into, Settings } from '../settings'
import type { Verdict } from './is-it-lost'
import { type Candidate, nowThere, objectOf, verdictsOf } from './look-at'
import { isOutside, type RouteProgress, targetText } from './progress'

/** An object that no event announced, and the targets that lack it. */
export interface Lost {
  readonly object: S3Object
  readonly targets: ReadonlySet<TargetId>
}

type HealPorts = Pick<Ports, 'arrivals' | 'targets' | 'files' | 'objects' | 'log'>

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

async function lookAt(
  ports: HealPorts,
  settings: Settings,
  target: TargetId,
  own: readonly Candidate[],
): Promise<readonly Looked[]> {
  const looked: Looked[] = []
  for (const { candidate, verdict } of await verdictsOf(ports, target, own, 'later')) {
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
      return objectOf(settings.bucket, candidate.listed)
    case 'changed':
      return nowThere(ports, settings.bucket, candidate, verdict.record)
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
