import type { BulkLoad } from './bulk-load'
import { type Day, prefixOn } from './day-prefix'
import { isDay, ONCE, type Progress } from './progress'

/** A listing that is under way or due: its name in the progress, and what to list. */
export interface DueListing {
  readonly name: string
  readonly prefix: string
}

const DAY_MS = 24 * 3_600_000
/** Days that were missed, because nothing ran, are caught up so far back. */
const CATCH_UP_DAYS = 31

/**
 * The listings of a bulk load that are to be gone on with or begun, those under way first, then the earliest. A dated one is
 * listed once for each day since it was first seen; what is listed anew each day has missed nothing by missing days.
 */
export function dueListings(
  { prefix, when }: Pick<BulkLoad, 'prefix' | 'when'>,
  { since, listings }: Pick<Progress, 'since' | 'listings'>,
  nowMs: number,
): readonly DueListing[] {
  if (when.kind === 'once') return listings[ONCE]?.status === 'queued' ? [] : [{ name: ONCE, prefix: prefix.source }]
  const underWay = Object.keys(listings).filter((name) => listings[name]?.status === 'listing')
  const days = daysDue(when, Date.parse(since), nowMs).map((day) => dayOf(day - when.daysBack))
  const due = (prefix.isDated ? days : days.slice(-1)).filter((day) => listings[day] === undefined)
  return [...underWay.filter(isDay).sort(), ...due].map((day) => ({ name: day, prefix: prefixOn(prefix, day) }))
}

/** The days, counted since 1970, whose time of day came after the load was first seen and has passed. */
function daysDue({ atMs }: { readonly atMs: number }, sinceMs: number, nowMs: number): readonly number[] {
  const first = Math.max(Math.ceil((sinceMs - atMs) / DAY_MS), Math.floor(nowMs / DAY_MS) - CATCH_UP_DAYS)
  const last = Math.floor((nowMs - atMs) / DAY_MS)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}

/** Finished listings of days that were due longer ago are dropped: none of them can be due again. */
const KEPT_DAYS = 40

/** The progress without finished listings that are too old to be looked at. */
export function withoutOld(progress: Progress, { when }: Pick<BulkLoad, 'when'>, nowMs: number): Progress {
  const daysBack = when.kind === 'daily' ? when.daysBack : 0
  const oldest = dayOf(Math.floor(nowMs / DAY_MS) - KEPT_DAYS - daysBack)
  const kept = Object.entries(progress.listings).filter(
    ([name, { status }]) => !isDay(name) || status === 'listing' || name >= oldest,
  )
  return { ...progress, listings: Object.fromEntries(kept) }
}

function dayOf(days: number): Day {
  return new Date(days * DAY_MS).toISOString().slice(0, 10) as Day
}
