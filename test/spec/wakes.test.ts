import { aWorld } from './world'

describe('wakes', () => {
  it('are few when many events of the same second come one by one', async () => {
    const world = aWorld({ batch: { seconds: 60, files: 1_000 } })
    for (let file = 0; file < 100; file += 1) {
      const object = await world.put(`orders/${file}.csv`)
      await world.deliver({ ...object, eventTimeMs: Math.floor(object.eventTimeMs / 1000) * 1000 })
    }
    expect(world.wakes().length).toBeLessThan(10)
  })

  it('are few while a full queue waits for its loader', async () => {
    const world = aWorld({ batch: { seconds: 60, files: 10 } })
    for (let file = 0; file < 200; file += 1) await world.deliver(await world.put(`orders/${file}.csv`))
    expect(world.wakes().length).toBeLessThan(40)
  })

  it('do not multiply at every tick while a target has a batch to finish', async () => {
    const world = aWorld()
    world.warehouse.refuse.set('main', { kind: 'passing', code: 'ECONNREFUSED', message: 'x', fileErrors: [] })
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    await world.pass(3 * 3_600_000)
    expect(world.wakes().length).toBeLessThan(5)
  })
})
