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

describe('files that replace a table together', () => {
  const key = (file: number, ending = 'csv') => `orders/${file}.${ending}`

  it('are all of the next window, also after one of them was bad', async () => {
    const world = aWorld({ ...REPLACING, batch: { seconds: 30 } })
    world.warehouse.bad.set('s3://landing/orders/0.csv', { code: 'X', reason: 'bad' })
    for (let file = 0; file < 3; file += 1) await world.deliver(await world.put(key(file)))
    await world.pass(5 * 60_000)
    expect(world.warehouse.filesIn(ORDERS)).toEqual([])
    expect(await world.record(ORDERS, key(1))).toMatchObject({
      status: 'failed',
      error: { code: 'REPLACED_TOGETHER', reason: expect.stringContaining('orders/0.csv') },
    })
    world.warehouse.bad.clear()
    for (let file = 0; file < 12; file += 1) await world.deliver(await world.put(key(file), `new ${file}`))
    await world.pass(5 * 60_000)
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(12)
    expect(world.warehouse.receipts).toHaveLength(1)
  })

  it('block their target when they cannot be loaded together, instead of replacing each other', async () => {
    const world = aWorld({ ...REPLACING, batch: { seconds: 30 } })
    for (const ending of ['csv', 'jsonl', 'csv.gz']) await world.deliver(await world.put(key(1, ending)))
    await world.pass(5 * 60_000)
    expect(world.warehouse.loads).toEqual([])
    expect((await world.state(ORDERS))?.hold).toMatchObject({ kind: 'blocked', code: 'REPLACED_IN_PARTS' })
  })

  it('are those of one window, also when several windows have passed before anything could be loaded', async () => {
    const world = aWorld({ ...REPLACING, batch: { seconds: 60 } })
    world.warehouse.refuse.set('main', { kind: 'set-up', code: '28P01', message: 'no', fileErrors: [] })
    await world.deliver(await world.put(key(1)))
    await world.pass(24 * 3_600_000)
    await world.deliver(await world.put(key(2)))
    await world.pass(5 * 60_000)
    world.warehouse.refuse.clear()
    await world.pass(40 * 60_000)
    expect(world.warehouse.loads.map(({ urls }) => urls)).toEqual([
      ['s3://landing/orders/1.csv'],
      ['s3://landing/orders/2.csv'],
    ])
  })

  it('replace it again when they are written again as they were', async () => {
    const world = aWorld({ ...REPLACING, batch: { seconds: 0 } })
    for (const [file, content] of [
      ['a', 'A'],
      ['b', 'B'],
      ['a', 'A'],
    ] as const) {
      await world.deliver(await world.put(`orders/${file}.csv`, content))
      await world.wake()
      world.wait(120_000)
    }
    expect(world.warehouse.loads.at(-1)?.urls).toEqual(['s3://landing/orders/a.csv'])
  })
})

describe('a merge without a version', () => {
  it('loads files in their order, although they are read in different ways', async () => {
    const merging = { routes: [{ match: '{table}/**', into: { mode: { merge: { key: ['id'] } } } }] }
    const world = aWorld({ ...merging, batch: { seconds: 30 } })
    for (const name of ['1.csv', '2.jsonl', '3.csv']) await world.deliver(await world.put(`orders/${name}`))
    await world.pass(5 * 60_000)
    expect(world.warehouse.loads.map(({ urls }) => urls.map((url) => url.slice(-7)))).toEqual([
      ['s/1.csv'],
      ['2.jsonl'],
      ['s/3.csv'],
    ])
  })
})
