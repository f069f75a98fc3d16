import * as z from 'zod'
import type { Day } from './day-prefix'

const common = {
  /** What is listed, with its day filled in. */
  prefix: z.string(),
  startedAt: z.iso.datetime(),
  /** When its last page was done. */
  updatedAt: z.iso.datetime(),
  /** Objects that were looked at; each is one of the following, or the loader's own. */
  listed: z.number(),
  /** They wait for their batch, or waited when they were looked at. */
  queued: z.number(),
  /** A file record says what became of this very version. */
  alreadyKnown: z.number(),
  /** They lie in an archive, or could not be looked at. */
  leftOut: z.number(),
}

const listing = z.discriminatedUnion('status', [
  /** `after` is the last key that was looked at. */
  z.object({ status: z.literal('listing'), ...common, after: z.exactOptional(z.string()) }),
  /** All of it is queued, and loads as its target's turn comes. */
  z.object({ status: z.literal('queued'), ...common, finishedAt: z.iso.datetime() }),
])

/** How far a bulk load is. One small document in S3 for each, which people read too. */
export const progressDocument = z.object({
  prefix: z.string(),
  target: z.string(),
  /** When it was first seen in the settings. */
  since: z.iso.datetime(),
  /** By their day, or `once`. */
  listings: z.record(z.string(), listing),
})

export type Progress = z.output<typeof progressDocument>
export type Listing = Progress['listings'][string]
export type UnderWay = Extract<Listing, { status: 'listing' }>

/** The name of the listing of a bulk load that is listed once. */
export const ONCE = 'once'

/** Whether it is the name of a day's listing. */
export function isDay(name: string): name is Day {
  return /^\d{4}-\d{2}-\d{2}$/.test(name)
}

/** What one page has told. */
export interface Page {
  readonly listed: number
  readonly queued: number
  readonly alreadyKnown: number
  readonly leftOut: number
  /** The last key of the page; `undefined` if it was the last page. */
  readonly after?: string
}

/** A listing that begins now. */
export function newListing(prefix: string, nowMs: number): UnderWay {
  const now = timeText(nowMs)
  return {
    status: 'listing',
    prefix,
    startedAt: now,
    updatedAt: now,
    listed: 0,
    queued: 0,
    alreadyKnown: 0,
    leftOut: 0,
  }
}

/** The listing after a page. */
export function afterPage({ after: _, ...before }: UnderWay, page: Page, nowMs: number): Listing {
  const now = timeText(nowMs)
  const next = {
    ...before,
    updatedAt: now,
    listed: before.listed + page.listed,
    queued: before.queued + page.queued,
    alreadyKnown: before.alreadyKnown + page.alreadyKnown,
    leftOut: before.leftOut + page.leftOut,
  }
  return page.after === undefined ? { ...next, status: 'queued', finishedAt: now } : { ...next, after: page.after }
}

/** A time as people read it. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString()
}
