import type { TargetId } from '../../lambda/model'
import { aWorld } from './world'

const ORDERS: TargetId = 'main/public.orders'
const REPLACING = { routes: [{ match: '{table}/**', into: { mode: 'replace' as const } }] }

describe('a table whose rows give way to those of a batch', () => {
  it('is not replaced by a file that came late: that is skipped, with the reason (S7)', async () => {
    const world = aWorld({ ...REPLACING, batch: { seconds: 0 } })
    const early = await world.put('orders/1.csv')
    await world.deliver(await world.put('orders/2.csv'))
    await world.wake()
    await world.deliver(early)
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toEqual(['s3://landing/orders/2.csv'])
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'skipped', code: 'SUPERSEDED' })
    expect(await world.waiting(ORDERS)).toEqual([])

    // Written again it is the latest.
    await world.deliver(await world.put('orders/1.csv', 'newer'))
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS).at(-1)).toBe('s3://landing/orders/1.csv')
  })

  it('takes all that comes within a window together, however many files that are', async () => {
    const world = aWorld({ ...REPLACING, batch: { files: 2, seconds: 60 } })
    for (let file = 0; file < 5; file += 1) await world.deliver(await world.put(`orders/${file}.csv`))
    await world.wake()
    expect(world.warehouse.loads).toEqual([])
    await world.pass(120_000)
    expect(world.warehouse.loads.map(({ urls }) => urls.length)).toEqual([5])
  })

  it('is replaced by all files of a batch or by none: when nobody can name the bad one, all of them fail (S7)', async () => {
    const world = aWorld({ ...REPLACING, batch: { seconds: 30 } })
    for (let file = 0; file < 3; file += 1) await world.deliver(await world.put(`orders/${file}.csv`))
    world.warehouse.nameless.add('s3://landing/orders/1.csv')
    await world.pass(120_000)
    expect(world.warehouse.filesIn(ORDERS)).toEqual([])
    for (const key of ['orders/0.csv', 'orders/1.csv', 'orders/2.csv']) {
      expect(await world.record(ORDERS, key)).toMatchObject({ status: 'failed' })
    }
  })

  it('loads a file again that is written again, without being told to', async () => {
    const world = aWorld({ ...REPLACING, batch: { seconds: 0 } })
    for (const content of ['first', 'second']) {
      await world.deliver(await world.put('orders/1.csv', content))
      await world.wake()
    }
    expect(world.warehouse.loads).toHaveLength(2)
  })
})
