import type { TargetId, TargetState } from '../../../lambda/model'
import { aWorld, type World } from '../world'
import { TARGET, TARGET_EVENTS, type TargetEvent, type TargetKind } from './tables'

const ORDERS: TargetId = 'main/public.orders'
const TWO_MINUTES_MS = 120_000

/** A target in a state, with nobody on the way to it. */
async function aTargetThatIs(kind: TargetKind): Promise<World> {
  const world = aWorld({ batch: { seconds: kind === 'unfinished' ? 0 : 60, files: 100 } })
  const untilMs = world.now() + TWO_MINUTES_MS
  switch (kind) {
    case 'idle':
      break
    case 'waiting':
      await world.deliver(await world.put('orders/1.csv'))
      break
    case 'leased':
      await world.deliver(await world.put('orders/1.csv'))
      await world.ports.targets.claim(ORDERS, { owner: 'another', nowMs: world.now(), untilMs })
      break
    case 'on hold':
      await world.deliver(await world.put('orders/1.csv'))
      await world.ports.targets.claim(ORDERS, { owner: 'another', nowMs: world.now(), untilMs })
      await world.ports.targets.change(
        ORDERS,
        { owner: 'another', fence: 1 },
        {
          lease: null,
          hold: { kind: 'blocked', sinceMs: 0, code: '42P01', reason: 'no such table', tries: 1, retryAtMs: untilMs },
        },
      )
      break
    case 'unfinished':
      world.dyingAt({ at: 'session.load', when: 'after', call: 1 })
      await world.deliver(await world.put('orders/1.csv'))
      await world.wake()
      // The lease of the dead runs out.
      world.wait(TWO_MINUTES_MS)
  }
  world.loseWakes()
  expect(kindOf(await world.state(ORDERS), world.now())).toBe(kind)
  return world
}

/** What a person would call the target. */
function kindOf(state: TargetState | undefined, nowMs: number): TargetKind {
  if (state === undefined) return 'idle'
  if (state.lease !== undefined && state.lease.untilMs > nowMs) return 'leased'
  if (state.hold !== undefined && state.hold.retryAtMs > nowMs) return 'on hold'
  if (state.unfinished !== undefined) return 'unfinished'
  return state.waitingFiles > 0 ? 'waiting' : 'idle'
}

const HAPPENS: Readonly<Record<TargetEvent, (world: World) => Promise<void>>> = {
  'an arrival is counted': async (world) => world.deliver(await world.put('orders/2.csv')),
  'a wake comes': (world) => world.load(ORDERS),
  'the tick looks': (world) => world.tick(),
  'time passes': async (world) => {
    world.wait(TWO_MINUTES_MS + 1)
    await world.tick()
  },
}

describe('a target, in each state, at each event (S4, S6, S7)', () => {
  const cells = (Object.keys(TARGET) as readonly TargetKind[]).flatMap((kind) =>
    TARGET_EVENTS.map((event) => [kind, event, TARGET[kind][event]] as const),
  )
  it.each(cells)('%s, when %s', async (kind, event, { to, wake }) => {
    const world = await aTargetThatIs(kind)
    await HAPPENS[event](world)
    const [sent] = world.wakes()
    const seen = sent === undefined ? 'none' : sent.atMs <= world.now() ? 'now' : 'later'
    expect({ to: kindOf(await world.state(ORDERS), world.now()), wake: seen }).toEqual({ to, wake })
    expect(world.wakes().length).toBeLessThanOrEqual(1)
  })
})
