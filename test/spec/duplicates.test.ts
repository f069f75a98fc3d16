import type { S3Object, TargetId } from '../../lambda/model'
import { everyDeath } from './every-death'
import { aWorld, type World } from './world'

const ORDERS: TargetId = 'main/public.orders'
const routes = (duplicates: 'load' | 'skip' | 'hold') => [{ match: '{table}/**', into: { duplicates } }]
const loaded = (world: World) => [...world.warehouse.filesIn(ORDERS)].sort()
const told = (world: World) => world.notices.published.map(({ notice }) => notice.body['event'])

async function loadOne(world: World, key: string, content?: string): Promise<S3Object> {
  const object = await world.put(key, content)
  await world.deliver(object)
  await world.wake()
  return object
}

describe('a file with the content of another one', () => {
  it('is loaded where nothing else is said, and nothing is asked or noted of contents', async () => {
    const world = aWorld()
    await loadOne(world, 'orders/1.csv', 'same')
    await loadOne(world, 'orders/2.csv', 'same')
    expect(loaded(world)).toHaveLength(2)
    expect(world.trace.filter((step) => step.startsWith('contents'))).toEqual([])
  })

  it("is left out by 'skip', with a reason that names the other", async () => {
    const world = aWorld({ routes: routes('skip') })
    await loadOne(world, 'orders/1.csv', 'same')
    await loadOne(world, 'orders/2.csv', 'same')
    expect(loaded(world)).toEqual(['s3://landing/orders/1.csv'])
    expect(await world.record(ORDERS, 'orders/2.csv')).toMatchObject({
      status: 'skipped',
      code: 'DUPLICATE_CONTENT',
      reason: expect.stringContaining('was loaded from s3://landing/orders/1.csv'),
    })
    expect(told(world)).toEqual(['loaded'])
    expect(world.measured.get('FilesSkipped')).toBe(1)
    expect(await world.waiting(ORDERS)).toEqual([])
  })

  it("is held by 'hold', and people are told once of all that are", async () => {
    const world = aWorld({ routes: routes('hold') })
    await loadOne(world, 'orders/1.csv', 'same')
    const copies = [await world.put('orders/2.csv', 'same'), await world.put('orders/3.csv', 'same')]
    await world.deliver(...copies)
    await world.wake()
    expect(loaded(world)).toEqual(['s3://landing/orders/1.csv'])
    expect(await world.record(ORDERS, 'orders/2.csv')).toMatchObject({
      status: 'held',
      code: 'DUPLICATE_CONTENT',
      sameAs: 's3://landing/orders/1.csv',
    })
    expect(told(world)).toEqual(['loaded', 'files-held'])
    expect(world.notices.published.at(-1)).toMatchObject({
      topicArn: expect.stringMatching(/:failure$/),
      notice: {
        subject: 'Penstock test: main/public.orders holds back 2 files',
        body: {
          files: 2,
          bytes: 8,
          held: [
            { file: 's3://landing/orders/2.csv', sameAs: 's3://landing/orders/1.csv' },
            { file: 's3://landing/orders/3.csv', sameAs: 's3://landing/orders/1.csv' },
          ],
        },
      },
    })
    expect(world.measured.get('FilesHeld')).toBe(2)
    await world.deliver(...copies)
    await world.wake()
    expect(told(world)).toHaveLength(2)
  })

  it('that is held loads when it is written again with other content, or when the policy lets it', async () => {
    const world = aWorld({ routes: routes('hold') })
    await loadOne(world, 'orders/1.csv', 'same')
    const held = await loadOne(world, 'orders/2.csv', 'same')
    await loadOne(world, 'orders/3.csv', 'same')
    await loadOne(world, 'orders/3.csv', 'other')
    expect(loaded(world)).toEqual(['s3://landing/orders/1.csv', 's3://landing/orders/3.csv'])
    world.changeSettings({ routes: routes('load') })
    await world.deliver(held)
    await world.wake()
    expect(loaded(world)).toHaveLength(3)
    expect(await world.record(ORDERS, 'orders/2.csv')).toMatchObject({ status: 'loaded' })
  })

  it('that waits beside it stays behind until the older one is loaded', async () => {
    const world = aWorld({ routes: routes('skip') })
    const both = [await world.put('orders/1.csv', 'same'), await world.put('orders/2.csv', 'same')]
    await world.deliver(both[1] as S3Object, both[0] as S3Object)
    await world.wake()
    expect(world.warehouse.loads.map(({ urls }) => urls)).toEqual([['s3://landing/orders/1.csv']])
    expect(await world.record(ORDERS, 'orders/2.csv')).toMatchObject({ status: 'skipped', code: 'DUPLICATE_CONTENT' })
    expect((await world.state(ORDERS))?.waitingFiles).toBe(0)
  })

  it('that waits beside it is tried itself when the older one has failed', async () => {
    const world = aWorld({ routes: routes('hold') })
    world.warehouse.bad.set('s3://landing/orders/1.csv', { code: 'X', reason: 'bad' })
    await world.deliver(await world.put('orders/1.csv', 'same'), await world.put('orders/2.csv', 'same'))
    await world.wake()
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'failed' })
    expect(loaded(world)).toEqual(['s3://landing/orders/2.csv'])
  })

  it('counts for every route into the table, also when it came by one that loads duplicates itself', async () => {
    const world = aWorld({
      routes: [
        { match: 'free/**', into: { table: 'orders' } },
        { match: 'once/**', into: { table: 'orders', duplicates: 'skip' } },
      ],
    })
    for (const key of ['free/1.csv', 'free/2.csv', 'once/3.csv']) await loadOne(world, key, 'same')
    expect(loaded(world)).toEqual(['s3://landing/free/1.csv', 's3://landing/free/2.csv'])
    expect(await world.record(ORDERS, 'once/3.csv')).toMatchObject({ status: 'skipped', code: 'DUPLICATE_CONTENT' })
  })

  it('of another table is no duplicate', async () => {
    const world = aWorld({ routes: routes('skip') })
    await loadOne(world, 'orders/1.csv', 'same')
    await loadOne(world, 'items/1.csv', 'same')
    expect(world.warehouse.filesIn('main/public.items')).toHaveLength(1)
  })

  it('that got it between its event and its batch is seen too, where files are looked at before the load', async () => {
    const world = aWorld({ routes: [{ match: '{table}/**', into: { duplicates: 'skip', overwrites: 'reload' } }] })
    await loadOne(world, 'orders/1.csv', 'same')
    const event = await world.put('orders/2.csv', 'other')
    await world.put('orders/2.csv', 'same')
    await world.deliver(event)
    await world.wake()
    expect(loaded(world)).toEqual(['s3://landing/orders/1.csv'])
    expect(await world.record(ORDERS, 'orders/2.csv')).toMatchObject({ status: 'skipped', code: 'DUPLICATE_CONTENT' })
  })

  it('is known although the policy was another one when the batch was settled: the batch tells what it was made for', async () => {
    const world = aWorld({ routes: routes('skip') })
    world.dyingAt({ at: 'session.load', when: 'after', call: 1 })
    await loadOne(world, 'orders/1.csv', 'same')
    world.changeSettings({ routes: routes('load') })
    await world.pass(120_000)
    world.changeSettings({ routes: routes('skip') })
    await loadOne(world, 'orders/2.csv', 'same')
    expect(loaded(world)).toEqual(['s3://landing/orders/1.csv'])
  })
})

describe('whoever dies, before or after any call, while duplicates are not wanted', () => {
  const FILES = { 'orders/1.csv': 'same', 'orders/2.csv': 'same', 'orders/3.csv': 'other', 'orders/4.csv': 'other' }
  const KEYS = Object.keys(FILES)

  async function story(world: World): Promise<readonly S3Object[]> {
    const objects: S3Object[] = []
    for (const [key, content] of Object.entries(FILES)) objects.push(await world.put(key, content))
    await world.deliver(...objects.slice(0, 3))
    await world.wake()
    await world.deliver(...objects.slice(3))
    await world.wake()
    return objects
  }

  it.each(['skip', 'hold'] as const)(
    'each content is loaded once, and the other file of each ends with its reason and is told of: %s',
    async (policy) => {
      const deaths = await everyDeath(story, aWorld({ routes: routes(policy) }))
      expect(deaths.some(({ at }) => at === 'contents.put')).toBe(true)
      expect(deaths.some(({ at }) => at === 'contents.get')).toBe(true)
      for (const death of deaths) {
        const world = aWorld({ routes: routes(policy) })
        world.dyingAt(death)
        const objects = await story(world)
        // Every event comes again: a file must not become a duplicate of itself.
        await world.deliver(...objects)
        await world.wake()
        await world.pass(10 * 60_000)
        try {
          expect(world.trace).toContain(`✝ ${death.at}`)
          const statuses = await Promise.all(KEYS.map(async (key) => (await world.record(ORDERS, key))?.status))
          const left = policy === 'skip' ? 'skipped' : 'held'
          expect([statuses.slice(0, 2).sort(), statuses.slice(2).sort()]).toEqual([
            ['loaded', left].sort(),
            ['loaded', left].sort(),
          ])
          expect(loaded(world)).toHaveLength(2)
          expect(await world.waiting(ORDERS)).toEqual([])
          const tellings = world.logged
            .filter(({ event }) => event === `file-${left}`)
            .map(({ fields }) => fields['file'])
          expect(new Set(tellings).size).toBe(2)
        } catch (error) {
          throw new Error(`after a death ${death.when} ${death.at} #${death.call}:\n${world.trace.join('\n')}`, {
            cause: error,
          })
        }
      }
    },
  )
})
