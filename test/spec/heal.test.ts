import type { S3Object, TargetId } from '../../lambda/model'
import { aWorld, type World } from './world'

const ORDERS: TargetId = 'main/public.orders'
const HOUR_MS = 3_600_000

const HOURLY = { everyMinutes: 60, afterMinutes: 15 }

const HEAL_CALLS = [
  'objects.list',
  'objects.put',
  'objects.get',
  'targets.get',
  'files.get',
  'arrivals.oldest',
  'arrivals.put',
  'targets.countArrivals',
  'wakes.send',
]

/** The route is known, and nothing was there before it. */
async function aHealedWorld(given: Parameters<typeof aWorld>[0] = {}): Promise<World> {
  const world = aWorld({ heal: HOURLY, ...given })
  await world.pass(60_000)
  return world
}

const names = (world: World) =>
  [...world.warehouse.filesIn(ORDERS)].sort().map((url) => url.slice('s3://landing/'.length))

describe('a file that no event announced (S2, S7)', () => {
  it('is found by listing and loaded, once', async () => {
    const world = await aHealedWorld()
    await world.put('orders/lost.csv')
    await world.deliver(await world.put('orders/announced.csv'))
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual(['orders/announced.csv', 'orders/lost.csv'])
    expect(await world.record(ORDERS, 'orders/lost.csv')).toMatchObject({ status: 'loaded' })
    expect(world.measured.get('FilesHealed')).toBe(1)
    const told = world.logged.filter(({ event }) => event === 'file-healed')
    expect(told.map(({ fields }) => fields['file'])).toEqual(['s3://landing/orders/lost.csv'])
  })

  it('is not loaded again by an event that comes after all', async () => {
    const world = await aHealedWorld()
    const late = await world.put('orders/1.csv')
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual(['orders/1.csv'])
    await world.deliver(late)
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual(['orders/1.csv'])
  })

  it('is loaded once also when its event comes while it waits', async () => {
    const world = await aHealedWorld({ batch: { seconds: 3 * 3600, files: 100 } })
    const late = await world.put('orders/1.csv')
    await world.pass(90 * 60_000)
    expect(await world.waiting(ORDERS)).toHaveLength(1)
    await world.deliver(late)
    await world.pass(6 * HOUR_MS)
    expect(names(world)).toEqual(['orders/1.csv'])
    expect(await world.waiting(ORDERS)).toEqual([])
  })

  it('is given the time that an event may take', async () => {
    const world = await aHealedWorld({ heal: { everyMinutes: 1, afterMinutes: 30 } })
    await world.put('orders/1.csv')
    await world.pass(29 * 60_000)
    expect(names(world)).toEqual([])
    await world.pass(5 * 60_000)
    expect(names(world)).toEqual(['orders/1.csv'])
  })

  it('is remembered as what it is, if it is no file to load', async () => {
    const world = await aHealedWorld()
    await world.objects.put('s3://landing/orders/empty.csv', '')
    await world.put('orders/noformat')
    await world.pass(3 * HOUR_MS)
    expect(await world.record(ORDERS, 'orders/empty.csv')).toMatchObject({ status: 'skipped', code: 'EMPTY_OBJECT' })
    expect(await world.record(ORDERS, 'orders/noformat')).toMatchObject({ status: 'failed' })
    expect(world.measured.get('FilesHealed')).toBe(2)
  })

  it('of a repaired version is loaded, and of an overwritten one is loaded where the route reloads', async () => {
    const world = await aHealedWorld({ routes: [{ match: '{table}/**', into: { overwrites: 'reload' } }] })
    world.warehouse.bad.set('s3://landing/orders/bad.csv', { code: 'X', reason: 'bad' })
    await world.deliver(await world.put('orders/bad.csv', 'bad'), await world.put('orders/1.csv', 'first'))
    await world.pass(60_000)
    expect(names(world)).toEqual(['orders/1.csv'])
    world.warehouse.bad.clear()
    await world.put('orders/bad.csv', 'repaired')
    await world.put('orders/1.csv', 'second')
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual(['orders/1.csv', 'orders/1.csv', 'orders/bad.csv'])
    await world.pass(5 * HOUR_MS)
    expect(names(world)).toHaveLength(3)
  })

  it('of a later version is noted and left out where the route skips', async () => {
    const world = await aHealedWorld()
    await world.deliver(await world.put('orders/1.csv', 'first'))
    await world.pass(60_000)
    await world.put('orders/1.csv', 'second')
    await world.pass(5 * HOUR_MS)
    expect(names(world)).toEqual(['orders/1.csv'])
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'loaded', ignored: {} })
    expect(world.measured.get('FilesHealed')).toBe(1)
  })

  it('goes to the target that lacks it alone', async () => {
    const world = await aHealedWorld({
      routes: [{ match: 'orders/**', into: [{ table: 'orders' }, { table: 'audit' }] }],
    })
    const object = await world.put('orders/1.csv')
    await world.ports.files.put([
      { status: 'loaded', target: 'main/public.audit', object, batchId: 'b0', atMs: world.now() },
    ])
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual(['orders/1.csv'])
    expect(world.warehouse.filesIn('main/public.audit')).toEqual([])
    expect((await world.state('main/public.audit'))?.waitingFiles ?? 0).toBe(0)
  })
})

describe('files that were there before the route', () => {
  it('are left, and those that come afterwards are loaded', async () => {
    const world = aWorld({ heal: HOURLY })
    await world.put('orders/old.csv')
    await world.pass(10_000)
    await world.put('orders/new.csv')
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual(['orders/new.csv'])
  })

  it('are loaded if the route says so, also when it says so later', async () => {
    const world = aWorld({ heal: HOURLY })
    await world.put('orders/old.csv')
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual([])
    world.changeSettings({ heal: HOURLY, routes: [{ match: '{table}/**', existing: 'load', into: {} }] })
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual(['orders/old.csv'])
  })

  it('are loaded from a bucket of many pages, although each run lists a few', async () => {
    const world = aWorld({
      heal: HOURLY,
      routes: [{ match: '{table}/**', existing: 'load', into: {} }],
      batch: { files: 5_000 },
    })
    for (let file = 0; file < 2_500; file += 1) await world.put(`orders/${String(file).padStart(5, '0')}.csv`)
    await world.pass(2 * HOUR_MS)
    expect(names(world)).toHaveLength(2_500)
    expect(new Set(names(world)).size).toBe(2_500)
  })
})

describe('the heal', () => {
  it('looks at nothing that the loader wrote itself, nor at what another route takes', async () => {
    const world = await aHealedWorld({
      routes: [
        { match: '**', into: { table: 'rest' } },
        { match: 'orders/**', into: { table: 'orders' } },
      ],
    })
    await world.put('orders/1.csv')
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual(['orders/1.csv'])
    expect(world.warehouse.filesIn('main/public.rest')).toEqual([])
  })

  it('does not queue again what waits for a blocked target, and finds what it lacks once that is mended', async () => {
    const world = await aHealedWorld()
    world.warehouse.tables = new Set()
    const objects: S3Object[] = []
    for (let file = 0; file < 5; file += 1) objects.push(await world.put(`orders/${file}.csv`))
    await world.deliver(...objects)
    await world.put('orders/lost.csv')
    await world.pass(3 * HOUR_MS)
    expect(await world.waiting(ORDERS)).toHaveLength(5)
    world.warehouse.tables = undefined
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toHaveLength(6)
    expect(world.measured.get('FilesHealed')).toBe(1)
  })

  it('goes on where it stopped, whoever dies in it', async () => {
    for (const at of HEAL_CALLS) {
      for (const when of ['before', 'after'] as const) {
        const world = await aHealedWorld()
        await world.put('orders/lost.csv')
        await world.pass(59 * 60_000)
        world.dyingAt({ at, when, call: 1 })
        await world.pass(3 * HOUR_MS)
        expect(world.trace).toContain(`✝ ${at}`)
        expect([at, when, names(world)]).toEqual([at, when, ['orders/lost.csv']])
      }
    }
  })

  it('begins again when its progress cannot be read, and says so', async () => {
    const world = await aHealedWorld()
    await world.objects.put('s3://landing/_penstock/heal.json', '{"routes":')
    await world.pass(60_000)
    expect(world.logged.map(({ event }) => event)).toContain('heal-progress-unreadable')
    await world.put('orders/1.csv')
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual(['orders/1.csv'])
  })

  it('can be switched off', async () => {
    const world = await aHealedWorld({ heal: false })
    await world.put('orders/1.csv')
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual([])
    expect(world.trace).not.toContain('objects.list')
  })

  it('costs one listing per thousand objects and pass, and no record is read twice a day later', async () => {
    const world = await aHealedWorld()
    for (let file = 0; file < 100; file += 1) await world.deliver(await world.put(`orders/${file}.csv`))
    await world.pass(30 * HOUR_MS)
    const before = world.trace.length
    await world.pass(10 * HOUR_MS)
    const calls = world.trace.slice(before)
    expect(calls.filter((call) => call === 'objects.list').length).toBeLessThanOrEqual(11)
    expect(calls.filter((call) => call === 'files.get')).toEqual([])
  })
})
