import {
  afterPage,
  horizonOf,
  isOutside,
  newPass,
  nextRoute,
  type Progress,
  withRoutes,
} from '../../../lambda/heal/progress'
import { type SettingsInput, settingsFrom } from '../../../lambda/settings'

const HOUR_MS = 3_600_000
const how = { everyMinutes: 60, afterMinutes: 15 }

function routesOf(routes: SettingsInput['routes']) {
  return settingsFrom({
    name: 'test',
    bucket: 'landing',
    work: 's3://landing/_penstock/',
    warehouses: { main: { kind: 'redshift', host: 'h', database: 'd', user: 'u' } },
    routes,
  }).routes
}

const ORDERS = routesOf([{ match: 'orders/**', into: { table: 'orders' } }])
const EMPTY: Progress = { routes: {} }

/** All routes compared to their ends, at a time. */
function compared(progress: Progress, atMs: number): Progress {
  const routes = Object.entries(progress.routes).map(([id, route]) => [
    id,
    afterPage(route, newPass(atMs), { listed: 1, queued: 0 }, how, atMs),
  ])
  return { routes: Object.fromEntries(routes) }
}

describe('the progress of comparing', () => {
  it('begins a pass for a new route at once, and the next one after the interval', () => {
    const first = withRoutes(EMPTY, ORDERS, 0)
    expect(nextRoute(first, how, 0)).toBe('orders/**')
    const done = compared(first, 0)
    expect(nextRoute(done, how, HOUR_MS - 1)).toBeUndefined()
    expect(nextRoute(done, how, HOUR_MS)).toBe('orders/**')
  })

  it('gives each route its page in turn, so that a big one holds up no small one', () => {
    const two = routesOf([
      { match: 'a/**', into: { table: 'a' } },
      { match: 'b/**', into: { table: 'b' } },
    ])
    const progress = withRoutes(EMPTY, two, 0)
    const route = progress.routes['a/**']
    if (route === undefined) throw new Error('no route')
    const under = afterPage(route, newPass(0), { listed: 1_000, queued: 0, after: 'a/5' }, how, 1)
    const next = { routes: { ...progress.routes, 'a/**': under } }
    expect(nextRoute(next, how, 2)).toBe('b/**')
    const both = { routes: { ...next.routes, ...pick(compared(next, 2), 'b/**') } }
    expect(nextRoute(both, how, 3)).toBe('a/**')
    expect(nextRoute(both, how, 3, new Set(['a/**']))).toBeUndefined()
  })

  it('takes the route that waits longest when several are due', () => {
    const two = routesOf([
      { match: 'a/**', into: { table: 'a' } },
      { match: 'b/**', into: { table: 'b' } },
    ])
    let progress = compared(withRoutes(EMPTY, two, 0), 0)
    progress = { routes: { ...progress.routes, ...pick(compared(progress, HOUR_MS), 'a/**') } }
    expect(nextRoute(progress, how, 3 * HOUR_MS)).toBe('b/**')
  })

  it('remembers how far it came, and what it could not decide', () => {
    const route = withRoutes(EMPTY, ORDERS, 0).routes['orders/**']
    if (route === undefined) throw new Error('no route')
    const pass = newPass(10 * HOUR_MS)
    const first = afterPage(
      route,
      pass,
      { listed: 1_000, queued: 2, undecidedMs: 7 * HOUR_MS, after: 'orders/9' },
      how,
      0,
    )
    expect(first.pass).toEqual({
      startedAtMs: 10 * HOUR_MS,
      after: 'orders/9',
      listed: 1_000,
      queued: 2,
      undecidedMs: 7 * HOUR_MS,
    })
    const last = afterPage(first, first.pass ?? pass, { listed: 3, queued: 0 }, how, 10 * HOUR_MS + 5)
    expect(last.pass).toBeUndefined()
    expect(last.lastPass).toMatchObject({ listed: 1_003, queued: 2, endedAtMs: 10 * HOUR_MS + 5 })
    // The next pass looks again from the oldest that may have been waiting.
    expect(last.comparedUntilMs).toBe(7 * HOUR_MS)
  })

  it('leaves the second of the horizon to the next pass, since listings tell whole seconds', () => {
    const pass = newPass(HOUR_MS + 900)
    const horizonMs = horizonOf(pass, { everyMinutes: 60, afterMinutes: 0 })
    expect(horizonMs).toBe(HOUR_MS)
    expect(isOutside(HOUR_MS, { comparedUntilMs: 0 }, horizonMs)).toBe(true)
    expect(isOutside(HOUR_MS - 1_000, { comparedUntilMs: 0 }, horizonMs)).toBe(false)
  })

  it('looks back a day behind what was compared, since an upload is dated by its beginning', () => {
    const route = { comparedUntilMs: 100 * HOUR_MS }
    expect(isOutside(77 * HOUR_MS, route, 200 * HOUR_MS)).toBe(false)
    expect(isOutside(75 * HOUR_MS, route, 200 * HOUR_MS)).toBe(true)
  })

  it('compares a route from the beginning when it leads somewhere new, or loads now what was there', () => {
    const done = compared(withRoutes(EMPTY, ORDERS, 0), 10 * HOUR_MS)
    expect(withRoutes(done, ORDERS, 11 * HOUR_MS)).toEqual(done)

    const further = routesOf([{ match: 'orders/**', into: [{ table: 'orders' }, { table: 'audit' }] }])
    expect(withRoutes(done, further, 11 * HOUR_MS).routes['orders/**']).toEqual({
      // Five minutes earlier: who deploys it knows it before anybody lists it.
      since: { 'main/public.orders': -300_000, 'main/public.audit': 11 * HOUR_MS - 300_000 },
      existing: 'leave',
      holds: false,
      comparedUntilMs: 0,
    })

    const existing = routesOf([{ match: 'orders/**', existing: 'load', into: { table: 'orders' } }])
    expect(withRoutes(done, existing, 11 * HOUR_MS).routes['orders/**']).toMatchObject({ comparedUntilMs: 0 })
  })

  it('compares a route from the beginning when it holds no duplicates back any more', () => {
    const holding = routesOf([{ match: 'orders/**', into: { table: 'orders', duplicates: 'hold' } }])
    const done = compared(withRoutes(EMPTY, holding, 0), 10 * HOUR_MS)
    expect(withRoutes(done, ORDERS, 11 * HOUR_MS).routes['orders/**']).toMatchObject({ comparedUntilMs: 0 })
  })

  it('forgets a route that is gone', () => {
    const done = compared(withRoutes(EMPTY, ORDERS, 0), 0)
    expect(withRoutes(done, [], 0)).toEqual({ routes: {} })
  })
})

function pick(progress: Progress, id: string): Progress['routes'] {
  const route = progress.routes[id]
  return route === undefined ? {} : { [id]: route }
}
