import type { TargetId } from '../../lambda/model'
import type { Fault } from '../../lambda/ports'
import { aWorld, type World } from './world'

const ORDERS: TargetId = 'main/public.orders'
const MINUTE = 60_000
const CONFLICT: Fault = { kind: 'passing', code: 'XX000', message: '1023', fileErrors: [] }
const NO_TABLE: Fault = { kind: 'set-up', code: '42P01', message: 'relation "orders" does not exist', fileErrors: [] }
const many = (fault: Fault, times: number): Fault[] => Array.from({ length: times }, () => fault)

/** Goes to the time of the next wake and runs it; tells how long that was from the last one. */
async function nextWake(world: World): Promise<number> {
  const nextMs = Math.min(...world.wakes().map(({ atMs }) => atMs))
  const waitedMs = Math.max(0, nextMs - world.now())
  world.wait(waitedMs)
  await world.wake()
  return waitedMs
}

describe('what may pass', () => {
  it('is tried again as a whole transaction, later and later, at least every 15 minutes, with chance in it', async () => {
    const world = aWorld()
    world.warehouse.faults = many(CONFLICT, 14)
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    const delays: number[] = []
    while (world.warehouse.receipts.length === 0) delays.push(await nextWake(world))
    expect(delays).toHaveLength(14)
    for (const [tried, delay] of delays.entries()) {
      const whole = Math.min(15 * MINUTE, 2_000 * 2 ** tried)
      // A wake waits for whole seconds.
      expect(delay).toBeGreaterThanOrEqual(whole / 2)
      expect(delay).toBeLessThanOrEqual(whole + 1_000)
    }
    expect(new Set(delays.slice(-5)).size).toBeGreaterThan(1)
    expect(world.warehouse.loads).toHaveLength(15)
    expect(new Set(world.warehouse.loads.map(({ urls }) => urls.join())).size).toBe(1)
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
    expect((await world.state(ORDERS))?.hold).toBeUndefined()
  })

  it('is tried again although every wake is lost: the tick sees what is due', async () => {
    const world = aWorld()
    world.warehouse.faults = many(CONFLICT, 14)
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    for (let minute = 0; minute < 3 * 60 && world.warehouse.receipts.length === 0; minute += 1) {
      world.loseWakes()
      world.wait(MINUTE)
      await world.tick()
      await world.wake()
    }
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
  })

  it('begins with short delays again after every batch that was loaded, or whose bad files were found', async () => {
    const world = aWorld({ batch: { seconds: 0, files: 2 } })
    const bad: Fault = {
      kind: 'data',
      code: 'XX000',
      message: 'load failed',
      fileErrors: [{ url: 's3://landing/orders/1.csv', code: 'X', reason: 'bad' }],
    }
    world.warehouse.faults = [...many(CONFLICT, 3), bad, CONFLICT]
    const objects = []
    for (let file = 0; file < 6; file += 1) objects.push(await world.put(`orders/${file}.csv`))
    await world.deliver(...objects)
    await world.wake()
    for (const tries of [1, 2, 3]) {
      expect((await world.state(ORDERS))?.hold).toMatchObject({ tries })
      await nextWake(world)
    }
    expect((await world.state(ORDERS))?.hold).toMatchObject({ tries: 1 })
    // In a stream of conflicts with loads in between, no delay grows.
    world.warehouse.faults = [CONFLICT]
    await nextWake(world)
    expect((await world.state(ORDERS))?.hold).toMatchObject({ tries: 2 })
    await nextWake(world)
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(5)
    expect((await world.state(ORDERS))?.hold).toBeUndefined()
  })
})

describe('what a person has to mend', () => {
  it('is tried again by itself: at most 15 minutes after the table was made, however long it was missing', async () => {
    for (const minutes of [1, 20, 300]) {
      const world = aWorld()
      world.warehouse.tables = new Set()
      await world.deliver(await world.put('orders/1.csv'))
      await world.wake()
      await world.pass(minutes * MINUTE)
      expect(world.warehouse.filesIn(ORDERS)).toEqual([])
      world.warehouse.tables.add(ORDERS)
      await world.pass(15 * MINUTE)
      expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
    }
  })

  it('is told of with the batch that was refused, how long it took, and what was asked', async () => {
    const world = aWorld()
    world.warehouse.faults = [NO_TABLE]
    await world.deliver(await world.put('orders/1.csv'), await world.put('orders/2.csv'))
    await world.wake()
    expect(world.notices.published.map(({ notice }) => notice.body)).toEqual([
      expect.objectContaining({
        event: 'target-blocked',
        target: ORDERS,
        code: '42P01',
        batchId: 'b1',
        files: 2,
        durationMs: 0,
        statements: ['COPY'],
        tries: 1,
        waitingFiles: 2,
      }),
    ])
  })

  it('is told of without a batch where none was begun, and with the one that it keeps from being finished', async () => {
    const world = aWorld()
    const refused: Fault = { kind: 'set-up', code: '28P01', message: 'password authentication failed', fileErrors: [] }
    world.warehouse.refuse.set('main', refused)
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    expect(world.notices.published[0]?.notice.body).not.toHaveProperty('batchId')

    const other = aWorld()
    other.dyingAt({ at: 'session.load', when: 'after', call: 1 })
    await other.deliver(await other.put('orders/1.csv'))
    await other.wake()
    other.warehouse.refuse.set('main', refused)
    await other.pass(2 * MINUTE)
    expect(other.notices.published.map(({ notice }) => notice.body)).toEqual([
      expect.objectContaining({ event: 'target-blocked', code: '28P01', batchId: 'b1' }),
    ])
  })

  it('is no news again when it takes turns with something that may pass', async () => {
    const world = aWorld()
    world.warehouse.faults = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? NO_TABLE : CONFLICT))
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    for (let turn = 0; turn < 19; turn += 1) await nextWake(world)
    expect(world.warehouse.faults).toEqual([])
    expect(world.notices.published.filter(({ notice }) => notice.body['event'] === 'target-blocked')).toHaveLength(1)
  })

  it('is told of when it is mended and something that was to pass stays', async () => {
    const world = aWorld()
    world.warehouse.faults = [NO_TABLE, ...many(CONFLICT, 8)]
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    while (world.warehouse.receipts.length === 0) await nextWake(world)
    const codes = world.notices.published.map(({ notice }) => notice.body['code'])
    expect(codes).toEqual(['42P01', 'XX000', undefined])
  })
})
