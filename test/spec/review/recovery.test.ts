import type { TargetId } from '../../../lambda/model'
import { loadTarget, tick } from '../../../lambda/pipeline'
import { aWorld, type World } from '../world'

const ORDERS: TargetId = 'main/public.orders'

/** Minutes in which wakes are run and errors go back to a queue, as SQS and Lambda do; counts the errors. */
async function passWithErrors(world: World, minutes: number): Promise<number> {
  let errors = 0
  for (let step = 0; step < minutes * 4; step += 1) {
    try {
      await world.pass(15_000)
    } catch {
      errors += 1
    }
  }
  return errors
}

describe('an unfinished batch', () => {
  it('whose folder is gone and that was never committed gives its files back', async () => {
    const world = aWorld()
    world.warehouse.commitFaults.push('lost-before')
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    const get = world.ports.objects.get
    world.ports.objects.get = async (url) => {
      if (url.includes('/b1/')) return world.objects.get('s3://landing/never')
      return get(url)
    }
    const errors = await passWithErrors(world, 60)
    const hold = (await world.state(ORDERS))?.hold
    expect({ loaded: world.warehouse.filesIn(ORDERS).length, held: hold?.kind, told: world.notices.published.length > 0, errors: errors > 5 }).toEqual({ loaded: 1, held: undefined, told: true, errors: false })
  })

  it('whose old session does not end holds the target with that reason, and people are told', async () => {
    const world = aWorld()
    world.warehouse.commitFaults.push('lost-before')
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    const connect = world.ports.warehouses.connect
    world.ports.warehouses.connect = async (name) => {
      const connection = await connect(name)
      if (connection.kind === 'refused') return connection
      return {
        kind: 'connected',
        session: { ...connection.session, id: connection.session.id, close: () => connection.session.close(), receipt: (t, b) => connection.session.receipt(t, b), load: (j) => connection.session.load(j), end: async () => { throw Object.assign(new Error('session 1 does not end'), { code: 'ETIMEDOUT' }) } },
      }
    }
    const errors = await passWithErrors(world, 60)
    expect({ told: world.notices.published.length, errors: errors > 10, hold: (await world.state(ORDERS))?.hold?.kind }).toMatchObject({ told: 1, errors: false, hold: 'waiting' })
  })

  it('counts what it took from the queue once, however often its end is repeated, so that nothing is left without a wake', async () => {
    const world = aWorld({ batch: { files: 2, seconds: 0 } })
    const objects = []
    for (let file = 0; file < 4; file += 1) objects.push(await world.put(`orders/${file}.csv`))
    await world.deliver(...objects)
    world.loseWakes()
    const put = world.ports.batches.put
    let faults = 1
    world.ports.batches.put = async (batch) => {
      if (batch.status === 'loaded' && faults-- > 0) throw new Error('INCOMPLETE_WRITE')
      await put(batch)
    }
    await expect(world.load(ORDERS)).rejects.toThrow('INCOMPLETE_WRITE')
    // The next one has just the time to finish it.
    await loadTarget(world.ports, world.settings, ORDERS, { owner: 'short', deadlineMs: world.now() + 12_000 }).catch(() => {})
    world.loseWakes()
    await world.pass(10 * 60_000)
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(4)
  })

  it('counts once also when its second holder runs out of time', async () => {
    const world = aWorld({ batch: { files: 2, seconds: 0 } })
    const objects = []
    for (let file = 0; file < 4; file += 1) objects.push(await world.put(`orders/${file}.csv`))
    await world.deliver(...objects)
    world.loseWakes()
    let faults = 1
    const put = world.ports.batches.put
    let skewMs = 0
    world.ports.batches.put = async (batch) => {
      if (batch.status === 'loaded') {
        if (faults-- > 0) throw new Error('INCOMPLETE_WRITE')
        skewMs += 20_000
      }
      await put(batch)
    }
    await expect(world.load(ORDERS)).rejects.toThrow('INCOMPLETE_WRITE')
    await loadTarget({ ...world.ports, now: () => world.now() + skewMs }, world.settings, ORDERS, { owner: 'short', deadlineMs: world.now() + 25_000 })
    await world.pass(60 * 60_000)
    expect({ loaded: world.warehouse.filesIn(ORDERS).length, state: await world.state(ORDERS) }).toMatchObject({ loaded: 4 })
  })

  it('of a target that reloads is looked at again before it is tried again', async () => {
    const world = aWorld({ routes: [{ match: '{table}/**', into: { overwrites: 'reload' } }] })
    world.dyingAt({ at: 'session.load', when: 'before', call: 1 })
    await world.deliver(await world.put('orders/1.csv', 'old'))
    await world.wake()
    const fresh = await world.put('orders/1.csv', 'new')
    await world.pass(5 * 60_000)
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
    await world.deliver(fresh)
    await world.pass(60_000)
    // Only the new content was ever read.
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
  })
})

describe('the tick', () => {
  it('wakes the other targets although one wake cannot be sent', async () => {
    const world = aWorld()
    await world.deliver(await world.put('items/1.csv'), await world.put('orders/1.csv'))
    world.loseWakes()
    await world.pass(0)
    const send = world.ports.wakes.send
    const sent: TargetId[] = []
    const ports = { ...world.ports, wakes: { send: async (target: TargetId, delay: number) => { if (target.endsWith('items')) throw new Error('SQS'); sent.push(target); await send(target, delay) } } }
    await tick(ports).catch(() => {})
    expect(sent).toEqual([ORDERS])
  })
})
