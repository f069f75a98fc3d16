import type { TargetId } from '../../lambda/model'
import { loadTarget } from '../../lambda/pipeline'
import { aWorld } from './world'

const ORDERS: TargetId = 'main/public.orders'

describe('a load (S2)', () => {
  it('queues, loads, records, removes, closes and tells, in this order', async () => {
    const world = aWorld()
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    expect(world.trace).toEqual([
      'arrivals.put',
      'targets.countArrivals',
      'wakes.send',
      'targets.get',
      'targets.claim',
      'arrivals.oldest',
      'files.get',
      'warehouses.connect',
      'objects.put',
      'objects.put',
      'targets.change',
      'session.load',
      'files.put',
      'arrivals.remove',
      'batches.put',
      'notices.publish',
      'arrivals.oldest',
      'targets.change',
    ])
    expect(world.warehouse.filesIn(ORDERS)).toEqual(['s3://landing/orders/1.csv'])
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'loaded', batchId: 'b1' })
    expect(await world.state(ORDERS)).toMatchObject({
      waitingFiles: 0,
      waitingBytes: 0,
      lastLoad: { files: 1, rows: 1 },
    })
    expect((await world.state(ORDERS))?.lease).toBeUndefined()
    expect(world.warehouse.sessions.size).toBe(0)
  })

  it('loads a file once, however often its event is delivered and in whatever order', async () => {
    const world = aWorld()
    const [a, b] = [await world.put('orders/a.csv'), await world.put('orders/b.csv')]
    await world.deliver(b, a, b)
    await world.deliver(a)
    await world.wake()
    await world.deliver(b, a)
    await world.wake()
    expect([...world.warehouse.filesIn(ORDERS)].sort()).toEqual([
      's3://landing/orders/a.csv',
      's3://landing/orders/b.csv',
    ])
    expect(await world.waiting(ORDERS)).toEqual([])
    expect(await world.state(ORDERS)).toMatchObject({ waitingFiles: 0, waitingBytes: 0 })
  })

  it('adds nothing when the same content is written again under its key', async () => {
    const world = aWorld()
    await world.deliver(await world.put('orders/1.csv', 'same'))
    await world.wake()
    await world.deliver(await world.put('orders/1.csv', 'same'))
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
  })

  it('leaves an overwritten file alone by default, and says so in its record', async () => {
    const world = aWorld()
    await world.deliver(await world.put('orders/1.csv', 'old'))
    await world.wake()
    const changed = await world.put('orders/1.csv', 'new')
    await world.deliver(changed)
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({
      status: 'loaded',
      ignored: { etag: changed.etag },
    })
  })

  it('loads an overwritten file again where the route says so', async () => {
    const world = aWorld({ routes: [{ match: '{table}/**', into: { overwrites: 'reload' } }] })
    await world.deliver(await world.put('orders/1.csv', 'old'))
    await world.wake()
    await world.deliver(await world.put('orders/1.csv', 'new'))
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(2)
  })

  it('loads the newest version once when a file was overwritten before its first event was handled', async () => {
    const world = aWorld({ routes: [{ match: '{table}/**', into: { overwrites: 'reload' } }] })
    const old = await world.put('orders/1.csv', 'old')
    const fresh = await world.put('orders/1.csv', 'new!')
    await world.deliver(old)
    await world.wake()
    await world.deliver(fresh)
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'loaded', object: { etag: fresh.etag } })
  })

  it('gives files that are read differently a batch each', async () => {
    const world = aWorld()
    await world.deliver(
      await world.put('orders/1.csv'),
      await world.put('orders/2.csv.gz'),
      await world.put('orders/3.csv'),
    )
    await world.wake()
    expect(world.warehouse.receipts.map(({ files }) => files)).toEqual([2, 1])
  })

  it('does not begin a batch while another loader holds the target', async () => {
    const world = aWorld()
    await world.deliver(await world.put('orders/1.csv'))
    await world.ports.targets.claim(ORDERS, { owner: 'other', nowMs: world.now(), untilMs: world.now() + 60_000 })
    await world.wake()
    expect(world.warehouse.receipts).toEqual([])
    await world.pass(120_000)
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
  })
})

describe('the lease (S4)', () => {
  it('outlives the invocation that holds it', async () => {
    const world = aWorld()
    await world.deliver(await world.put('orders/1.csv'))
    const deadlineMs = world.now() + 60_000
    let until = 0
    const { oldest } = world.ports.arrivals
    world.ports.arrivals.oldest = async (target, limit) => {
      until = (await world.state(target))?.lease?.untilMs ?? 0
      return oldest(target, limit)
    }
    await loadTarget(world.ports, ORDERS, { owner: 'me', deadlineMs })
    expect(until).toBeGreaterThanOrEqual(deadlineMs + 30_000)
  })

  it('once lost stops its holder, who then changes nothing any more', async () => {
    const world = aWorld()
    await world.deliver(await world.put('orders/1.csv'))
    const { connect } = world.ports.warehouses
    world.ports.warehouses.connect = async (name) => {
      // Somebody else comes, as if this holder had been frozen for longer than its lease.
      await world.ports.targets.claim(ORDERS, {
        owner: 'other',
        nowMs: world.now() + 3_600_000,
        untilMs: world.now() + 7_200_000,
      })
      return connect(name)
    }
    await expect(world.load(ORDERS)).rejects.toMatchObject({ code: 'LOST_LEASE' })
    expect(world.warehouse.receipts).toEqual([])
    expect((await world.state(ORDERS))?.lease?.owner).toBe('other')
  })

  it('is given up before the counts are looked at, so a file that comes at the last moment is woken for', async () => {
    const world = aWorld()
    await world.deliver(await world.put('orders/1.csv'))
    const { oldest } = world.ports.arrivals
    let looks = 0
    world.ports.arrivals.oldest = async (target, limit) => {
      const found = await oldest(target, limit)
      looks += 1
      // The queue was seen empty; now a file comes, while the lease is still held.
      if (looks === 2) await world.deliver(await world.put('orders/2.csv'))
      return found
    }
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(2)
  })
})

describe('a wake', () => {
  it('that was noted while the target was held is not waited for by the files that come later', async () => {
    const world = aWorld()
    const [first, second] = [await world.put('orders/1.csv'), await world.put('orders/2.csv')]
    await world.deliver(first)
    const { oldest } = world.ports.arrivals
    let looks = 0
    world.ports.arrivals.oldest = async (target, limit) => {
      looks += 1
      // It comes before the look, so the holder loads it too, and nobody has to be woken for it.
      if (looks === 1) await world.deliver(second)
      return oldest(target, limit)
    }
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(2)
    await world.deliver(await world.put('orders/3.csv'))
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(3)
  })
})

describe('the batch window', () => {
  it('waits for its seconds, and an idle prefix is flushed without any further event', async () => {
    const world = aWorld({ batch: { seconds: 60 } })
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    expect(world.warehouse.receipts).toEqual([])
    await world.pass(75_000)
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
  })

  it('is closed early by the number of files, counted over several events', async () => {
    const world = aWorld({ batch: { files: 3, seconds: 600 } })
    await world.deliver(await world.put('orders/1.csv'))
    await world.deliver(await world.put('orders/2.csv'))
    await world.wake()
    expect(world.warehouse.receipts).toEqual([])
    await world.deliver(await world.put('orders/3.csv'))
    await world.wake()
    expect(world.warehouse.receipts.map(({ files }) => files)).toEqual([3])
  })

  it('is closed early by the bytes that wait', async () => {
    const world = aWorld({ batch: { bytes: 100, seconds: 600 } })
    await world.deliver(await world.put('orders/1.csv', 'x'.repeat(60)))
    await world.wake()
    expect(world.warehouse.receipts).toEqual([])
    await world.deliver(await world.put('orders/2.csv', 'x'.repeat(60)))
    await world.wake()
    expect(world.warehouse.receipts.map(({ bytes }) => bytes)).toEqual([120])
  })

  it('splits what waits into batches of at most its files and bytes', async () => {
    const world = aWorld({ batch: { files: 3, bytes: 100, seconds: 0 } })
    const objects = []
    for (let file = 0; file < 8; file += 1)
      objects.push(await world.put(`orders/${file}.csv`, 'x'.repeat(file < 4 ? 60 : 10)))
    await world.deliver(...objects)
    await world.wake()
    expect(world.warehouse.receipts.map(({ files }) => files)).toEqual([2, 2, 3, 1])
  })

  it('is flushed by the tick when its wake is lost', async () => {
    const world = aWorld({ batch: { seconds: 30 } })
    await world.deliver(await world.put('orders/1.csv'))
    world.loseWakes()
    await world.pass(90_000)
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
  })

  it('longer than a wake can be delayed is kept all the same', async () => {
    const world = aWorld({ batch: { seconds: 3_600 } })
    await world.deliver(await world.put('orders/1.csv'))
    await world.pass(3_500_000)
    expect(world.warehouse.receipts).toEqual([])
    await world.pass(200_000)
    expect(world.warehouse.receipts).toHaveLength(1)
  })
})
