import { createHash } from 'node:crypto'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3'
import { type AnS3, anS3, refusalOf } from './an-s3'

let s3: AnS3
beforeAll(async () => {
  s3 = await anS3()
})
afterAll(() => s3.stop())

const Bucket = 'lake'

async function put(Key: string, Body: string | Uint8Array = 'id,v\n1,x\n') {
  return s3.client.send(new PutObjectCommand({ Bucket, Key, Body }))
}

async function read(Key: string, more: object = {}): Promise<string | undefined> {
  const { Body } = await s3.client.send(new GetObjectCommand({ Bucket, Key, ...more }))
  return Body?.transformToString()
}

describe('reading and writing objects', () => {
  it('gives back what was put, with its MD5 as etag', async () => {
    const { ETag } = await put('in/a.csv', '1,2\n')
    expect(ETag).toBe(`"${createHash('md5').update('1,2\n').digest('hex')}"`)
    expect(await read('in/a.csv')).toBe('1,2\n')
    const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'in/a.csv' }))
    expect(head).toMatchObject({ ContentLength: 4, ETag, ContentType: 'application/octet-stream' })
  })

  it('keeps user metadata, content headers and encryption with the object', async () => {
    const written = await s3.client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'kept',
        Body: 'x',
        Metadata: { owner: 'data-team' },
        ContentType: 'text/csv',
        ContentEncoding: 'gzip',
        CacheControl: 'no-store',
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: 'alias/lake',
      }),
    )
    expect(written).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'alias/lake' })
    expect(await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'kept' }))).toMatchObject({
      Metadata: { owner: 'data-team' },
      ContentType: 'text/csv',
      ContentEncoding: 'gzip',
      CacheControl: 'no-store',
      ServerSideEncryption: 'aws:kms',
    })
  })

  it.each(['a b+c%20é=1/ü&.csv', 'dots/./../end', 'twice//over/', 'back\\slash', "it's (1)!~*.csv", '😀/\u0001\r\n?#'])(
    'takes the key %j as it is',
    async (key) => {
      await put(key, key)
      expect(await read(key)).toBe(key)
    },
  )

  it('takes keys of 1,024 bytes and refuses longer ones, counting bytes and not characters', async () => {
    await put('é'.repeat(512), 'long')
    expect(await read('é'.repeat(512))).toBe('long')
    expect(await refusalOf(put(`${'é'.repeat(512)}x`))).toBe('400 KeyTooLongError')
  })

  it('reads ranges from the front, the middle and the end', async () => {
    await put('range', '0123456789')
    expect(await read('range', { Range: 'bytes=0-0' })).toBe('0')
    expect(await read('range', { Range: 'bytes=3-5' })).toBe('345')
    expect(await read('range', { Range: 'bytes=7-' })).toBe('789')
    expect(await read('range', { Range: 'bytes=-2' })).toBe('89')
    expect(await read('range', { Range: 'bytes=8-99' })).toBe('89')
    const { ContentRange } = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'range', Range: 'bytes=3-5' }))
    expect(ContentRange).toBe('bytes 3-5/10')
    expect(await refusalOf(read('range', { Range: 'bytes=10-' }))).toBe('416 InvalidRange')
  })

  it('says which object, bucket or version is missing', async () => {
    expect(await refusalOf(read('nowhere'))).toBe('404 NoSuchKey')
    expect(await refusalOf(s3.client.send(new HeadObjectCommand({ Bucket, Key: 'nowhere' })))).toBe('404 NotFound')
    expect(await refusalOf(s3.client.send(new GetObjectCommand({ Bucket: 'nowhere', Key: 'k' })))).toBe(
      '404 NoSuchBucket',
    )
    await put('unversioned')
    expect(await refusalOf(read('unversioned', { VersionId: 'x' }))).toBe('404 NoSuchVersion')
  })

  it('stores an empty object', async () => {
    await put('empty', new Uint8Array())
    expect(await read('empty')).toBe('')
    expect(await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'empty' }))).toMatchObject({ ContentLength: 0 })
  })

  it('refuses an operation that it does not know instead of taking it for a read or write', async () => {
    await put('known', 'before')
    const answer = await fetch(`${s3.server.endpoint}/lake/known?acl`, { method: 'PUT', body: 'an ACL' })
    expect(answer.status).toBe(501)
    expect(await answer.text()).toContain('<Code>NotImplemented</Code>')
    expect(await read('known')).toBe('before')
  })
})

describe('conditions', () => {
  it('writes with If-None-Match * only what is not there yet', async () => {
    const create = () =>
      s3.client.send(new PutObjectCommand({ Bucket, Key: 'once', Body: String(Math.random()), IfNoneMatch: '*' }))
    const results = await Promise.allSettled(Array.from({ length: 20 }, create))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await refusalOf(create())).toBe('412 PreconditionFailed')
  })

  it('writes with If-Match only over the version that it names', async () => {
    const { ETag } = await put('swap', 'one')
    const swap = (IfMatch: string | undefined, Key = 'swap') =>
      s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'two', IfMatch }))
    expect(await refusalOf(swap(ETag))).toBe('accepted')
    expect(await refusalOf(swap(ETag))).toBe('412 PreconditionFailed')
    expect(await refusalOf(swap(ETag, 'not-there'))).toBe('404 NoSuchKey')
  })

  it('reads under conditions on etag and time', async () => {
    const { ETag } = await put('cond')
    const past = new Date(Date.now() - 60_000)
    const future = new Date(Date.now() + 60_000)
    expect(await refusalOf(read('cond', { IfNoneMatch: ETag }))).toMatch(/^304/)
    expect(await refusalOf(read('cond', { IfMatch: '"0"' }))).toBe('412 PreconditionFailed')
    expect(await refusalOf(read('cond', { IfUnmodifiedSince: past }))).toBe('412 PreconditionFailed')
    expect(await refusalOf(read('cond', { IfModifiedSince: future }))).toMatch(/^304/)
    expect(await refusalOf(read('cond', { IfMatch: ETag, IfUnmodifiedSince: past }))).toBe('accepted')
  })
})

describe('copying, tagging and deleting', () => {
  it('copies content and metadata, or replaces the metadata', async () => {
    await s3.client.send(
      new PutObjectCommand({ Bucket, Key: 'copy/ä +.csv', Body: 'x', Metadata: { a: '1' }, Tagging: 'k=v' }),
    )
    const source = { Bucket, CopySource: `lake/${encodeURIComponent('copy/ä +.csv')}` }
    await s3.client.send(new CopyObjectCommand({ ...source, Key: 'copy/same' }))
    await s3.client.send(
      new CopyObjectCommand({ ...source, Key: 'copy/new', MetadataDirective: 'REPLACE', Metadata: { b: '2' } }),
    )
    expect(await read('copy/same')).toBe('x')
    expect(await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'copy/same' }))).toMatchObject({
      Metadata: { a: '1' },
      TagCount: 1,
    })
    expect(await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'copy/new' }))).toMatchObject({
      Metadata: { b: '2' },
    })
    const { TagSet } = await s3.client.send(new GetObjectTaggingCommand({ Bucket, Key: 'copy/new' }))
    expect(TagSet).toEqual([{ Key: 'k', Value: 'v' }])
  })

  it('refuses to copy an object onto itself unchanged, or from what does not meet the condition', async () => {
    await put('self')
    const copy = (more: object) =>
      s3.client.send(new CopyObjectCommand({ Bucket, Key: 'self', CopySource: 'lake/self', ...more }))
    expect(await refusalOf(copy({}))).toBe('400 InvalidRequest')
    expect(await refusalOf(copy({ MetadataDirective: 'REPLACE' }))).toBe('accepted')
    expect(await refusalOf(copy({ Key: 'other', CopySourceIfMatch: '"0"' }))).toBe('412 PreconditionFailed')
    expect(await refusalOf(copy({ Key: 'other', CopySource: 'lake/missing' }))).toBe('404 NoSuchKey')
  })

  it('tags an object without touching its content', async () => {
    const { ETag } = await put('tagged', 'content')
    const TagSet = [{ Key: 'team & co', Value: '<data>' }]
    await s3.client.send(new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging: { TagSet } }))
    const tags = new GetObjectTaggingCommand({ Bucket, Key: 'tagged' })
    expect((await s3.client.send(tags)).TagSet).toEqual(TagSet)
    expect(await read('tagged')).toBe('content')
    expect((await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'tagged' }))).ETag).toBe(ETag)
    await s3.client.send(new DeleteObjectTaggingCommand({ Bucket, Key: 'tagged' }))
    expect((await s3.client.send(tags)).TagSet).toEqual([])
  })

  it('deletes one or many objects, and what is not there without a murmur', async () => {
    await Promise.all(['del/1', 'del/2 +&', 'del/3'].map((key) => put(key)))
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'del/1' }))
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'del/1' }))
    const { Deleted, Errors } = await s3.client.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: [{ Key: 'del/2 +&' }, { Key: 'del/none' }, { Key: 'x'.repeat(1025) }] },
      }),
    )
    expect(Deleted?.map(({ Key }) => Key)).toEqual(['del/2 +&', 'del/none'])
    expect(Errors?.map(({ Code }) => Code)).toEqual(['KeyTooLongError'])
    expect(await refusalOf(read('del/2 +&'))).toBe('404 NoSuchKey')
    expect(await refusalOf(read('del/3'))).toBe('accepted')
  })
})

describe('what a test may ask of the server', () => {
  it('counts requests by operation', async () => {
    const before = s3.server.requests.get('PutObject') ?? 0
    await put('counted')
    await put('counted')
    expect(s3.server.requests.get('PutObject')).toBe(before + 2)
  })

  it('fails the next matching requests as told, and then no more', async () => {
    s3.server.failNext({
      operation: 'PutObject',
      about: 'lake/slow/',
      times: 2,
      how: { kind: 'error', code: 'SlowDown', status: 503 },
    })
    expect(await refusalOf(put('fast/1'))).toBe('accepted')
    expect(await refusalOf(put('slow/1'))).toBe('503 SlowDown')
    expect(await refusalOf(put('slow/1'))).toBe('503 SlowDown')
    expect(await refusalOf(put('slow/1'))).toBe('accepted')
  })

  it('can lose the answer of a write that has happened, and cut one before it happens', async () => {
    s3.server.failNext({ how: { kind: 'answer-lost' } })
    expect(await refusalOf(put('lost'))).not.toBe('accepted')
    expect(await refusalOf(read('lost'))).toBe('accepted')
    s3.server.failNext({ how: { kind: 'cut' } })
    expect(await refusalOf(put('cut'))).not.toBe('accepted')
    expect(await refusalOf(read('cut'))).toBe('404 NoSuchKey')
  })
})
