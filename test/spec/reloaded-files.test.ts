import type { TargetId } from '../../lambda/model'
import { aWorld } from './world'

const ORDERS: TargetId = 'main/public.orders'

describe('a target that reloads (S2)', () => {
  it('loads the content of now once, whatever events of versions in between are still to come', async () => {
    const world = aWorld({ routes: [{ match: '{table}/**', into: { overwrites: 'reload' } }] })
    const first = await world.put('orders/1.csv', 'first')
    const second = await world.put('orders/1.csv', 'second')
    const third = await world.put('orders/1.csv', 'third')
    for (const event of [first, second, third]) {
      await world.deliver(event)
      await world.wake()
    }
    expect(world.warehouse.filesIn(ORDERS)).toEqual(['s3://landing/orders/1.csv'])
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'loaded', object: { etag: third.etag } })
    expect(await world.waiting(ORDERS)).toEqual([])
  })

  it('does not load again what is in the table, although a bad version came in between', async () => {
    const world = aWorld({ routes: [{ match: '{table}/**', into: { overwrites: 'reload' } }] })
    await world.deliver(await world.put('orders/1.csv', 'good'))
    await world.wake()
    world.warehouse.bad.set('s3://landing/orders/1.csv', { code: 'X', reason: 'bad' })
    await world.deliver(await world.put('orders/1.csv', 'bad'))
    await world.wake()
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'failed', inTable: { batchId: 'b1' } })

    world.warehouse.bad.clear()
    await world.deliver(await world.put('orders/1.csv', 'good'))
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toEqual(['s3://landing/orders/1.csv'])
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'loaded', batchId: 'b1' })
  })

  it('does not load again what is in the table, although it was deleted in between', async () => {
    const world = aWorld({ routes: [{ match: '{table}/**', into: { overwrites: 'reload' } }] })
    await world.deliver(await world.put('orders/1.csv', 'good'))
    await world.wake()
    const changed = await world.put('orders/1.csv', 'other')
    world.objects.delete('s3://landing/orders/1.csv')
    await world.deliver(changed)
    await world.wake()
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'skipped', code: 'OBJECT_GONE' })

    await world.deliver(await world.put('orders/1.csv', 'good'))
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toEqual(['s3://landing/orders/1.csv'])
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'loaded', batchId: 'b1' })
  })
})
