import { isItLost, type SeenQueue, seenQueue } from '../../../lambda/heal/is-it-lost'
import type { FileRecord, S3Object } from '../../../lambda/model'

const object: S3Object = { bucket: 'landing', key: 'orders/1.csv', etag: 'e1', sizeBytes: 3, eventTimeMs: 5_000 }
const base = { target: 'main/public.orders', object, atMs: 6_000 } as const
const url = 's3://landing/orders/1.csv'
const listed = { url, etag: 'e1', sizeBytes: 3, lastModifiedMs: 5_000 } as const
const EMPTY: SeenQueue = { urls: new Set(), oldestMs: undefined, mayBeLong: false, isCounted: false }
const verdict = (
  record: FileRecord | undefined,
  queue: Partial<SeenQueue> = {},
  etag = 'e1',
  holdsDuplicates = false,
) => isItLost({ ...listed, etag }, { ...EMPTY, ...queue }, { record, holdsDuplicates }).kind

describe('an object that S3 holds', () => {
  it('is lost if nothing is remembered of it and it does not wait', () => {
    expect(verdict(undefined)).toBe('lost')
    expect(verdict(undefined, { urls: new Set(['s3://landing/orders/2.csv']), oldestMs: 0, isCounted: true })).toBe(
      'lost',
    )
  })

  it('waits if it is in the queue, and is queued again if nobody was told', () => {
    const queue = { urls: new Set([url] as const), oldestMs: 5_000 }
    expect(verdict(undefined, { ...queue, isCounted: true })).toBe('waiting')
    expect(verdict(undefined, { ...queue, isCounted: false })).toBe('lost')
  })

  it('may be waiting while its target is held and something as old as it waits', () => {
    const held = { mayBeLong: true, isCounted: true }
    expect(verdict(undefined, { ...held, oldestMs: 4_000 })).toBe('maybe-waiting')
    expect(verdict(undefined, { ...held, oldestMs: 5_900 })).toBe('maybe-waiting')
    expect(verdict(undefined, { ...held, oldestMs: 6_000 })).toBe('lost')
    expect(verdict(undefined, held)).toBe('lost')
  })

  const records: Readonly<Record<string, FileRecord>> = {
    loaded: { ...base, status: 'loaded', batchId: 'b1' },
    failed: { ...base, status: 'failed', error: { code: 'X', reason: 'bad' } },
    'skipped as empty': { ...base, status: 'skipped', code: 'EMPTY_OBJECT', reason: 'no bytes' },
    'skipped as a duplicate': { ...base, status: 'skipped', code: 'DUPLICATE_CONTENT', reason: 'the same' },
  }
  it.each(Object.entries(records))('is known if that content was %s', (_, record) => {
    expect(verdict(record)).toBe('known')
    expect(verdict(record, { mayBeLong: true, oldestMs: 0 })).toBe('known')
  })
  it.each(Object.entries(records))('is changed if other content was %s', (_, record) => {
    expect(verdict(record, {}, 'e2')).toBe('changed')
  })

  it('is known if it was left out on purpose', () => {
    const record: FileRecord = { ...base, status: 'loaded', batchId: 'b1', ignored: { etag: 'e2', atMs: 7_000 } }
    expect(verdict(record, {}, 'e2')).toBe('known')
    expect(verdict(record, {}, 'e3')).toBe('changed')
  })

  it.each(['OBJECT_GONE', 'NO_LONGER_ROUTED'] as const)('comes back although it was skipped as %s', (code) => {
    expect(verdict({ ...base, status: 'skipped', code, reason: 'it was so then' })).toBe('changed')
  })

  it('is known while it is held, and comes back when nothing holds duplicates any more', () => {
    const held: FileRecord = {
      ...base,
      status: 'held',
      code: 'DUPLICATE_CONTENT',
      reason: 'the same',
      sameAs: 's3://landing/orders/0.csv',
    }
    expect(verdict(held, {}, 'e1', true)).toBe('known')
    expect(verdict(held, {}, 'e1', false)).toBe('changed')
  })

  it('is known if it was emptied after it was loaded', () => {
    const loaded = records['loaded']
    const emptied = { ...listed, etag: 'e0', sizeBytes: 0 }
    expect(isItLost(emptied, EMPTY, { record: loaded, holdsDuplicates: false }).kind).toBe('known')
  })
})

describe('a queue', () => {
  const arrival = (sequencer?: string) => ({
    target: base.target,
    object: { ...object, ...(sequencer === undefined ? {} : { sequencer }) },
  })
  const state = { target: base.target, waitingFiles: 2, waitingBytes: 6, fence: 1 }

  it('may be long if more was announced than was looked at, or its target is held', () => {
    expect(seenQueue([arrival('1'), arrival()], 2, state)).toMatchObject({ mayBeLong: true, isCounted: true })
    expect(seenQueue([arrival('1')], 2, state)).toMatchObject({ mayBeLong: false })
    const hold = { kind: 'waiting', sinceMs: 0, code: 'X', reason: 'x', tries: 1, retryAtMs: 1 } as const
    expect(seenQueue([arrival('1')], 2, { ...state, hold })).toMatchObject({ mayBeLong: true })
  })

  it('that listings have filled may be as long as it likes', () => {
    expect(seenQueue([arrival(), arrival()], 2, state)).toMatchObject({ mayBeLong: false })
  })
})
