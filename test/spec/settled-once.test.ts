import type { TargetId } from '../../lambda/model'
import { aWorld } from './world'

const ORDERS: TargetId = 'main/public.orders'

/** An hour in which somebody looks as often as the tick lets them. */
async function anHour(world: ReturnType<typeof aWorld>): Promise<void> {
  for (let quarter = 0; quarter < 240; quarter += 1) {
    world.wait(15_000)
    await world.tick()
    await world.wake()
  }
}

describe('a batch that is settled, and whose name is still to come off its target (S2, S7)', () => {
  it('is told of once, and the target is held longer and longer, when what comes next goes wrong', async () => {
    const world = aWorld({ batch: { files: 1, seconds: 0 } })
    await world.deliver(await world.put('orders/1.csv'), await world.put('orders/2.csv'))
    const put = world.ports.objects.put
    let puts = 0
    world.ports.objects.put = async (...given) => {
      puts += 1
      if (puts > 2) throw Object.assign(new Error('Access Denied'), { code: 'AccessDenied' })
      return put(...given)
    }
    await anHour(world)
    const state = await world.state(ORDERS)
    expect(world.logged.filter(({ event }) => event === 'batch-loaded')).toHaveLength(1)
    expect(state?.hold?.tries).toBeGreaterThan(5)
    expect(state?.unfinished).toBeUndefined()
    expect(state?.waitingFiles).toBe(1)
  })

  it('is measured and told of once when its arrivals cannot be removed for a while', async () => {
    const world = aWorld({ batch: { files: 10, seconds: 0 } })
    await world.deliver(await world.put('orders/1.csv'))
    const remove = world.ports.arrivals.remove
    let times = 0
    world.ports.arrivals.remove = async (...given) => {
      times += 1
      if (times <= 5) throw Object.assign(new Error('throttled'), { code: 'INCOMPLETE_WRITE' })
      return remove(...given)
    }
    await anHour(world)
    expect(times).toBe(6)
    expect(world.logged.filter(({ event }) => event === 'batch-loaded')).toHaveLength(1)
    expect(await world.waiting(ORDERS)).toEqual([])
  })

  it('does not write its records over what became of a later version, whoever dies then', async () => {
    const world = aWorld({
      batch: { files: 1, seconds: 0 },
      heal: false,
      routes: [{ match: '{table}/**', into: { overwrites: 'reload', duplicates: 'hold' } }],
    })
    await world.deliver(await world.put('orders/y.csv', 'same'))
    await world.wake()
    await world.deliver(await world.put('orders/1.csv', 'first'))
    const put = world.ports.batches.put
    let isFirst = true
    world.ports.batches.put = async (...given) => {
      await put(...given)
      if (isFirst) await world.deliver(await world.put('orders/1.csv', 'same'))
      isFirst = false
    }
    // The batch of the first version removes its arrival, then the look after it that of the version which it holds.
    world.dyingAt({ at: 'arrivals.remove', when: 'after', call: 2 })
    await world.wake()
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'held' })
    await anHour(world)
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({
      status: 'held',
      sameAs: 's3://landing/orders/y.csv',
    })
  })

  it('does not write its records over that of a later version which is gone, whoever dies then', async () => {
    const world = aWorld({
      batch: { files: 1, seconds: 0 },
      heal: false,
      routes: [{ match: '{table}/**', into: { overwrites: 'reload' } }],
    })
    await world.deliver(await world.put('orders/1.csv', 'first'))
    const put = world.ports.batches.put
    world.ports.batches.put = async (...given) => {
      await put(...given)
      world.ports.batches.put = put
      await world.deliver(await world.put('orders/1.csv', 'second'))
      world.objects.delete('s3://landing/orders/1.csv')
    }
    // The batch of the first version removes its arrival, then the look after it that of the version which is gone.
    world.dyingAt({ at: 'arrivals.remove', when: 'after', call: 2 })
    await world.wake()
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'skipped', code: 'OBJECT_GONE' })
    await anHour(world)
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'skipped', code: 'OBJECT_GONE' })
  })
})
