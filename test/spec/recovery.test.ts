import { WakesNotSent } from '../../lambda/errors'
import type { TargetId } from '../../lambda/model'
import { loadTarget, tick } from '../../lambda/pipeline'
import type { Wake } from '../../lambda/ports'
import { aWorld, type World } from './world'

const ORDERS: TargetId = 'main/public.orders'
const ITEMS: TargetId = 'main/public.items'

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
    await world.pass(10 * 60_000)
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
    expect((await world.state(ORDERS))?.hold).toBeUndefined()
    expect(await world.batch(ORDERS, 'b1')).toMatchObject({ status: 'failed' })
    expect(world.logged.map(({ event }) => event)).toContain('batch-given-up')
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
        session: {
          ...connection.session,
          ...(connection.session.id === undefined ? {} : { id: connection.session.id }),
          close: () => connection.session.close(),
          load: (j) => connection.session.load(j),
          runAfter: (j) => connection.session.runAfter(j),
          table: (t) => connection.session.table(t),
          find: async ({ session = '' }) => ({ kind: 'still-there', session }),
        },
      }
    }
    await world.pass(60 * 60_000)
    expect(world.notices.published).toHaveLength(1)
    expect((await world.state(ORDERS))?.hold).toMatchObject({ kind: 'waiting', code: 'SESSION_DOES_NOT_END' })
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
    await world.load(ORDERS)
    // Once the hold of the surprise has passed.
    const later = () => world.now() + 60_000 + skewMs
    await loadTarget({ ...world.ports, now: later }, ORDERS, {
      owner: 'short',
      deadlineMs: world.now() + 60_000 + 25_000,
    })
    const counted = (await world.state(ORDERS))?.waitingFiles ?? 0
    expect(counted).toBeGreaterThanOrEqual((await world.waiting(ORDERS)).length)
    await world.pass(60 * 60_000)
    expect({ loaded: world.warehouse.filesIn(ORDERS).length, state: await world.state(ORDERS) }).toMatchObject({
      loaded: 4,
    })
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

describe('a surprise', () => {
  it('in the bookkeeping holds the target for a while, and the load is finished by its receipt', async () => {
    const world = aWorld()
    const put = world.ports.files.put
    let faults = 1
    world.ports.files.put = async (records) => {
      faults -= 1
      if (faults >= 0) throw Object.assign(new Error('the table throttles'), { code: 'INCOMPLETE_WRITE' })
      await put(records)
    }
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    expect((await world.state(ORDERS))?.hold).toMatchObject({ kind: 'waiting', code: 'INCOMPLETE_WRITE' })
    await world.pass(60_000)
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'loaded' })
    expect(await world.state(ORDERS)).toMatchObject({ waitingFiles: 0, waitingBytes: 0 })
  })

  it('that stays is told of, and tried less and less often', async () => {
    const world = aWorld()
    let tries = 0
    world.ports.objects.put = async () => {
      tries += 1
      throw Object.assign(new Error('PutObject: AccessDenied'), { code: 'AccessDenied' })
    }
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    await world.pass(3_600_000)
    expect(tries).toBeLessThan(40)
    expect(world.notices.published.map(({ notice }) => notice.body['code'])).toEqual(['AccessDenied'])
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
    const ports = {
      ...world.ports,
      wakes: {
        send: async (wakes: readonly Wake[]) => {
          const good = wakes.filter(({ target }) => target !== ITEMS)
          sent.push(...good.map(({ target }) => target))
          await send(good)
          throw new WakesNotSent([{ target: ITEMS, why: new Error('SQS') }])
        },
      },
    }
    await tick(ports)
    expect(sent).toEqual([ORDERS])
    expect(linesOf(world, 'wake-not-sent')).toEqual([{ target: ITEMS, why: 'SQS' }])
  })

  it('measures and heals although no wake can be sent, and tells each target', async () => {
    const world = aWorld()
    await world.deliver(await world.put('items/1.csv'), await world.put('orders/1.csv'))
    world.loseWakes()
    const wakes = { send: () => Promise.reject(new Error('no queue')) }
    await tick({ ...world.ports, wakes })
    const why = 'no queue'
    expect(linesOf(world, 'wake-not-sent')).toEqual(
      expect.arrayContaining([
        { target: ITEMS, why },
        { target: ORDERS, why },
      ]),
    )
    expect(world.measured.has('OldestArrivalSeconds')).toBe(true)
  })

  it('wakes those that it saw when the targets cannot be read to the end', async () => {
    const world = aWorld()
    await world.deliver(await world.put('items/1.csv'), await world.put('orders/1.csv'))
    world.loseWakes()
    const { targets } = world.ports
    async function* broken() {
      for await (const state of targets.all()) {
        yield state
        throw new Error('a page is missing')
      }
    }
    await expect(tick({ ...world.ports, targets: { ...targets, all: broken } })).rejects.toThrow('a page is missing')
    expect(world.wakes()).toHaveLength(1)
  })

  it('sends all wakes at once', async () => {
    const world = aWorld()
    for (let table = 0; table < 30; table += 1) await world.deliver(await world.put(`t${table}/1.csv`))
    world.loseWakes()
    const before = world.calls().filter((call) => call === 'wakes.send').length
    await world.tick()
    expect(world.calls().filter((call) => call === 'wakes.send')).toHaveLength(before + 1)
    expect(world.wakes()).toHaveLength(30)
  })
})

function linesOf({ logged }: World, event: string): readonly Readonly<Record<string, unknown>>[] {
  return logged.filter((line) => line.event === event).map(({ fields }) => fields)
}
