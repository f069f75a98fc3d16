import type { FileRecord } from '../../../lambda/model'
import { filesFailedNotice, filesHeldNotice, heldNotice, loadedNotice } from '../../../lambda/notify/notices'

const target = 'main/public.orders'
const failed = (key: string): FileRecord => ({
  status: 'failed',
  target,
  object: { bucket: 'b', key, etag: 'e', sizeBytes: 7, eventTimeMs: 0 },
  atMs: 0,
  error: { code: 'X', reason: 'bad', line: 3, column: 'id', value: 'x' },
})

describe('a notice', () => {
  it('of a load has a subject that a person can read, and everything else in its body', () => {
    const notice = loadedNotice({
      environment: 'dev',
      target,
      batchId: 'b1',
      files: 4,
      rows: 1204,
      bytes: 99,
      durationMs: 800,
      statements: ['COPY'],
    })
    expect(notice.subject).toBe('Penstock dev: main/public.orders loaded 1,204 rows from 4 files')
    expect(notice.body).toEqual({
      event: 'loaded',
      environment: 'dev',
      target,
      batchId: 'b1',
      files: 4,
      rows: 1204,
      bytes: 99,
      durationMs: 800,
      statements: ['COPY'],
    })
    expect(notice.attributes).toEqual({ event: 'loaded', environment: 'dev', target })
  })

  it('of failed files spells out the first ten and counts all', () => {
    const notice = filesFailedNotice({
      environment: 'dev',
      target,
      batchId: 'b1',
      records: Array.from({ length: 25 }, (_, i) => failed(`${i}.csv`)),
    })
    expect(notice.subject).toBe('Penstock dev: main/public.orders could not load 25 files')
    expect(notice.body).toMatchObject({ files: 25, bytes: 175 })
    expect(notice.body['errors']).toHaveLength(10)
    expect(notice.body['errors']).toContainEqual({
      file: 's3://b/0.csv',
      code: 'X',
      reason: 'bad',
      line: 3,
      column: 'id',
      value: 'x',
    })
  })

  it('of held files names those that they are like, and says what a person can do', () => {
    const held = (key: string): FileRecord => ({
      status: 'held',
      target,
      object: { bucket: 'b', key, etag: 'e', sizeBytes: 7, eventTimeMs: 0 },
      atMs: 0,
      code: 'DUPLICATE_CONTENT',
      reason: 'why',
      sameAs: 's3://b/first.csv',
    })
    const one = filesHeldNotice({ environment: 'dev', target, records: [held('copy.csv'), failed('1.csv')] })
    expect(one.subject).toBe('Penstock dev: main/public.orders holds back copy.csv')
    expect(one.body).toEqual({
      event: 'files-held',
      environment: 'dev',
      target,
      files: 1,
      bytes: 7,
      held: [{ file: 's3://b/copy.csv', sameAs: 's3://b/first.csv', code: 'DUPLICATE_CONTENT', reason: 'why' }],
      whatToDo: expect.stringContaining('duplicates'),
    })
    const many = Array.from({ length: 25 }, (_, i) => held(`${i}.csv`))
    const notice = filesHeldNotice({ environment: 'dev', target, records: many })
    expect(notice.subject).toBe('Penstock dev: main/public.orders holds back 25 files')
    expect(notice.body['held']).toHaveLength(10)
  })

  it('of a blocked target tells of the load that was refused as far as there was one', () => {
    const hold = { kind: 'blocked', code: 'C', reason: 'why', sinceMs: 1, tries: 3, retryAtMs: 5 } as const
    const held = { environment: 'dev', target, hold, waitingFiles: 3, waitingBytes: 30 } as const
    const refused = { batchId: 'b1', files: 2, durationMs: 800, statements: ['COPY'] }
    expect(heldNotice({ ...held, ...refused }).body).toMatchObject({ ...refused, tries: 3, waitingFiles: 3 })
    expect(Object.keys(heldNotice(held).body)).not.toEqual(expect.arrayContaining(['batchId']))
  })

  it('keeps its subject to what SNS takes, whatever the key and the reason are', () => {
    const odd = filesFailedNotice({ environment: 'dev', target, records: [failed(`ü\n${'x'.repeat(300)}`)] })
    expect(odd.subject).toMatch(/^[\x20-\x7e]{1,100}$/)
    const held = heldNotice({
      environment: 'dev',
      target,
      hold: {
        kind: 'blocked',
        code: '42P01',
        reason: 'relation "orders" does not exist\nsecond line',
        sinceMs: 0,
        tries: 1,
        retryAtMs: 5,
      },
      waitingFiles: 3,
      waitingBytes: 30,
    })
    expect(held.subject).toBe(
      'Penstock dev: main/public.orders is held up: relation "orders" does not exist?second line',
    )
    expect(held.body).toMatchObject({ waitingFiles: 3, code: '42P01', nextTryAtMs: 5 })
  })
})
