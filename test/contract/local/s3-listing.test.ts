import {
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { byUtf8, makeKeyOrder } from '../../../environments/local/s3/key-order'
import { type AnS3, anS3, refusalOf } from './an-s3'

let s3: AnS3
beforeAll(async () => {
  s3 = await anS3()
  for (const key of ['p/0/a', 'p/0/b', 'p/1/a', 'p/1/b', 'p/2', 'q', 'weird/\r\n&<>"\u0001', 'u/\uffee', 'u/😀']) {
    await s3.client.send(new PutObjectCommand({ Bucket: 'lake', Key: key, Body: key }))
  }
})
afterAll(() => s3.stop())

async function list(more: Omit<ListObjectsV2CommandInput, 'Bucket'> = {}) {
  return s3.client.send(new ListObjectsV2Command({ Bucket: 'lake', ...more }))
}

async function keys(more: Omit<ListObjectsV2CommandInput, 'Bucket'>): Promise<(string | undefined)[]> {
  return (await list(more)).Contents?.map(({ Key }) => Key) ?? []
}

async function pages(more: Omit<ListObjectsV2CommandInput, 'Bucket'>): Promise<string[][]> {
  const all: string[][] = []
  let ContinuationToken: string | undefined
  do {
    const page = await list({ ...more, ContinuationToken })
    const names = [...(page.Contents ?? []).map(({ Key }) => Key), ...(page.CommonPrefixes ?? []).map((p) => p.Prefix)]
    all.push(names.map(String))
    ContinuationToken = page.NextContinuationToken
    expect(page.IsTruncated).toBe(ContinuationToken !== undefined)
  } while (ContinuationToken !== undefined)
  return all
}

describe('listing', () => {
  it('selects by prefix and starts after any name', async () => {
    expect(await keys({ Prefix: 'p/' })).toEqual(['p/0/a', 'p/0/b', 'p/1/a', 'p/1/b', 'p/2'])
    expect(await keys({ Prefix: 'p/', StartAfter: 'p/0/b' })).toEqual(['p/1/a', 'p/1/b', 'p/2'])
    expect(await keys({ Prefix: 'p/', StartAfter: 'p/0/aa' })).toEqual(['p/0/b', 'p/1/a', 'p/1/b', 'p/2'])
    expect(await keys({ Prefix: 'none/' })).toEqual([])
  })

  it('rolls names up to a delimiter', async () => {
    const { CommonPrefixes, Contents, KeyCount } = await list({ Prefix: 'p/', Delimiter: '/' })
    expect(CommonPrefixes).toEqual([{ Prefix: 'p/0/' }, { Prefix: 'p/1/' }])
    expect(Contents?.map(({ Key }) => Key)).toEqual(['p/2'])
    expect(KeyCount).toBe(3)
  })

  it('brings everything exactly once over pages of any size, rolled up or not', async () => {
    for (const MaxKeys of [1, 2, 3, 1000]) {
      expect((await pages({ Prefix: 'p/', MaxKeys })).flat()).toEqual(['p/0/a', 'p/0/b', 'p/1/a', 'p/1/b', 'p/2'])
      const rolledUp = (await pages({ Prefix: 'p/', Delimiter: '/', MaxKeys })).flat()
      expect([...rolledUp].sort()).toEqual(['p/0/', 'p/1/', 'p/2'])
    }
  })

  it('orders by UTF-8 bytes, so that U+FFEE comes before an emoji', async () => {
    expect(await keys({ Prefix: 'u/' })).toEqual(['u/\uffee', 'u/😀'])
  })

  it('brings names that XML can hardly say, URL-encoded when asked', async () => {
    expect(await keys({ Prefix: 'weird/', EncodingType: 'url' })).toEqual(['weird/%0D%0A%26%3C%3E%22%01'])
  })

  it('speaks the first version of the operation too', async () => {
    const first = await s3.client.send(new ListObjectsCommand({ Bucket: 'lake', Prefix: 'p/', MaxKeys: 2 }))
    expect(first.Contents?.map(({ Key }) => Key)).toEqual(['p/0/a', 'p/0/b'])
    const second = await s3.client.send(
      new ListObjectsCommand({ Bucket: 'lake', Prefix: 'p/', Marker: first.NextMarker }),
    )
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(['p/1/a', 'p/1/b', 'p/2'])
  })

  it('refuses a token or a number that makes no sense', async () => {
    expect(await refusalOf(list({ ContinuationToken: '***' }))).toBe('400 InvalidArgument')
    expect(await refusalOf(list({ MaxKeys: -1 }))).toBe('400 InvalidArgument')
  })
})

describe('the order of keys', () => {
  const unicode = fc.string({ unit: 'binary', maxLength: 6 })

  it('is that of the UTF-8 bytes, for any two strings', () => {
    fc.assert(
      fc.property(unicode, unicode, (left, right) => {
        expect(Math.sign(byUtf8(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)))
      }),
      { numRuns: 300 },
    )
  })

  it('holds after any sequence of additions, removals and listings', () => {
    const step = fc.tuple(fc.constantFrom('add', 'remove', 'list'), fc.constantFrom('a', 'b', 'b/1', 'c', 'é', '😀'))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const order = makeKeyOrder()
        const model = new Set<string>()
        for (const [what, key] of steps) {
          if (what === 'add' && !model.has(key)) order.add(key)
          if (what === 'remove' && model.has(key)) order.remove(key)
          if (what === 'add') model.add(key)
          if (what === 'remove') model.delete(key)
          if (what === 'list') expect([...order.from('')]).toEqual([...model].sort(byUtf8))
        }
        expect([...order.from('b')]).toEqual([...model].sort(byUtf8).filter((key) => byUtf8(key, 'b') >= 0))
      }),
      { numRuns: 200 },
    )
  })
})
