import type { TargetId, TargetState } from '../../../lambda/model'
import type { TargetChange, TargetsPort } from '../../../lambda/ports'
import { aTarget } from './builders'
import { collect } from './collect'

/** What the pipeline relies on from whatever keeps leases, fences and counts. */
export function describeTargetsPort(name: string, make: () => TargetsPort): void {
  async function granted(target: TargetId, owner: string, nowMs = 0): Promise<TargetState> {
    const state = await make().claim(target, { owner, nowMs, untilMs: nowMs + 1_000 })
    if (state === 'held') throw new Error(`${target} is held`)
    return state
  }

  describe(`targets ${name} (S4)`, () => {
    it('knows nothing of a target that nobody counted', async () => {
      expect(await make().get(aTarget())).toBeUndefined()
    })

    it('adds up what arrives, and keeps the first wake that was noted', async () => {
      const target = aTarget()
      const first = await make().countArrivals(target, { files: 2, bytes: 2 ** 52, wakeAtMs: 60 })
      expect(first).toEqual({ target, waitingFiles: 2, waitingBytes: 2 ** 52, fence: 0, wakeAtMs: 60 })
      const second = await make().countArrivals(target, { files: 1, bytes: 2 ** 52 - 1, wakeAtMs: 50 })
      expect(second).toEqual({ target, waitingFiles: 3, waitingBytes: 2 ** 53 - 1, fence: 0, wakeAtMs: 60 })
      expect(await make().get(target)).toEqual(second)
    })

    it('loses no count when 100 count at once, and lets one of them find its own wake', async () => {
      const target = aTarget()
      const states = await Promise.all(
        Array.from({ length: 100 }, (_, at) => make().countArrivals(target, { files: 1, bytes: 10, wakeAtMs: at })),
      )
      expect(await make().get(target)).toMatchObject({ waitingFiles: 100, waitingBytes: 1_000 })
      expect(states.filter(({ wakeAtMs }, at) => wakeAtMs === at)).toHaveLength(1)
    })

    it('grants the lease of a target that nobody counted yet', async () => {
      const target = aTarget()
      const lease = { owner: 'a', untilMs: 1_000 }
      expect(await granted(target, 'a')).toEqual({ target, waitingFiles: 0, waitingBytes: 0, fence: 1, lease })
    })

    it('grants the lease to one of 200 contenders', async () => {
      const target = aTarget()
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, at) => make().claim(target, { owner: `${at}`, nowMs: 5, untilMs: 9 })),
      )
      const [winner, ...others] = answers.filter((answer) => answer !== 'held')
      expect(others).toEqual([])
      expect(await make().get(target)).toEqual(winner)
    })

    it('does not grant the lease to its own holder: two loads of one invocation must not share it', async () => {
      const target = aTarget()
      const { lease } = await granted(target, 'a')
      expect(await make().claim(target, { owner: 'a', nowMs: 0, untilMs: 1_000 })).toBe('held')
      expect((await make().get(target))?.lease).toEqual(lease)
    })

    it('raises the fence with every grant, and takes off the noted wake', async () => {
      const target = aTarget()
      await make().countArrivals(target, { files: 1, bytes: 1, wakeAtMs: 60 })
      expect(await granted(target, 'a', 0)).not.toHaveProperty('wakeAtMs')
      expect(await make().claim(target, { owner: 'b', nowMs: 999, untilMs: 2_000 })).toBe('held')
      expect(await granted(target, 'b', 1_000)).toMatchObject({ fence: 2, lease: { owner: 'b' }, waitingFiles: 1 })
    })

    it('sets, removes and leaves alone', async () => {
      const target = aTarget()
      const { fence } = await granted(target, 'a')
      const unfinished = {
        batchId: 'b1',
        folder: 's3://landing/b1/',
        attempt: 1,
        deaths: 1,
        files: 2,
        bytes: 4,
        openedAtMs: 3,
        session: '4711',
      } as const
      const hold = {
        kind: 'blocked',
        sinceMs: 1,
        code: '42P01',
        reason: 'no such table',
        tries: 2,
        retryAtMs: 9,
      } as const
      const lastLoad = { batchId: 'b0', atMs: 2, files: 0, rows: 2 ** 53 - 1 }
      const all: TargetChange = { unfinished, hold, lastLoad, batchFiles: 1, wakeAtMs: 7 }
      const state = await make().change(
        target,
        { owner: 'a', fence },
        { ...all, addWaitingFiles: 5, addWaitingBytes: 50 },
      )
      expect(state).toMatchObject({ ...all, waitingFiles: 5, waitingBytes: 50, lease: { owner: 'a', untilMs: 1_000 } })

      const held = {
        kind: 'waiting',
        sinceMs: 1,
        code: 'C',
        reason: '',
        tries: 1,
        retryAtMs: 9,
        toldCode: 'C',
      } as const
      const rest: TargetChange = { unfinished: null, wakeAtMs: null, batchFiles: null, lease: null, hold: held }
      const released = await make().change(target, { owner: 'a', fence }, { ...rest, addWaitingFiles: -3 })
      expect(released).toEqual({ target, waitingFiles: 2, waitingBytes: 50, fence, hold: held, lastLoad })
      expect(await make().get(target)).toEqual(released)
    })

    it('makes an empty change as a check that the lease is still ours', async () => {
      const target = aTarget()
      const state = await granted(target, 'a')
      expect(await make().change(target, { owner: 'a', fence: 1 }, {})).toEqual(state)
    })

    it.each([
      ['under an old fence', { owner: 'a', fence: 1 }],
      ['under a fence to come', { owner: 'b', fence: 3 }],
      ['of somebody else', { owner: 'a', fence: 2 }],
    ])('refuses a change %s', async (_, holder) => {
      const target = aTarget()
      await granted(target, 'a', 0)
      const latest = await granted(target, 'b', 1_000)
      expect(await make().change(target, holder, { addWaitingFiles: -1, lease: null })).toBe('lost-race')
      expect(await make().get(target)).toEqual(latest)
    })

    it('lets a holder act as long as nobody else was granted the lease, and not after it was given back', async () => {
      const target = aTarget()
      await granted(target, 'a')
      const holder = { owner: 'a', fence: 1 }
      expect(await make().change(target, holder, { lease: null })).toMatchObject({ fence: 1 })
      expect(await make().change(target, holder, { batchFiles: 1 })).toBe('lost-race')
      expect(await make().change(aTarget(), holder, { batchFiles: 1 })).toBe('lost-race')
    })

    it('applies changes made at once each exactly once', async () => {
      const target = aTarget()
      await granted(target, 'a')
      await Promise.all(
        Array.from({ length: 20 }, () => make().change(target, { owner: 'a', fence: 1 }, { addWaitingFiles: -1 })),
      )
      expect(await make().get(target)).toMatchObject({ waitingFiles: -20 })
    })

    it('names every target that was ever counted', async () => {
      const targets = Array.from({ length: 60 }, aTarget)
      await Promise.all(targets.map((target) => make().countArrivals(target, { files: 1, bytes: 1, wakeAtMs: 1 })))
      const all = await collect(make().all())
      expect(all.map(({ target }) => target)).toEqual(expect.arrayContaining(targets))
      expect(new Set(all.map(({ target }) => target)).size).toBe(all.length)
    })
  })
}
