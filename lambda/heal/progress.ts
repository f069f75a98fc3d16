import * as z from 'zod'
import type { RouteTarget } from '../route/route'
import type { HealSettings, Settings } from '../settings'

const pass = z.object({
  startedAtMs: z.number(),
  /** The last key that was compared. */
  after: z.exactOptional(z.string()),
  listed: z.number(),
  queued: z.number(),
  /** The oldest of those that may be waiting: the next pass has to look again from there on. */
  undecidedMs: z.exactOptional(z.number()),
})

const routeProgress = z.object({
  /** When each target of the route was first seen. */
  since: z.record(z.string(), z.number()),
  existing: z.enum(['load', 'leave']),
  /** Whether a target of it holds back what has the content of another file. */
  holds: z.boolean(),
  /** What was last modified before this was compared by an earlier pass. */
  comparedUntilMs: z.number(),
  /** When its last page was compared. */
  pageAtMs: z.exactOptional(z.number()),
  pass: z.exactOptional(pass),
  lastPass: z.exactOptional(pass.extend({ endedAtMs: z.number() })),
})

/** How far the bucket was compared with the file records, by the routes' ids. One small document in S3. */
export const progressDocument = z.object({ routes: z.record(z.string(), routeProgress) })

export type Progress = z.output<typeof progressDocument>
export type RouteProgress = Progress['routes'][string]
export type Pass = z.output<typeof pass>

/** How a target of a route is known: as it is written, its captures open. */
export function targetText({ warehouse, schema, table }: RouteTarget): string {
  return `${warehouse}/${schema.source}.${table.source}`
}

/**
 * The settings are known before the tick sees them: to who deploys them at once, to a warm function half a minute later. A file that
 * lands meanwhile is announced for them.
 */
const KNOWN_BEFORE_MS = 5 * 60_000

/**
 * The progress with the routes of today: what is gone is forgotten, and a route that leads somewhere new, that loads now what
 * was there before it, or that holds nothing back any more is compared from the beginning.
 */
export function withRoutes(progress: Progress, routes: Settings['routes'], nowMs: number): Progress {
  const entries = routes.map(({ id, existing, targets }): readonly [string, RouteProgress] => {
    const before = progress.routes[id]
    const texts = targets.map(targetText)
    const holds = targets.some(({ into }) => into.duplicates === 'hold')
    const since = Object.fromEntries(texts.map((text) => [text, before?.since[text] ?? nowMs - KNOWN_BEFORE_MS]))
    const hasNew = texts.some((text) => before?.since[text] === undefined)
    const loadsNow = existing === 'load' && before?.existing !== 'load'
    const released = before?.holds === true && !holds
    if (before === undefined || hasNew || loadsNow || released)
      return [id, { since, existing, holds, comparedUntilMs: 0 }]
    return [id, { ...before, since, existing, holds }]
  })
  return { routes: Object.fromEntries(entries) }
}

/**
 * The route to go on with: of those whose pass is under way or due, the one that waits longest for its next page, so that a
 * big one holds up no small one. `undefined` if none is due. Routes that were just tried in vain are left out.
 */
export function nextRoute(
  progress: Progress,
  { everyMinutes }: HealSettings,
  nowMs: number,
  inVain: ReadonlySet<string> = new Set(),
): string | undefined {
  const due = Object.entries(progress.routes).filter(
    ([id, { pass, lastPass }]) =>
      !inVain.has(id) &&
      (pass !== undefined || lastPass === undefined || lastPass.startedAtMs + everyMinutes * 60_000 <= nowMs),
  )
  const waits = ({ pageAtMs = 0 }: RouteProgress) => pageAtMs
  return due.sort(([, a], [, b]) => waits(a) - waits(b))[0]?.[0]
}

/** A pass that begins now. */
export function newPass(nowMs: number): Pass {
  return { startedAtMs: nowMs, listed: 0, queued: 0 }
}

/** Listings tell whole seconds, so the second in which the pass begins is left to the next one. */
export function horizonOf({ startedAtMs }: Pass, { afterMinutes }: HealSettings): number {
  return Math.floor((startedAtMs - afterMinutes * 60_000) / 1_000) * 1_000
}

/** S3 dates a multipart upload by its beginning, so one that took long appears among the old: so far back every pass looks again. */
const LOOK_BACK_MS = 24 * 3_600_000

/** Whether an object was compared by an earlier pass, or is to be left to a later one. */
export function isOutside(
  lastModifiedMs: number,
  route: Pick<RouteProgress, 'comparedUntilMs'>,
  horizonMs: number,
): boolean {
  return lastModifiedMs < route.comparedUntilMs - LOOK_BACK_MS || lastModifiedMs >= horizonMs
}

/** What one page has told. */
export interface Compared {
  readonly listed: number
  readonly queued: number
  readonly undecidedMs?: number
  /** The last key of the page; `undefined` if it was the last page. */
  readonly after?: string
}

/** The route's progress after a page. */
export function afterPage(
  route: RouteProgress,
  current: Pass,
  page: Compared,
  heal: HealSettings,
  nowMs: number,
): RouteProgress {
  const undecided = [current.undecidedMs, page.undecidedMs].filter((ms) => ms !== undefined)
  const next: Pass = {
    startedAtMs: current.startedAtMs,
    listed: current.listed + page.listed,
    queued: current.queued + page.queued,
    ...(undecided.length === 0 ? {} : { undecidedMs: Math.min(...undecided) }),
  }
  if (page.after !== undefined) return { ...route, pageAtMs: nowMs, pass: { ...next, after: page.after } }
  const { pass: _ended, ...rest } = route
  return {
    ...rest,
    pageAtMs: nowMs,
    comparedUntilMs: Math.min(horizonOf(current, heal), next.undecidedMs ?? Number.POSITIVE_INFINITY),
    lastPass: { ...next, endedAtMs: nowMs },
  }
}
