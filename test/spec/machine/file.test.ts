import type { S3Object, TargetId } from '../../../lambda/model'
import { aWorld, type World } from '../world'
import { FILE, FILE_EVENTS, type FileEvent, type FileState } from './tables'

const ORDERS: TargetId = 'main/public.orders'
const KEY = 'orders/1.csv'
const URL = `s3://landing/${KEY}` as const
const HOUR_MS = 3_600_000

/** A world in which the file is in a state. Its event is the last but one, so that a later and an older one can be told. */
async function aFileThatIs(
  state: FileState,
): Promise<{ readonly world: World; readonly event: S3Object; readonly content: string }> {
  const window = state === 'waiting' ? 120 : 0
  const world = aWorld({
    batch: { files: 100, seconds: window },
    heal: { everyMinutes: 60 },
    routes: [{ match: '{table}/**', existing: 'load', into: { duplicates: 'hold' } }],
  })
  await world.deliver(await world.put('orders/0.csv', 'known content'))
  await world.pass(300_000)
  const content = state === 'skipped' ? '' : state === 'held' ? 'known content' : 'content'
  if (state === 'failed') world.warehouse.bad.set(URL, { code: 'X', reason: 'bad' })
  const event = await world.put(KEY, content)
  // The world leaves out what is empty.
  if (content === '') await world.objects.put(URL, content)
  if (state === 'unseen') return { world, event, content }
  await world.deliver(event)
  if (state === 'waiting') return { world, event, content }
  await world.wake()
  expect(await world.record(ORDERS, KEY)).toMatchObject({ status: state })
  world.warehouse.bad.clear()
  return { world, event, content }
}

const HAPPENS: Readonly<Record<FileEvent, (so: Awaited<ReturnType<typeof aFileThatIs>>) => Promise<void>>> = {
  announced: ({ world, event }) => world.deliver(event),
  'announced again': ({ world, event }) => world.deliver(event, event),
  'written again alike': async ({ world, content }) => {
    const event = await world.put(KEY, content)
    await world.deliver(event)
  },
  overwritten: async ({ world }) => world.deliver(await world.put(KEY, 'other content')),
  'announced late': ({ world, event }) =>
    world.deliver({ ...event, etag: 'older', sequencer: '0', eventTimeMs: event.eventTimeMs - 1 }),
  listed: ({ world }) => world.pass(3 * HOUR_MS),
}

describe('a file, in each state, at each event (S2, S7)', () => {
  const cells = (Object.keys(FILE) as readonly FileState[]).flatMap((state) =>
    FILE_EVENTS.map((event) => [state, event, FILE[state][event]] as const),
  )
  it.each(cells)('%s, when it is %s', async (state, event, { to, loads }) => {
    const so = await aFileThatIs(state)
    const { world } = so
    const before = world.warehouse.filesIn(ORDERS).filter((url) => url === URL).length
    await HAPPENS[event](so)
    await world.pass(5 * 60_000)
    const after = world.warehouse.filesIn(ORDERS).filter((url) => url === URL).length
    expect({ to: (await world.record(ORDERS, KEY))?.status, loads: after - before }).toEqual({ to, loads })
    expect(await world.waiting(ORDERS)).toEqual([])
  })

  it('is loaded again when it is overwritten, where the route reloads', async () => {
    const world = aWorld({ routes: [{ match: '{table}/**', into: { overwrites: 'reload' } }] })
    await world.deliver(await world.put(KEY, 'first'))
    await world.wake()
    await world.deliver(await world.put(KEY, 'second'))
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toEqual([URL, URL])
  })
})
