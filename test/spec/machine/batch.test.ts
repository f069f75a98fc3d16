import type { TargetId } from '../../../lambda/model'
import { aWorld, type World } from '../world'
import { BATCH, BATCH_EVENTS, type BatchCell, type BatchEvent, type BatchState } from './tables'

const ORDERS: TargetId = 'main/public.orders'
const URL = 's3://landing/orders/1.csv'
const LEASE_ENDS_MS = 120_000

/** A batch of one file that is in a state, and then the event. */
const HAPPENS: Readonly<Record<BatchState, Readonly<Partial<Record<BatchEvent, (world: World) => Promise<void>>>>>> = {
  open: {
    committed: begin,
    refused: async (world) => {
      world.warehouse.bad.set(URL, { code: 'X', reason: 'bad' })
      await begin(world)
    },
    'outcome unknown': async (world) => {
      world.warehouse.commitFaults.push('lost-after')
      await begin(world)
    },
    'loader dies': async (world) => {
      world.dyingAt({ at: 'session.load', when: 'before', call: 1 })
      await begin(world)
    },
    'recovered with receipt': async (world) => {
      world.dyingAt({ at: 'session.load', when: 'after', call: 1 })
      await begin(world)
      await comeBack(world)
    },
    'recovered without receipt': async (world) => {
      world.dyingAt({ at: 'session.load', when: 'before', call: 1 })
      await begin(world)
      await comeBack(world)
    },
  },
  loaded: {
    'loader dies': dieAfterClosing,
    'recovered with receipt': async (world) => {
      await dieAfterClosing(world)
      await comeBack(world)
    },
  },
  failed: {
    'loader dies': async (world) => {
      world.warehouse.bad.set(URL, { code: 'X', reason: 'bad' })
      await dieAfterClosing(world)
    },
    'recovered without receipt': async (world) => {
      world.warehouse.bad.set(URL, { code: 'X', reason: 'bad' })
      await dieAfterClosing(world)
      await comeBack(world)
    },
  },
}

async function begin(world: World): Promise<void> {
  await world.deliver(await world.put('orders/1.csv'))
  await world.wake()
}

async function dieAfterClosing(world: World): Promise<void> {
  world.dyingAt({ at: 'batches.put', when: 'after', call: 1 })
  await begin(world)
}

async function comeBack(world: World): Promise<void> {
  world.wait(LEASE_ENDS_MS)
  await world.load(ORDERS)
}

describe('a batch, in each state, at each event (S2, S3, S4, S5)', () => {
  const cells = (Object.keys(BATCH) as readonly BatchState[]).flatMap((state) =>
    BATCH_EVENTS.map((event) => [state, event, BATCH[state][event]] as const),
  )
  const reachable = cells.flatMap(([state, event, cell]): readonly [BatchState, BatchEvent, BatchCell][] =>
    cell === 'never' ? [] : [[state, event, cell]],
  )

  it.each(reachable)('%s, when %s', async (state, event, cell) => {
    const world = aWorld()
    await HAPPENS[state][event]?.(world)
    const batch = await world.batch(ORDERS, 'b1')
    const named = (await world.state(ORDERS))?.unfinished?.batchId === 'b1'
    // An open one has a record only if it was tried again.
    expect({ to: batch?.status ?? (named ? 'open' : 'none'), named }).toEqual(cell)
    const isLoaded = world.warehouse.receipts.some(({ batchId }) => batchId === 'b1')
    expect(world.warehouse.filesIn(ORDERS)).toEqual(isLoaded ? [URL] : [])
    if (cell.to === 'loaded') expect(isLoaded).toBe(true)
  })

  it('has a way to each cell, and none to those that are never reached', () => {
    const ways = Object.entries(HAPPENS).flatMap(([state, events]) =>
      Object.keys(events).map((event) => [state, event]),
    )
    expect(ways.sort()).toEqual(reachable.map(([state, event]) => [state, event]).sort())
  })
})
