import fc from 'fast-check'
import { isNewer, type Known, type Plan, whatGoesIn } from '../../../lambda/batch/what-goes-in'
import { type Arrival, type FileRecord, fingerprintOf, type S3Object, urlOf } from '../../../lambda/model'

const COPY = {
  kind: 'copy',
  overwrites: 'skip',
  duplicates: 'load',
  plan: { schema: 's', table: 't', compression: 'none', format: 'csv' },
} as const satisfies Plan
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

const NOTHING: Known = { records: new Map(), contents: new Map() }

describe('which of the waiting files go into a batch', () => {
  it('every waiting arrival is taken, dropped, or left for the next batch, and no file is taken twice', () => {
    const anArrival = fc
      .record({ key: fc.constantFrom('a', 'b', 'c', 'd'), sequencer: fc.integer({ min: 1, max: 40 }) })
      .map(({ key, sequencer }) => arrival(key, sequencer.toString(16), `${key}${sequencer}`))
    fc.assert(
      fc.property(fc.array(anArrival, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (waiting, files) => {
        const choice = whatGoesIn(waiting, NOTHING, () => COPY, { files, bytes: 1_000 }, 0)
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
    expect(whatGoesIn(waiting, NOTHING, () => COPY, { files: 9, bytes: 1 }, 0).take).toHaveLength(1)
    expect(whatGoesIn(waiting, NOTHING, () => COPY, { files: 9, bytes: 11 }, 0).take).toHaveLength(2)
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
    const known = { ...NOTHING, records: new Map([['s3://b/a' as const, failed]]) }
    const take = (etag: string) => whatGoesIn([again(etag)], known, () => COPY, { files: 9, bytes: 9 }, 0).take
    expect(take('new')).toHaveLength(1)
    expect(take('old')).toHaveLength(0)
  })
})

describe('the same content under another name', () => {
  const LIMITS = { files: 9, bytes: 1_000 }
  const plan = (duplicates: 'load' | 'skip' | 'hold') => (): Plan => ({ ...COPY, duplicates })
  const loadedAs = (url: `s3://${string}`, records: Known['records'] = new Map()): Known => ({
    records,
    contents: new Map([[fingerprintOf(object('x', '1', 'same')), url]]),
  })
  const held = (sequencer: string, etag = 'same'): Known['records'] =>
    new Map([
      [
        's3://b/copy',
        {
          status: 'held',
          target: 'm/s.t',
          object: object('copy', sequencer, etag),
          atMs: 0,
          code: 'DUPLICATE_CONTENT',
          reason: 'why',
          sameAs: 's3://b/first',
        } satisfies FileRecord,
      ],
    ])
  const copy = arrival('copy', '5', 'same')

  it('is loaded where nobody minds', () => {
    expect(whatGoesIn([copy], loadedAs('s3://b/first'), plan('load'), LIMITS, 7).take).toEqual([copy])
  })

  it('is left out with a reason that names the other file', () => {
    expect(whatGoesIn([copy], loadedAs('s3://b/first'), plan('skip'), LIMITS, 7)).toEqual({
      take: [],
      plan: undefined,
      leftBehind: 0,
      drop: [copy],
      records: [
        {
          status: 'skipped',
          target: 'm/s.t',
          object: copy.object,
          atMs: 7,
          code: 'DUPLICATE_CONTENT',
          reason: 'its content (etag same, 10 bytes) was loaded from s3://b/first',
        },
      ],
    })
  })

  it('is held for a person, who learns which file it is like', () => {
    const { take, records } = whatGoesIn([copy], loadedAs('s3://b/first'), plan('hold'), LIMITS, 7)
    expect({ take, records }).toMatchObject({ take: [], records: [{ status: 'held', sameAs: 's3://b/first' }] })
  })

  it('is no duplicate of itself', () => {
    expect(whatGoesIn([copy], loadedAs('s3://b/copy'), plan('skip'), LIMITS, 7).take).toEqual([copy])
  })

  it('of another size is another content', () => {
    const longer = { ...copy, object: { ...copy.object, sizeBytes: 11 } }
    expect(whatGoesIn([longer], loadedAs('s3://b/first'), plan('skip'), LIMITS, 7).take).toEqual([longer])
  })

  it.each(['skip', 'hold'] as const)('waits while the older one of the same queue is tried: %s', (policy) => {
    const [first, other] = [arrival('first', '1', 'same'), arrival('other', '9')]
    const choice = whatGoesIn([first, copy, other], NOTHING, plan(policy), LIMITS, 7)
    expect(choice).toMatchObject({ take: [first, other], drop: [], records: [] })
  })

  it('waits also while the older one waits for a batch of its own', () => {
    const [oldest, first] = [arrival('oldest', '1'), arrival('first', '2', 'same')]
    const planOf = ({ object: { key } }: Arrival): Plan =>
      key === 'first' ? { ...COPY, duplicates: 'skip', plan: { ...COPY.plan, table: 'u' } } : plan('skip')()
    expect(whatGoesIn([oldest, first, copy], NOTHING, planOf, LIMITS, 7)).toMatchObject({ take: [oldest], drop: [] })
  })

  it('that is held and comes again is held without a word, is told of again when it was written again, and loads when the policy has changed', () => {
    const again = (records: Known['records'], policy: 'load' | 'hold') =>
      whatGoesIn([copy], loadedAs('s3://b/first', records), plan(policy), LIMITS, 7)
    expect(again(held('5'), 'hold')).toMatchObject({ take: [], drop: [copy], records: [] })
    expect(again(held('4'), 'hold')).toMatchObject({ take: [], records: [{ status: 'held', object: copy.object }] })
    expect(again(held('5'), 'load').take).toEqual([copy])
    // A late event of an earlier version changes nothing.
    expect(again(held('6', 'other'), 'load')).toMatchObject({ take: [], drop: [copy], records: [] })
  })

  it('that is held loads when it is written again with other content', () => {
    const mended = arrival('copy', '6', 'other')
    expect(whatGoesIn([mended], loadedAs('s3://b/first', held('5')), plan('hold'), LIMITS, 7).take).toEqual([mended])
  })
})
