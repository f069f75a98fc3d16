import type { TargetId } from '../../lambda/model'
import type { Fault, WarehouseSession } from '../../lambda/ports'
import { aWorld, type World } from './world'

const ORDERS: TargetId = 'main/public.orders'
const HOUR_MS = 3_600_000
const HUGE = 's3://landing/orders/huge.csv'

/** Each session of the warehouse, with its load in other hands. */
function loadsThrough(world: World, load: (session: WarehouseSession) => WarehouseSession['load']): void {
  const { connect } = world.ports.warehouses
  world.ports.warehouses.connect = async (name) => {
    const connection = await connect(name)
    if (connection.kind === 'refused') return connection
    const { session } = connection
    const wrapped: WarehouseSession = Object.create(session, { load: { value: load(session) } })
    return { kind: 'connected', session: wrapped }
  }
}

const goodOnes = (world: World) => world.warehouse.filesIn(ORDERS).filter((url) => url !== HUGE)

describe('one file holds up no other (S6)', () => {
  it('although it takes longer than a function may run: alone, again and again, it fails with that reason', async () => {
    const world = aWorld({ batch: { seconds: 0, files: 10 } })
    const tooLong: Fault = { kind: 'too-long', code: '57014', message: 'cancelled', fileErrors: [] }
    loadsThrough(world, (session) => async (job) => {
      return job.urls.includes(HUGE) ? { kind: 'refused', fault: tooLong } : session.load(job)
    })
    const files = [await world.put('orders/huge.csv')]
    for (let file = 0; file < 5; file += 1) files.push(await world.put(`orders/${file}.csv`))
    await world.deliver(...files)
    await world.pass(24 * HOUR_MS)
    expect(goodOnes(world)).toHaveLength(5)
    expect(await world.record(ORDERS, 'orders/huge.csv')).toMatchObject({
      status: 'failed',
      error: { code: '57014', reason: expect.stringContaining('split it, or raise the timeout') },
    })
    expect((await world.state(ORDERS))?.hold).toBeUndefined()
  })

  it('although the warehouse does not find it where S3 shows it', async () => {
    const world = aWorld()
    world.warehouse.gone.add('s3://landing/orders/odd.csv')
    await world.deliver(await world.put('orders/odd.csv'), await world.put('orders/good.csv'))
    await world.pass(12 * HOUR_MS)
    expect(goodOnes(world)).toEqual(['s3://landing/orders/good.csv'])
    expect(await world.record(ORDERS, 'orders/odd.csv')).toMatchObject({ status: 'failed' })
  })

  it('although it is rewritten whenever it is loaded, and the warehouse is not kept busy by it', async () => {
    const world = aWorld({ routes: [{ match: '{table}/**', into: { overwrites: 'reload' } }] })
    let loads = 0
    loadsThrough(world, (session) => async (job) => {
      loads += 1
      const isLive = job.urls.includes('s3://landing/orders/live.csv')
      if (isLive) await world.objects.put('s3://landing/orders/live.csv', `version ${loads}`)
      return session.load(job)
    })
    await world.deliver(await world.put('orders/live.csv', 'version 0'), await world.put('orders/good.csv'))
    await world.wake()
    await world.pass(HOUR_MS)
    expect(goodOnes(world)).toContain('s3://landing/orders/good.csv')
    expect(loads).toBeLessThan(20)
    expect(await world.record(ORDERS, 'orders/live.csv')).toMatchObject({
      status: 'failed',
      error: { code: 'FILES_CHANGED' },
    })
  })
})
