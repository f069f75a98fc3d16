import type { TargetId } from '../../lambda/model'
import { ingest, loadTarget } from '../../lambda/pipeline'
import type { SettingsPort } from '../../lambda/ports'
import { aWorld, type World } from './world'

const ORDERS: TargetId = 'main/public.orders'

describe('settings that have changed', () => {
  it('lose no file that a loader with the settings of a moment ago cannot place', async () => {
    const world = aWorld({ routes: [{ match: 'orders/**', into: { table: 'orders' } }] })
    const before = world.settings()
    const routes = [
      { match: 'orders/**', into: { table: 'orders' } },
      { match: 'more/**', into: { table: 'orders' } },
    ]
    world.changeSettings({ routes })
    await world.deliver(await world.put('more/1.csv'))
    await loadWith(world, async ({ fresh = false } = {}) => (fresh ? world.settings() : before))
    expect(await world.record(ORDERS, 'more/1.csv')).toMatchObject({ status: 'loaded' })
  })

  it('and take the format of a waiting file away tell people of it', async () => {
    const world = aWorld({ routes: [{ match: 'orders/**', into: { table: 'orders', format: 'csv' } }] })
    await ingest(world.ports, [await world.put('orders/1.dat')])
    world.changeSettings({ routes: [{ match: 'orders/**', into: { table: 'orders' } }] })
    await world.wake()
    expect(await world.record(ORDERS, 'orders/1.dat')).toMatchObject({
      status: 'failed',
      error: { code: 'UNKNOWN_FORMAT' },
    })
    expect(world.notices.published).toHaveLength(1)
    expect(world.measured.get('FilesFailed')).toBe(1)
  })

  it('and take the route of a waiting file away count it as skipped', async () => {
    const world = aWorld({ routes: [{ match: 'orders/**', into: { table: 'orders' } }] })
    await ingest(world.ports, [await world.put('orders/1.csv')])
    world.changeSettings({ routes: [{ match: 'items/**', into: { table: 'items' } }] })
    await world.wake()
    expect(world.measured.get('FilesSkipped')).toBe(1)
    expect(await world.waiting(ORDERS)).toEqual([])
  })

  it('name a work folder without a slash, and swallow no file whose name begins like it', async () => {
    const world = aWorld({ work: 's3://landing/work' })
    await world.deliver(await world.put('works/1.csv'))
    await world.wake()
    expect(await world.record('main/public.works', 'works/1.csv')).toMatchObject({ status: 'loaded' })
  })
})

describe('a redelivered message', () => {
  it('tells of a file of an unknown kind once', async () => {
    const world = aWorld()
    const file = await world.put('orders/readme.docx')
    await world.deliver(file)
    await world.deliver(file)
    expect(world.notices.published).toHaveLength(1)
  })

  it('of an empty file does not take the place of what is known of its later version', async () => {
    const world = aWorld()
    const empty = await world.put('orders/1.csv', '')
    await world.deliver(empty)
    world.warehouse.bad.set('s3://landing/orders/1.csv', { code: 'X', reason: 'bad' })
    await world.deliver(await world.put('orders/1.csv', 'x'))
    await world.wake()
    await world.deliver(empty)
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'failed' })
  })
})

function loadWith(world: World, settings: SettingsPort): Promise<void> {
  return loadTarget({ ...world.ports, settings }, ORDERS, { owner: 'warm', deadlineMs: world.now() + 60_000 })
}
