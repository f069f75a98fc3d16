import type { ArrivalsPort } from '../../../lambda/ports'
import { AWKWARD_KEYS, anArrival, aTarget } from './builders'

/** What the pipeline relies on from whatever keeps the waiting objects. */
export function describeArrivalsPort(name: string, make: () => ArrivalsPort): void {
  describe(`arrivals ${name}`, () => {
    it('gives back an arrival with everything that was known of it', async () => {
      const target = aTarget()
      const full = anArrival(target, 'full.csv', { versionId: 'v1', sizeBytes: 5 * 2 ** 40 })
      const { sequencer: _none, ...bare } = anArrival(target, 'bare.csv', { eventTimeMs: 1 }).object
      await make().put([full, { target, object: bare }])
      expect(await make().oldest(target, 10)).toEqual([{ target, object: bare }, full])
    })

    it('the same arrival written twice is one arrival, in one call or two', async () => {
      const target = aTarget()
      const arrival = anArrival(target, 'a.csv')
      await make().put([arrival, { ...arrival }])
      await make().put([arrival])
      expect(await make().oldest(target, 10)).toEqual([arrival])
    })

    it('two events of one object are two arrivals', async () => {
      const target = aTarget()
      const events = [anArrival(target, 'a.csv', { sequencer: '1' }), anArrival(target, 'a.csv', { sequencer: '2' })]
      await make().put(events)
      expect(await make().oldest(target, 10)).toEqual(events)
    })

    it('keeps the order of event times, then sequencers', async () => {
      const target = aTarget()
      const inOrder = [
        anArrival(target, 'z', { eventTimeMs: 9 }),
        anArrival(target, 'y', { eventTimeMs: 10, sequencer: '9' }),
        anArrival(target, 'x', { eventTimeMs: 10, sequencer: '0a' }),
        anArrival(target, 'w', { eventTimeMs: 10, sequencer: 'B' }),
        anArrival(target, 'v', { eventTimeMs: 10, sequencer: '10' }),
        anArrival(target, 'u', { eventTimeMs: 1_795_000_000_000, sequencer: '1' }),
      ]
      await make().put([3, 0, 5, 2, 4, 1].flatMap((at) => inOrder[at] ?? []))
      expect(await make().oldest(target, 10)).toEqual(inOrder)
    })

    it('gives the oldest ones only, and of this target only', async () => {
      const target = aTarget()
      const arrivals = [1, 2, 3].map((time) => anArrival(target, `${time}`, { eventTimeMs: time }))
      await make().put([...arrivals, anArrival(aTarget(), 'of another', { eventTimeMs: 0 })])
      expect(await make().oldest(target, 2)).toEqual(arrivals.slice(0, 2))
      expect(await make().oldest(target, 0)).toEqual([])
    })

    it('takes keys of 1,024 bytes of emoji, separators and control characters', async () => {
      const target = aTarget()
      const arrivals = AWKWARD_KEYS.map((key, at) => anArrival(target, key, { eventTimeMs: at }))
      await make().put(arrivals)
      expect(await make().oldest(target, 10)).toEqual(arrivals)
      await make().remove(arrivals)
      expect(await make().oldest(target, 10)).toEqual([])
    })

    it('removes what it is told, twice if need be, and nothing else', async () => {
      const target = aTarget()
      const gone = anArrival(target, 'a.csv')
      const stays = anArrival(target, 'a.csv', { sequencer: '0055AED6DCD90281E6' })
      await make().put([gone, stays])
      await make().remove([gone, gone])
      await make().remove([gone])
      expect(await make().oldest(target, 10)).toEqual([stays])
    })

    it('keeps 1,000 arrivals, more than a page of 1 MB, in order and removes them', async () => {
      const target = aTarget()
      const arrivals = Array.from({ length: 1_000 }, (_, at) =>
        anArrival(target, `${at}${'-'.repeat(1_000)}`, { eventTimeMs: at }),
      )
      await make().put(arrivals.toReversed())
      expect(await make().oldest(target, 5_000)).toEqual(arrivals)
      await make().remove(arrivals.slice(0, 999))
      expect(await make().oldest(target, 5_000)).toEqual(arrivals.slice(999))
    })

    it('does nothing with nothing', async () => {
      await make().put([])
      await make().remove([])
      expect(await make().oldest(aTarget(), 10)).toEqual([])
    })
  })
}
