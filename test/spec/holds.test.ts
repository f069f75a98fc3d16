import type { TargetId } from '../../lambda/model'
import type { Fault } from '../../lambda/ports'
import { aWorld } from './world'

const ORDERS: TargetId = 'main/public.orders'
const unreachable = (code = 'ECONNREFUSED'): Fault => ({
  kind: 'passing',
  code,
  message: `connect ${code}`,
  fileErrors: [],
})

describe('a hold', () => {
  it('ends when nothing is left to load after it, and no wake follows the other for ever', async () => {
    const world = aWorld()
    world.warehouse.refuse.set('main', unreachable())
    world.warehouse.bad.set('s3://landing/orders/1.csv', { code: 'X', reason: 'bad' })
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    world.warehouse.refuse.clear()
    await world.pass(60_000)
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'failed' })
    expect((await world.state(ORDERS))?.hold).toBeUndefined()
  })

  it('of a target whose route was taken away ends with its files, and wakes nobody any more', async () => {
    const world = aWorld({ routes: [{ match: 'orders/**', into: { table: 'orders' } }] })
    world.warehouse.tables = new Set()
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    world.changeSettings({ routes: [{ match: 'items/**', into: { table: 'items' } }] })
    await world.pass(10 * 60_000)
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'skipped', code: 'NO_LONGER_ROUTED' })
    expect((await world.state(ORDERS))?.hold).toBeUndefined()
    expect(world.wakes()).toEqual([])
    expect(world.trace.filter((step) => step === 'targets.claim').length).toBeLessThan(5)
  })

  it('is told of although its reason changes from try to try', async () => {
    const world = aWorld()
    let tries = 0
    const connect = world.ports.warehouses.connect
    world.ports.warehouses.connect = async (name) => {
      tries += 1
      world.warehouse.refuse.set('main', unreachable(tries % 2 === 0 ? 'ETIMEDOUT' : 'ECONNREFUSED'))
      return connect(name)
    }
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    await world.pass(3_600_000)
    expect({ notices: world.notices.published.length, often: tries > 60 }).toEqual({ notices: 1, often: false })
  })

  it('keeps its backoff, and is told of once, while connections are lost in the middle of a COPY', async () => {
    const world = aWorld()
    world.warehouse.commitFaults.push(...Array<'lost-before'>(200).fill('lost-before'))
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    const longest = { gapMs: 0, lastMs: world.now(), left: world.warehouse.commitFaults.length }
    for (let step = 0; step < 24 * 60 * 2; step += 1) {
      await world.pass(30_000)
      if (world.warehouse.commitFaults.length !== longest.left) {
        longest.left = world.warehouse.commitFaults.length
        longest.lastMs = world.now()
      }
      longest.gapMs = Math.max(longest.gapMs, world.now() - longest.lastMs)
    }
    expect({ notices: world.notices.published.length, gap: longest.gapMs <= 17 * 60_000 }).toEqual({
      notices: 1,
      gap: true,
    })
  }, 60_000)
})
