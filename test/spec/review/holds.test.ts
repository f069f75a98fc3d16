import type { TargetId } from '../../../lambda/model'
import { loadTarget } from '../../../lambda/pipeline'
import type { Fault } from '../../../lambda/ports'
import { settingsFrom } from '../../../lambda/settings'
import { aWorld } from '../world'

const ORDERS: TargetId = 'main/public.orders'
const unreachable = (code = 'ECONNREFUSED'): Fault => ({ kind: 'passing', code, message: `connect ${code}`, fileErrors: [] })

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

  it('of a target whose route was taken away ends with its files', async () => {
    const world = aWorld({ routes: [{ match: 'orders/**', into: { table: 'orders' } }] })
    world.warehouse.tables = new Set()
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    const other = settingsFrom({
      name: 'test',
      work: 's3://landing/_penstock/',
      warehouses: { main: { kind: 'redshift', host: 'warehouse.test', database: 'dev', user: 'penstock' } },
      routes: [{ match: 'items/**', into: { table: 'items' } }],
    })
    let loads = 0
    for (let minute = 0; minute < 10; minute += 1) {
      await world.pass(0)
      let due = world.wakes().filter(({ atMs }) => atMs <= world.now() + minute * 60_000)
      while (due.length > 0 && loads < 100) {
        loads += 1
        world.loseWakes()
        await loadTarget({ ...world.ports, now: () => world.now() + minute * 60_000 }, other, ORDERS, { owner: `o${loads}`, deadlineMs: world.now() + (minute + 1) * 60_000 })
        due = world.wakes().filter(({ atMs }) => atMs <= world.now() + (minute + 1) * 60_000)
      }
    }
    expect(loads).toBeLessThan(5)
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
    const hold = (await world.state(ORDERS))?.hold
    console.log(hold, 'notices', world.notices.published.map(({ notice }) => notice.subject), longest)
    expect({ notices: world.notices.published.length, gap: longest.gapMs <= 17 * 60_000 }).toEqual({ notices: 1, gap: true })
  }, 60_000)

  it('that a person set while a load was under way is still there afterwards', async () => {
    const world = aWorld()
    await world.deliver(await world.put('orders/1.csv'))
    const put = world.ports.batches.put
    world.ports.batches.put = async (batch) => {
      const state = await world.state(ORDERS)
      if (state?.lease && batch.status === 'open')
        await world.ports.targets.change(ORDERS, { owner: state.lease.owner, fence: state.fence }, { hold: { kind: 'paused', sinceMs: 0, reason: 'by hand' } })
      await put(batch)
    }
    await world.wake()
    expect((await world.state(ORDERS))?.hold).toMatchObject({ kind: 'paused' })
  })
})
