import fc from 'fast-check'
import { isNewer, type Plan, whatGoesIn } from '../../../lambda/batch/what-goes-in'
import { type Arrival, type S3Object, urlOf } from '../../../lambda/model'

const COPY: Plan = {
  kind: 'copy',
  overwrites: 'skip',
  plan: { schema: 's', table: 't', compression: 'none', format: 'csv' },
}
const object = (key: string, sequencer: string, etag = key): S3Object => ({
  bucket: 'b',
  key,
  etag,
  sizeBytes: 10,
  sequencer,
  eventTimeMs: 0,
})
const arrival = (key: string, sequencer: string, etag?: string): Arrival => ({
  target: 'm/s.t',
  object: object(key, sequencer, etag),
})

describe('which of the waiting files go into a batch', () => {
  it('every waiting arrival is taken, dropped, or left for the next batch, and no file is taken twice', () => {
    const anArrival = fc
      .record({ key: fc.constantFrom('a', 'b', 'c', 'd'), sequencer: fc.integer({ min: 1, max: 40 }) })
      .map(({ key, sequencer }) => arrival(key, sequencer.toString(16), `${key}${sequencer}`))
    fc.assert(
      fc.property(fc.array(anArrival, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (waiting, files) => {
        const choice = whatGoesIn(waiting, new Map(), () => COPY, { files, bytes: 1_000 }, 0)
        const urls = choice.take.map((one) => urlOf(one.object))
        expect(new Set(urls).size).toBe(urls.length)
        expect(urls.length).toBeLessThanOrEqual(files)
        for (const taken of choice.take) {
          const newer = waiting.filter(
            (one) => urlOf(one.object) === urlOf(taken.object) && isNewer(one.object, taken.object),
          )
          expect(newer).toEqual([])
          expect(choice.drop).not.toContain(taken)
        }
        // Progress: as long as something waits, something leaves the queue.
        if (waiting.length > 0) expect(choice.take.length + choice.drop.length).toBeGreaterThan(0)
        // The latest of each file stays somewhere.
        for (const dropped of choice.drop) {
          expect(waiting.some((one) => !choice.drop.includes(one) && urlOf(one.object) === urlOf(dropped.object))).toBe(
            true,
          )
        }
      }),
      { numRuns: 300 },
    )
  })

  it('is bounded by bytes, but one file always fits', () => {
    const waiting = [arrival('a', '1'), arrival('b', '2'), arrival('c', '3')]
    expect(whatGoesIn(waiting, new Map(), () => COPY, { files: 9, bytes: 1 }, 0).take).toHaveLength(1)
    expect(whatGoesIn(waiting, new Map(), () => COPY, { files: 9, bytes: 11 }, 0).take).toHaveLength(2)
  })

  it('sequencers of different length are compared as numbers', () => {
    expect(isNewer(object('a', '0100'), object('a', 'FF'))).toBe(true)
    expect(isNewer(object('a', 'ff'), object('a', '0FE'))).toBe(true)
    expect(isNewer(object('a', 'FF'), object('a', '00ff'))).toBe(false)
  })

  it('a failed file that was written again in the same second is told apart by its content where there are no sequencers', () => {
    const { sequencer: _, ...old } = object('a', '1', 'old')
    const failed = {
      status: 'failed' as const,
      target: 'm/s.t' as const,
      object: old,
      atMs: 0,
      error: { code: 'X', reason: 'bad' },
    }
    const again = (etag: string): Arrival => ({ target: 'm/s.t', object: { ...old, etag } })
    const known = new Map([['s3://b/a' as const, failed]])
    const take = (etag: string) => whatGoesIn([again(etag)], known, () => COPY, { files: 9, bytes: 9 }, 0).take
    expect(take('new')).toHaveLength(1)
    expect(take('old')).toHaveLength(0)
  })
})
