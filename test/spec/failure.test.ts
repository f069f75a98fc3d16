import type { TargetId } from '../../lambda/model'
import { loadTarget } from '../../lambda/pipeline'
import { aWorld } from './world'

const ORDERS: TargetId = 'main/public.orders'

describe('a bad file (S6, S7)', () => {
  it('is named with its line, and its neighbours load at once', async () => {
    const world = aWorld()
    world.warehouse.bad.set('s3://landing/orders/2.csv', {
      code: 'LOAD_ERROR_1207',
      reason: 'Invalid digit',
      line: 7,
      column: 'id',
      value: 'x',
    })
    for (const file of [1, 2, 3]) await world.deliver(await world.put(`orders/${file}.csv`))
    await world.wake()
    expect(await world.record(ORDERS, 'orders/2.csv')).toMatchObject({
      status: 'failed',
      error: { reason: 'Invalid digit', line: 7, column: 'id', value: 'x' },
    })
    expect([...world.warehouse.filesIn(ORDERS)].sort()).toEqual([
      's3://landing/orders/1.csv',
      's3://landing/orders/3.csv',
    ])
    expect(await world.waiting(ORDERS)).toEqual([])
    const failure = world.notices.published.find(({ topicArn }) => topicArn.endsWith(':failure'))
    expect(failure?.notice.subject).toBe('Penstock test: main/public.orders could not load orders/2.csv')
    expect(failure?.notice.body).toMatchObject({
      event: 'files-failed',
      errors: [{ file: 's3://landing/orders/2.csv', line: 7, column: 'id', value: 'x' }],
    })
    expect((await world.batch(ORDERS, 'b1'))?.status).toBe('failed')
  })

  it('that nothing names is found by halving, and all the others load', async () => {
    const world = aWorld()
    const objects = []
    for (let file = 0; file < 20; file += 1) objects.push(await world.put(`orders/${file}.csv`))
    world.warehouse.nameless.add('s3://landing/orders/13.csv')
    await world.deliver(...objects)
    await world.wake()
    expect(await world.record(ORDERS, 'orders/13.csv')).toMatchObject({ status: 'failed' })
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(19)
    expect((await world.state(ORDERS))?.batchFiles).toBeUndefined()
  })

  it('loads by itself when it is written again, even with the same content', async () => {
    const world = aWorld()
    world.warehouse.bad.set('s3://landing/orders/1.csv', { code: 'X', reason: 'bad' })
    const broken = await world.put('orders/1.csv', 'same')
    await world.deliver(broken)
    await world.wake()
    world.warehouse.bad.clear()
    await world.deliver(broken)
    await world.wake()
    expect(world.warehouse.receipts).toEqual([])
    await world.deliver(await world.put('orders/1.csv', 'same'))
    await world.wake()
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'loaded' })
  })

  it('that was deleted after its event is recorded as gone, and its neighbours load', async () => {
    const world = aWorld()
    const [a, b] = [await world.put('orders/a.csv'), await world.put('orders/b.csv', '')]
    const gone = { ...b, sizeBytes: 10 }
    world.warehouse.gone.add('s3://landing/orders/b.csv')
    await world.deliver(a, gone)
    await world.wake()
    expect(await world.record(ORDERS, 'orders/b.csv')).toMatchObject({ status: 'skipped', code: 'OBJECT_GONE' })
    expect(world.warehouse.filesIn(ORDERS)).toEqual(['s3://landing/orders/a.csv'])
  })

  it('that was overwritten after its event is loaded as it is now, and its next event finds it there', async () => {
    const world = aWorld()
    const old = await world.put('orders/1.csv', 'old')
    const fresh = await world.put('orders/1.csv', 'fresh')
    world.warehouse.gone.add('s3://landing/orders/1.csv')
    const { head } = world.ports.objects
    world.ports.objects.head = async (url) => {
      world.warehouse.gone.clear()
      return head(url)
    }
    await world.deliver(old)
    await world.wake()
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({
      status: 'loaded',
      object: { etag: fresh.etag, sizeBytes: 5 },
    })
    await world.deliver(fresh)
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
    expect(await world.record(ORDERS, 'orders/1.csv')).not.toHaveProperty('ignored')
  })

  it('of an unknown kind is refused by its name before it is queued', async () => {
    const world = aWorld()
    await world.deliver(await world.put('orders/readme.docx'))
    expect(await world.record(ORDERS, 'orders/readme.docx')).toMatchObject({
      status: 'failed',
      error: { code: 'UNKNOWN_FORMAT' },
    })
    expect(await world.waiting(ORDERS)).toEqual([])
    expect(world.notices.published).toHaveLength(1)
  })

  it('that is empty or a folder marker is skipped with a reason, and no loaded file is forgotten by it', async () => {
    const world = aWorld()
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    await world.deliver(
      await world.put('orders/', ''),
      await world.put('orders/empty.csv', ''),
      await world.put('orders/1.csv', ''),
    )
    await world.wake()
    expect(await world.record(ORDERS, 'orders/empty.csv')).toMatchObject({ status: 'skipped', code: 'EMPTY_OBJECT' })
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'loaded' })
    expect(world.measured.get('FilesUnrouted')).toBeUndefined()
  })
})

describe('a key that leads nowhere (S7, S9)', () => {
  it.each(['orders; drop table x/a.csv', 'a"b/x.csv', "a'b/x.csv", 'file-at-the-root.csv', 'pg_catalog.x/a.csv'])(
    'is unrouted, counted and told: %s',
    async (key) => {
      const world = aWorld()
      await world.deliver(await world.put(key))
      await world.wake()
      expect(world.measured.get('FilesUnrouted')).toBe(1)
      expect(world.logged).toContainEqual({
        event: 'file-unrouted',
        fields: expect.objectContaining({ file: `s3://landing/${key}`, message: expect.any(String) }),
      })
      expect(world.warehouse.receipts).toEqual([])
    },
  )

  it('is no concern of anybody where it is an object of the loader itself', async () => {
    const world = aWorld()
    await world.deliver(await world.put('_penstock/batches/x/manifest'))
    expect(world.trace.filter((step) => step.startsWith('targets'))).toEqual([])
  })
})

describe('a target (S6)', () => {
  it('without its table is blocked with the reason, loses nothing, and comes back by itself', async () => {
    const world = aWorld()
    world.warehouse.tables = new Set()
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    expect((await world.state(ORDERS))?.hold).toMatchObject({ kind: 'blocked', code: '42P01', tries: 1 })
    expect(await world.waiting(ORDERS)).toHaveLength(1)
    world.warehouse.tables.add(ORDERS)
    await world.pass(60_000)
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
    expect((await world.state(ORDERS))?.hold).toBeUndefined()
  })

  it('is tried later and later, at least every 15 minutes, and people are told once', async () => {
    const world = aWorld()
    world.warehouse.refuse.set('main', {
      kind: 'set-up',
      code: '28P01',
      message: 'password authentication failed',
      fileErrors: [],
    })
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    await world.pass(4 * 3_600_000)
    const hold = (await world.state(ORDERS))?.hold
    expect(hold?.kind === 'blocked' ? hold.tries : 0).toBeGreaterThan(15)
    expect(hold?.kind === 'blocked' ? hold.tries : 0).toBeLessThan(40)
    expect(world.notices.published).toHaveLength(1)
    world.warehouse.refuse.clear()
    await world.pass(16 * 60_000)
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
  })

  it('that is blocked does not hold up another', async () => {
    const world = aWorld()
    world.warehouse.tables = new Set<TargetId>(['main/public.items'])
    await world.deliver(await world.put('orders/1.csv'), await world.put('items/1.csv'))
    await world.wake()
    expect(world.warehouse.filesIn('main/public.items')).toHaveLength(1)
  })

  it('whose warehouse cannot be reached waits alone: the other warehouse of the same file has it once, before and after', async () => {
    const redshift = { kind: 'redshift', host: 'warehouse.test', database: 'dev', user: 'penstock' } as const
    const world = aWorld({
      warehouses: { main: redshift, other: redshift },
      routes: [{ match: '{table}/**', into: [{ warehouse: 'main' }, { warehouse: 'other' }] }],
    })
    world.warehouse.refuse.set('other', { kind: 'passing', code: 'ECONNREFUSED', message: 'refused', fileErrors: [] })
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
    expect(world.warehouse.filesIn('other/public.orders')).toEqual([])
    world.warehouse.refuse.clear()
    await world.pass(60_000)
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
    expect(world.warehouse.filesIn('other/public.orders')).toHaveLength(1)
  })

  it('is not begun with too little time left, and nothing is told that has not happened', async () => {
    const world = aWorld()
    await world.deliver(await world.put('orders/1.csv'))
    await loadTarget(world.ports, ORDERS, { owner: 'late', deadlineMs: world.now() + 5_000 })
    expect(world.warehouse.receipts).toEqual([])
    expect(world.notices.published).toEqual([])
    expect((await world.state(ORDERS))?.lease).toBeUndefined()
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
  })

  it('tells either success or failure of a batch, never both', async () => {
    const world = aWorld()
    world.warehouse.bad.set('s3://landing/orders/1.csv', { code: 'X', reason: 'bad' })
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    expect(world.notices.published.map(({ topicArn }) => topicArn.split(':').at(-1))).toEqual(['failure'])
  })

  it('loads although its topic cannot be reached, and the lost notice is counted', async () => {
    const world = aWorld()
    world.ports.notices.publish = async () => {
      throw new Error('AuthorizationError')
    }
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'loaded' })
    expect(world.measured.get('NoticesLost')).toBe(1)
  })

  it('whose COMMIT was answered by silence is settled by the receipt', async () => {
    for (const fault of ['lost-after', 'lost-before'] as const) {
      const world = aWorld()
      world.warehouse.commitFaults.push(fault)
      await world.deliver(await world.put('orders/1.csv'))
      await world.wake()
      await world.pass(60_000)
      expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
      expect(world.warehouse.receipts).toHaveLength(1)
      expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'loaded', batchId: 'b1' })
    }
  })

  it('whose batch kills every loader is blocked with that reason, and tried again later all the same', async () => {
    const world = aWorld()
    await world.deliver(await world.put('orders/1.csv'))
    world.dyingAt({ at: 'session.load', when: 'before', call: 'every' })
    await world.wake()
    await world.pass(30 * 60_000)
    world.nobodyDies()
    expect((await world.state(ORDERS))?.hold).toMatchObject({ kind: 'blocked', code: 'BATCH_KEEPS_DYING' })
    await world.pass(3_600_000)
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
  })
})
