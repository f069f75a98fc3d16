import type { S3Object, TargetId } from '../../lambda/model'
import { ingest } from '../../lambda/pipeline'
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

  it('of a version that was overwritten within a second is loaded, although a listing tells whole seconds', async () => {
    const world = await aHealedWorld({ routes: [{ match: '{table}/**', into: { overwrites: 'reload' } }] })
    world.wait(1_000 - (world.now() % 1_000))
    await world.deliver(await world.put('orders/1.csv', 'first'))
    await world.wake()
    await world.put('orders/1.csv', 'second')
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual(['orders/1.csv', 'orders/1.csv'])
  })

  it('goes to each target that lacks it, also to one that remembers another version of the same second', async () => {
    const into = [
      { table: 'audit', overwrites: 'reload' as const },
      { table: 'orders', overwrites: 'reload' as const },
    ]
    const world = await aHealedWorld({ routes: [{ match: 'orders/**', into }] })
    world.wait(1_000 - (world.now() % 1_000))
    const first = await world.put('orders/1.csv', 'first')
    const batchId = 'b0'
    await world.ports.files.put([{ status: 'loaded', target: ORDERS, object: first, batchId, atMs: world.now() }])
    await world.put('orders/1.csv', 'second')
    // Until the first listing that sees it; the next one would mend it.
    await world.pass(80 * 60_000)
    expect(names(world)).toEqual(['orders/1.csv'])
    expect(world.warehouse.filesIn('main/public.audit')).toEqual(['s3://landing/orders/1.csv'])
  })

  it('is left while it lies in an archive, where nobody can read it', async () => {
    const world = await aHealedWorld()
    await world.put('orders/1.csv')
    const { list } = world.ports.objects
    let archived = true
    world.ports.objects.list = async (bucket, prefix, after) => {
      const page = await list(bucket, prefix, after)
      return { ...page, objects: page.objects.map((object) => ({ ...object, archived })) }
    }
    await world.pass(3 * HOUR_MS)
    expect(await world.state(ORDERS)).toBeUndefined()
    archived = false
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual(['orders/1.csv'])
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
    world.wait(10 * 60_000)
    await world.pass(10_000)
    await world.put('orders/new.csv')
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual(['orders/new.csv'])
  })

  it('are loaded if the route says so, also when it says so later', async () => {
    const world = aWorld({ heal: HOURLY })
    await world.put('orders/old.csv')
    world.wait(10 * 60_000)
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

  it('says what to do when its progress cannot be read, and forgets nothing by itself', async () => {
    const world = await aHealedWorld()
    const good = await world.objects.get('s3://landing/_penstock/heal.json')
    await world.put('orders/1.csv')
    await world.objects.put('s3://landing/_penstock/heal.json', '{"routes":')
    await expect(world.heal()).rejects.toMatchObject({ code: 'MALFORMED_PROGRESS' })
    await world.objects.put('s3://landing/_penstock/heal.json', good)
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual(['orders/1.csv'])
  })

  it('remembers since when a route is there, although its bucket cannot be listed at first', async () => {
    const world = aWorld({ heal: HOURLY })
    const { list } = world.ports.objects
    world.ports.objects.list = async () => {
      throw Object.assign(new Error('ListObjectsV2: AccessDenied'), { code: 'AccessDenied' })
    }
    await expect(world.heal()).rejects.toMatchObject({ code: 'AccessDenied' })
    world.wait(HOUR_MS)
    await world.put('orders/1.csv')
    world.wait(HOUR_MS)
    world.ports.objects.list = list
    await world.pass(HOUR_MS)
    expect(names(world)).toEqual(['orders/1.csv'])
  })

  it('goes on with the others when one object may not be looked at, or one route cannot be compared', async () => {
    const world = await aHealedWorld({
      routes: [
        { match: 'orders/**', into: { table: 'orders', overwrites: 'reload' } },
        { match: 'items/**', into: { table: 'items' } },
      ],
    })
    await world.deliver(await world.put('orders/foreign.csv', 'first'))
    await world.pass(60_000)
    await world.put('orders/foreign.csv', 'second')
    await world.put('orders/lost.csv')
    await world.put('items/lost.csv')
    const { head, list } = world.ports.objects
    world.ports.objects.head = async (url) => {
      if (url.includes('foreign')) throw Object.assign(new Error('HeadObject: Forbidden'), { code: '403' })
      return head(url)
    }
    let refused = 0
    world.ports.objects.list = async (bucket, prefix, after) => {
      if (prefix === 'items/' && refused++ < 3) throw new Error('SlowDown')
      return list(bucket, prefix, after)
    }
    for (let minutes = 0; minutes < 180; minutes += 1) {
      world.wait(60_000)
      await world.heal().catch(() => {})
      await world.wake()
    }
    expect(refused).toBeGreaterThanOrEqual(3)
    expect(names(world)).toEqual(['orders/foreign.csv', 'orders/lost.csv'])
    expect(world.warehouse.filesIn('main/public.items')).toHaveLength(1)
    expect(world.logged.map(({ event }) => event)).toContain('file-not-compared')
  })

  it('passes over what the loader keeps in the bucket, however much that is', async () => {
    const world = await aHealedWorld({ heal: { everyMinutes: 1, afterMinutes: 15 } })
    for (let file = 0; file < 3_500; file += 1) await world.objects.put(`s3://landing/_penstock/batches/${file}`, 'x')
    await world.put('orders/1.csv')
    world.wait(20 * 60_000)
    const before = world.trace.length
    await world.heal()
    expect(world.trace.slice(before).filter((call) => call === 'objects.list')).toHaveLength(2)
    await world.wake()
    expect(names(world)).toEqual(['orders/1.csv'])
  })

  it('finds what was held for its content, once duplicates may load', async () => {
    const route = (duplicates: 'hold' | 'load') => [{ match: '{table}/**', into: { duplicates } }]
    const world = await aHealedWorld({ routes: route('hold') })
    await world.deliver(await world.put('orders/1.csv', 'same'))
    await world.pass(60_000)
    await world.deliver(await world.put('orders/2.csv', 'same'))
    await world.pass(48 * HOUR_MS)
    expect(await world.record(ORDERS, 'orders/2.csv')).toMatchObject({ status: 'held' })
    world.changeSettings({ heal: HOURLY, routes: route('load') })
    await world.pass(2 * HOUR_MS)
    expect(names(world)).toEqual(['orders/1.csv', 'orders/2.csv'])
  })

  it('asks once for a file that was emptied after it was loaded', async () => {
    const world = await aHealedWorld()
    await world.deliver(await world.put('orders/1.csv'))
    await world.pass(60_000)
    await world.objects.put('s3://landing/orders/1.csv', '')
    await world.pass(10 * HOUR_MS)
    expect(world.measured.get('FilesHealed')).toBeUndefined()
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'loaded' })
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

describe('a file that lands just after its route was deployed', () => {
  const routes = [{ match: 'orders/**', into: { table: 'orders' } }]

  it('is loaded although the intake knew only the settings of a moment ago', async () => {
    const world = aWorld({ routes: [{ match: 'items/**', into: { table: 'items' } }] })
    const stale = world.settings()
    world.changeSettings({ routes })
    const ports = {
      ...world.ports,
      settings: async ({ fresh = false } = {}) => (fresh ? world.settings() : stale),
    }
    await ingest(ports, [await world.put('orders/1.csv')])
    await world.wake()
    expect(names(world)).toEqual(['orders/1.csv'])
  })

  it('is found for a target that the intake did not know of yet', async () => {
    const world = await aHealedWorld({ routes })
    const both = [{ match: 'orders/**', into: [{ table: 'orders' }, { table: 'audit' }] }]
    const file = await world.put('orders/1.csv')
    await world.deliver(file)
    world.wait(60_000)
    world.changeSettings({ heal: HOURLY, routes: both })
    await world.pass(3 * HOUR_MS)
    expect(world.warehouse.filesIn('main/public.audit')).toEqual(['s3://landing/orders/1.csv'])
    expect(names(world)).toEqual(['orders/1.csv'])
  })
})
