import { dueListings, withoutOld } from '../../../lambda/bulk/due-listings'
import { afterPage, type Listing, newListing, type Progress } from '../../../lambda/bulk/progress'
import { settingsFrom } from '../../../lambda/settings'
import { minimal } from '../some-settings'

const at = (text: string) => Date.parse(text)

function loadOf(given: { readonly prefix: string; readonly daily?: string; readonly daysBack?: number }) {
  const [load] = settingsFrom({ ...minimal, bulk: [{ ...given, into: { table: 'orders' } }] }).bulk
  if (load === undefined) throw new Error('no load')
  return load
}

const DATED = loadOf({ prefix: 'exports/{yyyy}/{mm}/{dd}/', daily: '02:30' })
const DAILY = loadOf({ prefix: 'history/', daily: '02:30' })
const ONCE = loadOf({ prefix: 'history/' })

function progressOf(since: string, listings: Readonly<Record<string, Listing>> = {}): Progress {
  return { prefix: 'p', target: 'main/public.orders', since, listings: { ...listings } }
}

const UNDER_WAY = newListing('p', at('2026-11-20T02:30:00Z'))
const NOTHING = { listed: 0, queued: 0, alreadyKnown: 0, leftOut: 0 }
const QUEUED = afterPage(UNDER_WAY, NOTHING, at('2026-11-20T02:31:00Z'))

const namesDue = (...given: Parameters<typeof dueListings>) => dueListings(...given).map(({ name }) => name)

/** The days that are listed by a tick every hour, each of which finishes what is due. */
function listedUntil(load: typeof DATED, since: string, until: string): readonly string[] {
  let progress = progressOf(since)
  const listed: string[] = []
  for (let now = at(since); now <= at(until); now += 3_600_000) {
    for (const { name } of dueListings(load, progress, now)) {
      listed.push(name)
      const finished = afterPage(newListing(name, now), NOTHING, now)
      progress = withoutOld({ ...progress, listings: { ...progress.listings, [name]: finished } }, load, now)
    }
  }
  return listed
}

describe('a prefix without a time of day', () => {
  it('is due until it is queued, and never again', () => {
    const since = '2026-11-20T10:00:00.000Z'
    expect(dueListings(ONCE, progressOf(since), at(since))).toEqual([{ name: 'once', prefix: 'history/' }])
    expect(namesDue(ONCE, progressOf(since, { once: UNDER_WAY }), at(since))).toEqual(['once'])
    expect(namesDue(ONCE, progressOf(since, { once: QUEUED }), at('2036-01-01T00:00:00Z'))).toEqual([])
  })
})

describe('a dated prefix', () => {
  it('is due at its time, for the day before', () => {
    const progress = progressOf('2026-11-20T01:00:00.000Z')
    expect(dueListings(DATED, progress, at('2026-11-20T02:29:59.999Z'))).toEqual([])
    expect(dueListings(DATED, progress, at('2026-11-20T02:30:00Z'))).toEqual([
      { name: '2026-11-19', prefix: 'exports/2026/11/19/' },
    ])
  })

  it('is first due at the next such time after it was first seen', () => {
    const progress = progressOf('2026-11-20T02:30:00.001Z')
    expect(namesDue(DATED, progress, at('2026-11-21T02:29:00Z'))).toEqual([])
    expect(namesDue(DATED, progress, at('2026-11-21T02:30:00Z'))).toEqual(['2026-11-20'])
  })

  it.each([
    ['2026-12-01T03:00:00Z', 1, '2026-11-30'],
    ['2027-01-01T03:00:00Z', 1, '2026-12-31'],
    ['2024-03-01T03:00:00Z', 1, '2024-02-29'],
    ['2026-03-01T03:00:00Z', 1, '2026-02-28'],
    ['2024-03-30T03:00:00Z', 30, '2024-02-29'],
    ['2026-11-20T03:00:00Z', 0, '2026-11-20'],
    ['2026-11-20T03:00:00Z', 31, '2026-10-20'],
  ])('at %s of %d days back is of %s', (now, daysBack, day) => {
    const load = loadOf({ prefix: 'exports/{yyyy}/{mm}/{dd}/', daily: '02:30', daysBack })
    const since = new Date(at(now) - 3_600_000).toISOString()
    expect(dueListings(load, progressOf(since), at(now))).toEqual([
      { name: day, prefix: `exports/${day.replaceAll('-', '/')}/` },
    ])
  })

  it('catches up on every day since it was first seen, the earliest first, but for 31 days at most', () => {
    const progress = progressOf('2026-11-18T00:00:00.000Z', { '2026-11-18': QUEUED })
    expect(namesDue(DATED, progress, at('2026-11-21T02:30:00Z'))).toEqual(['2026-11-17', '2026-11-19', '2026-11-20'])
    const due = namesDue(DATED, progressOf('2026-01-01T00:00:00.000Z'), at('2026-11-20T03:00:00Z'))
    expect([due.length, due[0], due.at(-1)]).toEqual([32, '2026-10-19', '2026-11-19'])
  })

  it('goes on with what is under way before it begins another day, however old that is', () => {
    const progress = progressOf('2026-11-19T03:00:00.000Z', { '2026-01-05': UNDER_WAY, '2026-11-18': UNDER_WAY })
    expect(namesDue(DATED, progress, at('2026-11-20T03:00:00Z'))).toEqual(['2026-01-05', '2026-11-18', '2026-11-19'])
  })

  it.each([0, 1, 31])('is listed once for each day, whatever is forgotten, %d days back', (daysBack) => {
    const load = loadOf({ prefix: 'exports/{yyyy}/{mm}/{dd}/', daily: '02:30', daysBack })
    const listed = listedUntil(load, '2026-01-01T00:00:00.000Z', '2026-07-01T00:00:00Z')
    expect(listed).toHaveLength(181)
    expect(new Set(listed).size).toBe(181)
    expect([...listed].sort()).toEqual(listed)
  })

  it('lists no day twice when its time of day is changed', () => {
    const progress = progressOf('2026-11-20T01:00:00.000Z', { '2026-11-19': QUEUED })
    const later = loadOf({ prefix: 'exports/{yyyy}/{mm}/{dd}/', daily: '20:00' })
    expect(namesDue(later, progress, at('2026-11-20T21:00:00Z'))).toEqual([])
    expect(namesDue(later, progress, at('2026-11-21T21:00:00Z'))).toEqual(['2026-11-20'])
  })
})

describe('a prefix that is listed anew each day', () => {
  it('is due once a day, and has nothing to catch up on', () => {
    const progress = progressOf('2026-11-01T00:00:00.000Z', { '2026-11-02': QUEUED })
    expect(dueListings(DAILY, progress, at('2026-11-20T03:00:00Z'))).toEqual([
      { name: '2026-11-20', prefix: 'history/' },
    ])
    const done = progressOf('2026-11-01T00:00:00.000Z', { '2026-11-20': QUEUED })
    expect(namesDue(DAILY, done, at('2026-11-21T02:29:00Z'))).toEqual([])
  })
})

describe('what is dropped of the progress', () => {
  it('is finished listings of days that were due more than 40 days ago', () => {
    const listings = { '2026-10-09': QUEUED, '2026-10-10': QUEUED, '2026-01-01': UNDER_WAY, once: QUEUED }
    const progress = progressOf('2026-01-01T00:00:00.000Z', listings)
    const kept = withoutOld(progress, DATED, at('2026-11-20T00:00:00Z'))
    expect(Object.keys(kept.listings).sort()).toEqual(['2026-01-01', '2026-10-10', 'once'])
  })
})
