import { MOST_WAITING } from '../../lambda/bulk/bulk'
import type { Progress } from '../../lambda/bulk/progress'
import { makeOnTick } from '../../lambda/handlers/on-tick'
import type { TargetId } from '../../lambda/model'
import { bulk } from '../../lambda/pipeline'
import type { SettingsInput } from '../../lambda/settings'
import { everyDeath } from './every-death'
import { aWorld, type World } from './world'

const ORDERS: TargetId = 'main/public.orders'
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** Nothing but what the test is about leads anywhere. */
const ELSEWHERE = [{ match: 'elsewhere/**', into: { table: 'elsewhere' } }]
const HISTORY = { prefix: 'history/', into: { table: 'orders' } }

type Given = Partial<SettingsInput>

/** A world with files that were there before anything was said of them. */
async function aWorldWith(keys: readonly string[], given: Given = {}): Promise<World> {
  const world = aWorld({ routes: ELSEWHERE, bulk: [HISTORY], ...given })
  for (const key of keys) await world.put(key)
  return world
}

const manyKeys = (count: number) =>
  Array.from({ length: count }, (_, index) => `history/${String(index).padStart(6, '0')}.csv`)

const names = (world: World, target = ORDERS) =>
  [...world.warehouse.filesIn(target)].sort().map((url) => url.slice('s3://landing/'.length))

/** What the progress of the only load into a target says. */
async function progressOf(world: World, target = ORDERS): Promise<Progress> {
  const [url, ...others] = world.objects
    .urls()
    .filter((one) => one.startsWith(`s3://landing/_penstock/bulk/${target}/`))
  expect(others).toEqual([])
  return JSON.parse(await world.objects.get(url ?? 's3://landing/none')) as Progress
}

describe('what lies under the prefix of a bulk load', () => {
  it('is loaded once into its table, although no route leads there', async () => {
    const keys = ['history/1.csv', 'history/deep/2.csv']
    const world = await aWorldWith([...keys, 'historyx/3.csv'])
    await world.pass(10 * MINUTE_MS)
    expect(names(world)).toEqual(keys)
    for (const key of keys) expect(await world.record(ORDERS, key)).toMatchObject({ status: 'loaded' })
    expect(await progressOf(world)).toMatchObject({
      prefix: 'history/',
      target: ORDERS,
      since: '2026-11-20T12:00:15.003Z',
      listings: {
        once: { status: 'queued', prefix: 'history/', listed: 2, queued: 2, alreadyKnown: 0, leftOut: 0 },
      },
    })
    const told = world.logged.filter(({ event }) => event === 'bulk-listed')
    expect(told.map(({ fields }) => fields)).toEqual([
      {
        prefix: 'history/',
        target: ORDERS,
        listed: 2,
        queued: 2,
        alreadyKnown: 0,
        leftOut: 0,
        progress: expect.stringMatching(
          /^s3:\/\/landing\/_penstock\/bulk\/main\/public\.orders\/history-\w{12}\.json$/,
        ),
      },
    ])
  })

  it('is not listed again, whatever comes later, until its progress is deleted', async () => {
    const world = await aWorldWith(['history/1.csv'])
    await world.pass(MINUTE_MS)
    await world.put('history/2.csv')
    await world.pass(48 * HOUR_MS)
    expect(names(world)).toEqual(['history/1.csv'])
    expect(world.trace.filter((call) => call === 'objects.list')).toHaveLength(1)
    for (const url of world.objects.urls()) if (url.includes('/bulk/')) world.objects.delete(url)
    await world.pass(MINUTE_MS)
    expect(names(world)).toEqual(['history/1.csv', 'history/2.csv'])
    expect((await progressOf(world)).listings['once']).toMatchObject({ listed: 2, queued: 1, alreadyKnown: 1 })
  })

  it('is loaded in batches as large as its options say, and by its options', async () => {
    const into = { table: 'orders', batch: { files: 40 }, csv: { headerLines: 1 } }
    const world = await aWorldWith(manyKeys(100), { bulk: [{ prefix: 'history/', into }] })
    await world.pass(10 * MINUTE_MS)
    const { receipts } = world.warehouse
    expect(receipts.map(({ files }) => files)).toEqual([40, 40, 20])
    const batch = await world.batch(ORDERS, receipts[0]?.batchId ?? '')
    const contents = await world.objects.get(`${batch?.folder ?? 's3://x/'}batch.json`)
    expect(JSON.parse(contents)).toMatchObject({ plan: { headerLines: 1 } })
  })

  it('goes into two tables by two loads, each by itself', async () => {
    const bulk = [HISTORY, { prefix: 'history/', into: { table: 'audit' } }]
    const world = await aWorldWith(manyKeys(3), { bulk })
    world.warehouse.tables = new Set(['main/public.audit'])
    await world.pass(10 * MINUTE_MS)
    expect(names(world, 'main/public.audit')).toHaveLength(3)
    expect(names(world)).toEqual([])
    world.warehouse.tables = undefined
    await world.pass(HOUR_MS)
    expect(names(world)).toHaveLength(3)
  })

  it('is remembered as what it is, if it is no file to load, and left while it lies in an archive', async () => {
    const world = await aWorldWith(['history/noformat', 'history/1.csv', 'history/frozen.csv'])
    await world.objects.put('s3://landing/history/empty.csv', '')
    const { list } = world.ports.objects
    world.ports.objects.list = async (bucket, prefix, after) => {
      const page = await list(bucket, prefix, after)
      return { ...page, objects: page.objects.map((one) => ({ ...one, archived: one.key.includes('frozen') })) }
    }
    await world.pass(MINUTE_MS)
    expect(names(world)).toEqual(['history/1.csv'])
    expect(await world.record(ORDERS, 'history/noformat')).toMatchObject({ status: 'failed' })
    expect(await world.record(ORDERS, 'history/empty.csv')).toMatchObject({ status: 'skipped', code: 'EMPTY_OBJECT' })
    expect((await progressOf(world)).listings['once']).toMatchObject({ listed: 4, queued: 3, leftOut: 1 })
  })

  it('is nothing of what the loader keeps in the bucket', async () => {
    const world = await aWorldWith(['_pen/1.csv'], { bulk: [{ prefix: '_pen', into: { table: 'orders' } }] })
    for (let file = 0; file < 2_500; file += 1) await world.objects.put(`s3://landing/_penstock/batches/${file}`, 'x')
    await world.pass(MINUTE_MS)
    expect(names(world)).toEqual(['_pen/1.csv'])
    expect(world.trace.filter((call) => call === 'objects.list').length).toBeLessThanOrEqual(2)
  })

  it('is skipped with that reason if its load is taken out of the settings before its turn came', async () => {
    const world = await aWorldWith(['history/1.csv'], { batch: { seconds: 3_600 } })
    world.wait(10 * MINUTE_MS)
    world.warehouse.tables = new Set()
    await world.pass(MINUTE_MS)
    world.changeSettings({ routes: ELSEWHERE })
    await world.pass(HOUR_MS)
    expect(await world.record(ORDERS, 'history/1.csv')).toMatchObject({ status: 'skipped', code: 'NO_LONGER_ROUTED' })
  })
})

describe('a bulk load and a route into the same table (S2)', () => {
  const routes = [{ match: '{table}/**', into: {} }]
  const bulk = [{ prefix: 'orders/', into: { table: 'orders' } }]

  it('load each file once, whichever of them finds it first', async () => {
    const world = aWorld({ routes, bulk, heal: { everyMinutes: 1, afterMinutes: 0 } })
    const announced = [await world.put('orders/1.csv'), await world.put('orders/2.csv')]
    await world.put('orders/silent.csv')
    await world.deliver(...announced.slice(0, 1))
    await world.pass(MINUTE_MS)
    await world.deliver(...announced)
    await world.pass(HOUR_MS)
    expect(names(world)).toEqual(['orders/1.csv', 'orders/2.csv', 'orders/silent.csv'])
    expect(await world.waiting(ORDERS)).toEqual([])
  })

  it('load each file once also while it waits twice', async () => {
    const world = aWorld({ routes, bulk, batch: { seconds: 3_600 } })
    const announced = [await world.put('orders/1.csv'), await world.put('orders/2.csv')]
    await world.bulk()
    await world.deliver(...announced)
    expect(await world.waiting(ORDERS)).toHaveLength(4)
    await world.pass(3 * HOUR_MS)
    expect(names(world)).toEqual(['orders/1.csv', 'orders/2.csv'])
    expect(await world.state(ORDERS)).toMatchObject({ waitingFiles: 0 })
  })

  it('load a key of the prefix elsewhere if a route leads it elsewhere, and into the table as well', async () => {
    const world = aWorld({ routes, bulk: [HISTORY] })
    await world.deliver(await world.put('history/1.csv'))
    await world.pass(10 * MINUTE_MS)
    expect(names(world)).toEqual(['history/1.csv'])
    expect(names(world, 'main/public.history')).toEqual(['history/1.csv'])
  })

  it('are no business of the heal, which queues nothing for the table that only the load leads to', async () => {
    const world = aWorld({ routes: ELSEWHERE, bulk: [HISTORY], heal: { everyMinutes: 1, afterMinutes: 0 } })
    await world.put('history/1.csv')
    await world.pass(10 * MINUTE_MS)
    await world.put('history/2.csv')
    await world.pass(48 * HOUR_MS)
    expect(names(world)).toEqual(['history/1.csv'])
    expect(world.measured.get('FilesHealed')).toBeUndefined()
  })

  it('load a repaired file again, and an overwritten one where it is to be reloaded', async () => {
    const into = { table: 'orders', overwrites: 'reload' as const }
    const world = aWorld({ routes: ELSEWHERE, bulk: [{ prefix: 'history/', into, daily: '13:00' }] })
    world.warehouse.bad.set('s3://landing/history/bad.csv', { code: 'X', reason: 'bad' })
    await world.put('history/bad.csv', 'bad')
    await world.put('history/1.csv', 'first')
    await world.pass(2 * HOUR_MS)
    expect(names(world)).toEqual(['history/1.csv'])
    world.warehouse.bad.clear()
    await world.put('history/bad.csv', 'repaired')
    await world.put('history/1.csv', 'second')
    await world.pass(24 * HOUR_MS)
    expect(names(world)).toEqual(['history/1.csv', 'history/1.csv', 'history/bad.csv'])
  })
})

describe('a bulk load goes on where it stopped', () => {
  const KEYS = [...manyKeys(3), 'history/bad.csv']

  async function aStage(pageSize: number): Promise<World> {
    const world = await aWorldWith(KEYS)
    const { list } = world.objects
    world.objects.list = async (bucket, prefix, after) => {
      const { objects, more } = await list(bucket, prefix, after)
      return { objects: objects.slice(0, pageSize), more: more || objects.length > pageSize }
    }
    world.warehouse.bad.set('s3://landing/history/bad.csv', { code: 'X', reason: 'bad' })
    return world
  }

  it.each([
    ['one page', 1_000],
    ['pages', 2],
  ])(
    'of %s whoever dies, before or after any call, with nothing lost and nothing twice (S2, S5, S7)',
    async (_, size) => {
      const story = (world: World) => world.pass(MINUTE_MS)
      const deaths = await everyDeath(story, await aStage(size))
      expect(deaths.length).toBeGreaterThan(60)
      expect(new Set(deaths.map(({ at }) => at))).toContain('objects.list')
      for (const death of deaths) {
        const world = await aStage(size)
        world.dyingAt(death)
        await story(world)
        await world.pass(10 * MINUTE_MS)
        const told = `after a death ${death.when} ${death.at} #${death.call}`
        // What is not there yet is answered by an error, and after that nobody dies.
        const isError = death.at === 'objects.get' && death.when === 'after'
        expect([told, isError || world.trace.includes(`✝ ${death.at}`)]).toEqual([told, true])
        expect([told, names(world)]).toEqual([told, manyKeys(3)])
        expect([told, (await world.record(ORDERS, 'history/bad.csv'))?.status]).toEqual([told, 'failed'])
        expect([told, await world.waiting(ORDERS)]).toEqual([told, []])
        expect([told, (await world.state(ORDERS))?.waitingFiles]).toEqual([told, 0])
        const { once } = (await progressOf(world)).listings
        expect([told, once]).toEqual([told, expect.objectContaining({ status: 'queued', listed: 4 })])
      }
    },
  )

  it('after the pages of one run, from the key that was the last', async () => {
    const world = await aWorldWith(manyKeys(2_500), { batch: { files: 5_000 } })
    let pages = 0
    const { list } = world.ports.objects
    world.ports.objects.list = async (bucket, prefix, after) => {
      pages += 1
      // Nobody has any time left after it.
      world.wait(20_000)
      return list(bucket, prefix, after)
    }
    await world.bulk()
    expect(pages).toBe(1)
    expect((await progressOf(world)).listings['once']).toMatchObject({ status: 'listing', after: 'history/000999.csv' })
    await world.bulk()
    await world.bulk()
    expect((await progressOf(world)).listings['once']).toMatchObject({ status: 'queued', listed: 2_500, queued: 2_500 })
    await world.bulk()
    expect(pages).toBe(3)
    await world.pass(MINUTE_MS)
    expect(new Set(names(world)).size).toBe(2_500)
    expect(names(world)).toHaveLength(2_500)
  })

  it('and stops while too many files wait for its target, and for no other', async () => {
    const bulk = [HISTORY, { prefix: 'other/', into: { table: 'audit' } }]
    const world = await aWorldWith([...manyKeys(3), 'other/1.csv'], { bulk })
    await world.ports.targets.countArrivals(ORDERS, { files: MOST_WAITING, bytes: 1, wakeAtMs: world.now() + HOUR_MS })
    await world.bulk()
    expect((await progressOf(world)).listings).toEqual({})
    expect((await world.waiting('main/public.audit')).length).toBe(1)
    // Whoever looks at the queue finds out that nothing waits.
    await world.pass(10 * MINUTE_MS)
    expect(names(world)).toEqual(manyKeys(3))
  })

  it('a page of each in turn, so that a big one holds up no small one', async () => {
    const bulk = [HISTORY, { prefix: 'other/', into: { table: 'audit' } }]
    const world = await aWorldWith([...manyKeys(1_500), 'other/1.csv'], { bulk })
    const listed: string[] = []
    const { list } = world.ports.objects
    world.ports.objects.list = async (bucket, prefix, after) => {
      listed.push(prefix)
      return list(bucket, prefix, after)
    }
    await world.bulk()
    expect(listed).toEqual(['history/', 'other/', 'history/'])
  })
})

describe('a bulk load that cannot be listed', () => {
  it('holds up no other, is told of with its reason, and is tried again', async () => {
    const bulk = [{ prefix: 'forbidden/', into: { table: 'a' } }, HISTORY]
    const world = await aWorldWith(['history/1.csv', 'forbidden/1.csv'], { bulk })
    const { list } = world.ports.objects
    let refuses = true
    world.ports.objects.list = async (bucket, prefix, after) => {
      if (refuses && prefix === 'forbidden/') throw Object.assign(new Error('AccessDenied'), { code: 'AccessDenied' })
      return list(bucket, prefix, after)
    }
    await expect(world.bulk()).rejects.toMatchObject({ code: 'AccessDenied' })
    await world.wake()
    expect(names(world)).toEqual(['history/1.csv'])
    const told = world.logged.find(({ event }) => event === 'bulk-not-listed')
    expect(told?.fields).toMatchObject({ prefix: 'forbidden/', target: 'main/public.a', why: 'AccessDenied' })
    refuses = false
    await world.pass(MINUTE_MS)
    expect(names(world, 'main/public.a')).toEqual(['forbidden/1.csv'])
  })

  it('does not keep the tick from healing, and is told of by its failure', async () => {
    const routes = [{ match: 'orders/**', into: { table: 'orders' } }]
    const world = aWorld({ routes, bulk: [{ prefix: 'forbidden/', into: { table: 'a' } }], heal: { afterMinutes: 0 } })
    await world.pass(MINUTE_MS)
    await world.put('forbidden/1.csv')
    await world.put('orders/lost.csv')
    for (const url of world.objects.urls()) if (url.includes('/bulk/')) world.objects.delete(url)
    const { list } = world.ports.objects
    world.ports.objects.list = async (bucket, prefix, after) => {
      if (prefix === 'forbidden/') throw Object.assign(new Error('AccessDenied'), { code: 'AccessDenied' })
      return list(bucket, prefix, after)
    }
    world.wait(2 * HOUR_MS)
    const onTick = makeOnTick({ ports: world.ports, flush: () => {} })
    const invocation = { awsRequestId: 'tick', getRemainingTimeInMillis: () => MINUTE_MS }
    await expect(onTick({}, invocation)).rejects.toMatchObject({ code: 'AccessDenied' })
    await world.wake()
    expect(names(world)).toEqual(['orders/lost.csv'])
  })

  it('because it holds nothing is no failure, and told of with a warning', async () => {
    const world = await aWorldWith([])
    const levels: string[] = []
    const ports = { ...world.ports, log: (level: string, event: string) => void levels.push(`${level} ${event}`) }
    await bulk(ports, { deadlineMs: world.now() + MINUTE_MS })
    expect(levels).toEqual(['warn bulk-listed'])
  })

  it('because its progress cannot be read says what to do, and does nothing by itself', async () => {
    const world = await aWorldWith(['history/1.csv'])
    await world.bulk()
    const [url = 's3://landing/none'] = world.objects.urls().filter((one) => one.includes('/bulk/'))
    await world.objects.put(url, '{"since":')
    await expect(world.bulk()).rejects.toMatchObject({ code: 'MALFORMED_PROGRESS' })
    expect(world.trace.filter((call) => call === 'objects.list')).toHaveLength(1)
  })

  it('goes on when one of its objects may not be looked at', async () => {
    const world = await aWorldWith(['history/2.csv'], { bulk: [{ ...HISTORY, daily: '13:00' }] })
    await world.put('history/1.csv', 'first')
    await world.pass(2 * HOUR_MS)
    await world.put('history/1.csv', 'second')
    await world.put('history/3.csv')
    world.ports.objects.head = async () => {
      throw Object.assign(new Error('HeadObject: Forbidden'), { code: '403' })
    }
    await world.pass(24 * HOUR_MS)
    expect(names(world)).toEqual(['history/1.csv', 'history/2.csv', 'history/3.csv'])
    expect((await progressOf(world)).listings['2026-11-21']).toMatchObject({ listed: 3, queued: 1, leftOut: 1 })
  })
})

describe('a bulk load of each day', () => {
  const DATED = { prefix: 'exports/{yyyy}/{mm}/{dd}/', into: { table: 'orders' }, daily: '13:30' }

  it('lists the partition of yesterday at its time, once', async () => {
    const world = await aWorldWith(
      ['exports/2026/11/18/a.csv', 'exports/2026/11/19/a.csv', 'exports/2026/11/20/a.csv'],
      {
        bulk: [DATED],
      },
    )
    await world.pass(89 * MINUTE_MS)
    expect(names(world)).toEqual([])
    await world.pass(5 * MINUTE_MS)
    expect(names(world)).toEqual(['exports/2026/11/19/a.csv'])
    await world.put('exports/2026/11/19/late.csv')
    await world.pass(HOUR_MS)
    expect(names(world)).toEqual(['exports/2026/11/19/a.csv'])
    await world.pass(23 * HOUR_MS)
    expect(names(world)).toEqual(['exports/2026/11/19/a.csv', 'exports/2026/11/20/a.csv'])
    expect(Object.keys((await progressOf(world)).listings)).toEqual(['2026-11-19', '2026-11-20'])
  })

  it('catches up on the days in which nothing ran', async () => {
    const days = ['2026/11/18', '2026/11/19', '2026/11/20', '2026/11/21', '2026/11/22', '2026/11/23']
    const world = await aWorldWith(
      days.map((day) => `exports/${day}/a.csv`),
      { bulk: [DATED] },
    )
    await world.pass(MINUTE_MS)
    world.wait(3 * 24 * HOUR_MS)
    await world.pass(2 * HOUR_MS)
    expect(names(world)).toEqual(days.slice(1, 5).map((day) => `exports/${day}/a.csv`))
  })

  it('without a day in its prefix lists it anew, and loads what is new', async () => {
    const world = await aWorldWith(['history/1.csv'], { bulk: [{ ...HISTORY, daily: '13:30' }] })
    await world.pass(2 * HOUR_MS)
    expect(names(world)).toEqual(['history/1.csv'])
    await world.put('history/2.csv')
    await world.pass(HOUR_MS)
    expect(names(world)).toEqual(['history/1.csv'])
    await world.pass(24 * HOUR_MS)
    expect(names(world)).toEqual(['history/1.csv', 'history/2.csv'])
    expect((await progressOf(world)).listings['2026-11-21']).toMatchObject({ listed: 2, queued: 1, alreadyKnown: 1 })
  })
})
