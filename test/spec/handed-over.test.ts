import type { S3Object, TargetId } from '../../lambda/model'
import { everyDeath } from './every-death'
import { aWorld, type World } from './world'

const ORDERS: TargetId = 'main/public.orders'
const FILES = ['orders/1.csv', 'orders/2.csv', 'orders/3.csv', 'orders/4.jsonl']

function aHandedOverWorld(): World {
  const world = aWorld({ routes: [{ match: '{table}/**', into: { afterCommit: ['VACUUM orders'] } }] })
  world.warehouse.isHandedOver = true
  return world
}

/** Two plain files, one bad one, and one of another format; the warehouse ends what it was handed. */
async function story(world: World): Promise<readonly S3Object[]> {
  world.warehouse.bad.set('s3://landing/orders/2.csv', { code: 'X', reason: 'bad', line: 3 })
  const objects = []
  for (const key of FILES) objects.push(await world.put(key))
  await world.deliver(...objects)
  await world.wake()
  await world.pass(5 * 60_000)
  return objects
}

describe('a load that is handed over (S2, S3, S5, S7)', () => {
  it('is there once, and leaves nothing behind that waits, whoever dies before or after any call', async () => {
    const deaths = await everyDeath(story, aHandedOverWorld())
    expect(deaths.length).toBeGreaterThan(150)
    for (const death of deaths) {
      const world = aHandedOverWorld()
      world.dyingAt(death)
      const objects = await story(world)
      await world.deliver(...objects)
      await world.pass(10 * 60_000)
      const told = { ...death, trace: world.trace.includes(`✝ ${death.at}`) }
      const records = await Promise.all(FILES.map(async (key) => (await world.record(ORDERS, key))?.status))
      const state = await world.state(ORDERS)
      expect({
        ...told,
        files: [...world.warehouse.filesIn(ORDERS)].sort(),
        records,
        waiting: state?.waitingFiles,
        unfinished: state?.unfinished,
        hold: state?.hold,
        lease: state?.lease,
      }).toEqual({
        ...death,
        trace: true,
        files: FILES.filter((key) => key !== 'orders/2.csv').map((key) => `s3://landing/${key}`),
        records: ['loaded', 'failed', 'loaded', 'loaded'],
        waiting: 0,
        unfinished: undefined,
        hold: undefined,
        lease: undefined,
      })
      const batches = await Promise.all(world.warehouse.receipts.map(({ batchId }) => world.batch(ORDERS, batchId)))
      expect(batches.map((batch) => [batch?.status, batch?.afterCommit])).toEqual(
        batches.map(() => ['loaded', { done: 1 }]),
      )
    }
  }, 60_000)

  it('has nobody wait: it is looked at once some seconds later, then when somebody tells or the tick comes', async () => {
    const world = aHandedOverWorld()
    await world.deliver(await world.put('orders/1.csv'))
    world.wait(60_000)
    await world.wake()
    expect(world.wakes().map(({ atMs }) => atMs - world.now())).toEqual([5_000])
    const before = world.calls().length
    world.wait(5_000)
    await world.wake()
    expect(world.wakes()).toEqual([])
    expect(world.calls().slice(before)).not.toContain('session.load')
    await world.tick()
    expect(world.wakes()).toHaveLength(1)
  })

  it('is handed over once, however often the loader is woken, and what comes meanwhile goes together into the next batch', async () => {
    const world = aHandedOverWorld()
    await world.deliver(await world.put('orders/1.csv'))
    world.wait(60_000)
    await world.wake()
    for (const key of ['orders/2.csv', 'orders/3.csv']) {
      await world.deliver(await world.put(key))
      world.wait(60_000)
      await world.load(ORDERS)
      await world.load(ORDERS)
    }
    expect(world.warehouse.loads).toHaveLength(1)
    await world.pass(3 * 60_000)
    expect(world.warehouse.loads.map(({ urls }) => urls.length)).toEqual([1, 2])
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(3)
  })

  it('keeps the same token while nobody knows whether it was taken, and another for another attempt', async () => {
    const world = aHandedOverWorld()
    world.dyingAt({ at: 'session.load', when: 'before', call: 1 })
    await world.deliver(await world.put('orders/1.csv'))
    world.wait(60_000)
    await world.wake()
    world.wait(120_000)
    await world.load(ORDERS)
    expect(world.warehouse.loads.map(({ batchId, attempt }) => [batchId, attempt])).toEqual([['b1', 1]])
  })

  it('is held longer and longer when it is refused, and people are told once', async () => {
    const world = aHandedOverWorld()
    world.warehouse.tables = new Set()
    await world.deliver(await world.put('orders/1.csv'))
    await world.pass(60 * 60_000)
    expect(world.warehouse.loads.length).toBeLessThan(12)
    expect(world.notices.published).toHaveLength(1)
    expect((await world.state(ORDERS))?.hold?.tries).toBeGreaterThan(3)
  })

  it('is not taken for refused when an earlier call for the same attempt may be under way', async () => {
    const world = aHandedOverWorld()
    world.dyingAt({ at: 'session.load', when: 'before', call: 1 })
    await world.deliver(await world.put('orders/1.csv'))
    world.wait(60_000)
    await world.wake()
    world.wait(120_000)
    await world.load(ORDERS)
    expect(world.warehouse.loads.at(-1)?.mayBeSubmitted).toBe(true)
  })

  it('is not looked for by a connection: a target whose way was changed meanwhile says so', async () => {
    const world = aHandedOverWorld()
    await world.deliver(await world.put('orders/1.csv'))
    world.wait(60_000)
    await world.wake()
    world.warehouse.isHandedOver = false
    await world.load(ORDERS)
    expect((await world.state(ORDERS))?.hold).toMatchObject({ kind: 'blocked', code: 'WAY_CHANGED' })
    expect(world.warehouse.loads).toHaveLength(1)
  })
})
