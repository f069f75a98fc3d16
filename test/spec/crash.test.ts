import type { S3Object, TargetId } from '../../lambda/model'
import { everyDeath } from './every-death'
import { aWorld, type World } from './world'

const ORDERS: TargetId = 'main/public.orders'
const FILES = ['orders/1.csv', 'orders/2.csv', 'orders/3.csv', 'orders/4.jsonl']

/** Two plain files, one bad one, and one of another format: intake, a refused batch, two batches that load. */
async function story(world: World): Promise<readonly S3Object[]> {
  world.warehouse.bad.set('s3://landing/orders/2.csv', { code: 'X', reason: 'bad', line: 3 })
  const objects = []
  for (const key of FILES) objects.push(await world.put(key))
  await world.deliver(...objects)
  await world.wake()
  return objects
}

/** A queue delivers again what was not acknowledged, and time passes. */
async function aftermath(world: World, objects: readonly S3Object[]): Promise<void> {
  await world.deliver(...objects)
  await world.wake()
  await world.pass(10 * 60_000)
}

async function expectExactlyOnce(world: World): Promise<void> {
  expect([...world.warehouse.filesIn(ORDERS)].sort()).toEqual(
    FILES.filter((key) => key !== 'orders/2.csv').map((key) => `s3://landing/${key}`),
  )
  for (const key of FILES) {
    expect(await world.record(ORDERS, key)).toMatchObject({ status: key === 'orders/2.csv' ? 'failed' : 'loaded' })
  }
  expect(await world.waiting(ORDERS)).toEqual([])
  const state = await world.state(ORDERS)
  expect(state).toMatchObject({ waitingFiles: 0, waitingBytes: 0 })
  expect(state?.lease).toBeUndefined()
  expect(state?.unfinished).toBeUndefined()
  expect(state?.hold).toBeUndefined()
  // Every batch that was committed is closed as loaded, and no other.
  for (const { batchId } of world.warehouse.receipts)
    expect((await world.batch(ORDERS, batchId))?.status).toBe('loaded')
}

describe('whoever dies, before or after any call (S2, S5)', () => {
  it('loads every file exactly once, and leaves nothing behind that waits', async () => {
    const deaths = await everyDeath(story)
    expect(deaths.length).toBeGreaterThan(80)
    for (const death of deaths) {
      const world = aWorld()
      world.dyingAt(death)
      const objects = await story(world)
      await aftermath(world, objects)
      try {
        expect(world.trace).toContain(`✝ ${death.at}`)
        await expectExactlyOnce(world)
      } catch (error) {
        throw new Error(`after a death ${death.when} ${death.at} #${death.call}:\n${world.trace.join('\n')}`, {
          cause: error,
        })
      }
    }
  })

  it('does not load twice when the process dies after the commit and before the file records', async () => {
    const world = aWorld()
    world.dyingAt({ at: 'session.load', when: 'after', call: 1 })
    await world.deliver(await world.put('orders/1.csv'))
    await world.wake()
    const before = world.trace.length
    await world.pass(120_000)
    // Until the lease has run out, the tick only looks at what waits.
    const recovery = world.trace.slice(world.trace.indexOf('targets.get', before))
    expect(recovery.filter((step) => !step.startsWith('wakes'))).toEqual([
      'targets.get',
      'targets.claim',
      'warehouses.connect',
      'objects.get',
      'session.find',
      'batches.get',
      'files.put',
      'arrivals.remove',
      'batches.put',
      'notices.publish',
      'targets.change',
      'arrivals.oldest',
      'targets.change',
    ])
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
  })
})
