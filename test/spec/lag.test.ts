import type { TargetId } from '../../lambda/model'
import { aWorld } from './world'

const ORDERS: TargetId = 'main/public.orders'
const BILLS: TargetId = 'main/public.bills'

describe('how long files wait', () => {
  /** The levels that are measured, the latest of each counts. */
  function aMeasuredWorld() {
    const levels = new Map<string, number>()
    const world = aWorld()
    const { measure } = world.ports
    Object.assign(world.ports, {
      measure: (...[metric, value, dimensions]: Parameters<typeof measure>) => {
        if (metric === 'OldestArrivalSeconds') levels.set(dimensions['target'] ?? 'all', value)
      },
    })
    return { world, levels }
  }

  it('is told every minute of each target that waits, and of the longest; once it has loaded nothing waits', async () => {
    const { world, levels } = aMeasuredWorld()
    await world.deliver(await world.put('orders/1.csv'))
    world.wait(120_000)
    await world.deliver(await world.put('bills/1.csv'))
    world.wait(60_000)
    await world.tick()
    expect(Object.fromEntries(levels)).toEqual({ [ORDERS]: 180, [BILLS]: 60, all: 180 })
    await world.wake()
    levels.clear()
    await world.tick()
    expect(Object.fromEntries(levels)).toEqual({ all: 0 })
  })

  it('counts from the event of the file, whoever died with it meanwhile', async () => {
    const { world, levels } = aMeasuredWorld()
    world.dyingAt({ at: 'session.load', when: 'before', call: 'every' })
    await world.deliver(await world.put('orders/1.csv'))
    await world.pass(30 * 60_000)
    await world.tick()
    expect(levels.get('all')).toBe(30 * 60)
    world.nobodyDies()
    await world.pass(30 * 60_000)
    expect(levels.get('all')).toBe(0)
  })

  it('keeps nobody from being woken when it cannot be told', async () => {
    const { world, levels } = aMeasuredWorld()
    await world.deliver(await world.put('orders/1.csv'))
    world.loseWakes()
    world.wait(60_000)
    const { oldest } = world.ports.arrivals
    world.ports.arrivals.oldest = async () => {
      throw new Error('throttled')
    }
    await world.tick()
    world.ports.arrivals.oldest = oldest
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(1)
    expect(levels.has('all')).toBe(false)
    expect(world.logged).toContainEqual(expect.objectContaining({ event: 'lag-not-measured' }))
  })
})
