import type { S3Object, TargetId, TargetState } from '../../../lambda/model'
import { measureLag } from '../../../lambda/notify/measure-lag'
import { arrivalsInMemory } from '../../memory/arrivals-in-memory'

const NOW = Date.UTC(2026, 10, 20, 12)

function aTick() {
  const arrivals = arrivalsInMemory()
  const read: TargetId[] = []
  const lines: object[] = []
  const measured: [number, object][] = []
  let nowMs = NOW
  return {
    read,
    lines,
    measured,
    later: (ms: number) => {
      nowMs += ms
    },
    now: () => nowMs,
    arrivals: {
      ...arrivals,
      oldest: async (target: TargetId, limit: number) => {
        read.push(target)
        return arrivals.oldest(target, limit)
      },
    },
    log: (level: string, event: string, fields: object) => void lines.push({ level, event, ...fields }),
    measure: (_metric: string, value: number, dimensions: object) => void measured.push([value, dimensions]),
  }
}

function waiting(target: TargetId, more: Partial<TargetState> = {}): TargetState {
  return { target, waitingFiles: 1, waitingBytes: 1, fence: 0, ...more }
}

const object = (secondsAgo: number, more: Partial<S3Object> = {}): S3Object => ({
  bucket: 'landing',
  key: `${secondsAgo}.csv`,
  etag: 'e',
  sizeBytes: 1,
  sequencer: 'A1',
  eventTimeMs: NOW - secondsAgo * 1000,
  ...more,
})

it('measures the age of the oldest file of each target that waits, and the longest of all', async () => {
  const tick = aTick()
  await tick.arrivals.put([
    { target: 'main/a.a', object: object(30) },
    { target: 'main/a.a', object: object(90) },
    { target: 'main/b.b', object: object(10) },
  ])
  await measureLag(tick, [waiting('main/a.a'), waiting('main/b.b')])
  expect(tick.measured).toEqual([
    [90, { target: 'main/a.a' }],
    [10, { target: 'main/b.b' }],
    [90, {}],
  ])
})

it('measures zero when nothing waits, and asks nobody', async () => {
  const tick = aTick()
  await measureLag(tick, [waiting('main/a.a', { waitingFiles: 0 })])
  expect(tick.measured).toEqual([[0, {}]])
  expect(tick.read).toEqual([])
})

it.each([
  ['whose holder may have died', { lease: { owner: 'o', untilMs: NOW } }],
  [
    'with an unfinished batch',
    { unfinished: { batchId: 'b', folder: 's3://w/b/', files: 1, bytes: 1, attempt: 1, deaths: 0, openedAtMs: NOW } },
  ],
] as const)(
  'looks at a target %s, whatever its count says; nothing is measured of it if nothing waits',
  async (_, more) => {
    const tick = aTick()
    await measureLag(tick, [waiting('main/a.a', { waitingFiles: 0, ...more })])
    expect(tick.read).toEqual(['main/a.a'])
    expect(tick.measured).toEqual([[0, {}]])
  },
)

it('measures the others when one cannot be read, fails nobody, and calls nothing the longest', async () => {
  const tick = aTick()
  await tick.arrivals.put([{ target: 'main/b.b', object: object(10) }])
  const { oldest } = tick.arrivals
  tick.arrivals.oldest = async (target, limit) => {
    if (target === 'main/a.a') throw new Error('throttled')
    return oldest(target, limit)
  }
  await measureLag(tick, [waiting('main/a.a'), waiting('main/b.b')])
  expect(tick.measured).toEqual([[10, { target: 'main/b.b' }]])
  expect(tick.lines).toEqual([{ level: 'error', event: 'lag-not-measured', target: 'main/a.a', why: 'throttled' }])
})

it('reads at most a thousand targets, those first that are known to wait for longest', async () => {
  const tick = aTick()
  const states = Array.from({ length: 1_005 }, (_, at) => waiting(`main/a.t${at}`, { wakeAtMs: NOW - at * 1_000 }))
  const held = waiting('main/a.held', {
    wakeAtMs: NOW,
    hold: { kind: 'blocked', sinceMs: NOW - 9e6, code: 'c', reason: 'r', tries: 1, retryAtMs: NOW },
  })
  await measureLag(tick, [...states, held])
  expect(tick.read).toHaveLength(1_000)
  expect(tick.read.slice(0, 2)).toEqual(['main/a.held', 'main/a.t1004'])
  expect(tick.lines).toEqual([{ level: 'warn', event: 'lag-measured-in-part', waiting: 1_006, leftOut: 6 }])
  expect(tick.measured).toEqual([[0, {}]])
})

it('stops after ten seconds, since the tick has more to do, and then calls nothing the longest', async () => {
  const tick = aTick()
  const { oldest } = tick.arrivals
  tick.arrivals.oldest = async (target, limit) => {
    tick.later(600)
    return oldest(target, limit)
  }
  await measureLag(
    tick,
    Array.from({ length: 100 }, (_, at) => waiting(`main/a.t${at}`)),
  )
  expect(tick.read.length).toBeLessThan(40)
  expect(tick.lines).toEqual([expect.objectContaining({ event: 'lag-measured-in-part', waiting: 100 })])
  expect(tick.measured).toEqual([])
})

describe('a file that was found by listing', () => {
  const YEARS = 5e7
  const listed = { key: 'old.csv', etag: 'e', sizeBytes: 1, bucket: 'landing', eventTimeMs: NOW - YEARS * 1000 }
  const lagOf = async (more: Partial<TargetState>) => {
    const tick = aTick()
    await tick.arrivals.put([{ target: 'main/a.a', object: listed }])
    await measureLag(tick, [waiting('main/a.a', more)])
    return tick.measured[0]?.[0]
  }

  it('does not wait since the day it was written', async () => {
    expect(await lagOf({})).toBe(0)
    expect(await lagOf({ wakeAtMs: NOW + 60_000 })).toBe(0)
  })

  it('waits since its target shows that something waits, or since its last load', async () => {
    expect(await lagOf({ wakeAtMs: NOW - 120_000 })).toBe(120)
    const hold = { kind: 'waiting', sinceMs: NOW - 600_000, code: 'c', reason: 'r', tries: 1, retryAtMs: NOW } as const
    expect(await lagOf({ wakeAtMs: NOW, hold })).toBe(600)
    expect(await lagOf({ lastLoad: { batchId: 'b', atMs: NOW - 30_000, files: 1, rows: 1 } })).toBe(30)
  })
})
