import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  type ChecksumAlgorithm,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { checksumOf } from '../../../environments/local/s3/checksums'
import { unchunk } from '../../../environments/local/s3/chunked'
import { type AnS3, anS3, refusalOf } from './an-s3'

let s3: AnS3
beforeAll(async () => {
  s3 = await anS3()
})
afterAll(() => s3.stop())

const Bucket = 'lake'
const MIB = 1024 * 1024

async function begin(Key: string, more: object = {}) {
  const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))
  const upload = { Bucket, Key, UploadId }
  return {
    upload,
    part: async (PartNumber: number, Body: Uint8Array, partMore: object = {}): Promise<CompletedPart> => {
      const done = await s3.client.send(new UploadPartCommand({ ...upload, PartNumber, Body, ...partMore }))
      const { ETag, ChecksumCRC32, ChecksumSHA256 } = done
      return { PartNumber, ETag, ChecksumCRC32, ChecksumSHA256 }
    },
    complete: (Parts: CompletedPart[], completeMore: object = {}) =>
      s3.client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...completeMore })),
  }
}

async function bytesAt(Key: string, Range?: string): Promise<Buffer> {
  const { Body } = await s3.client.send(new GetObjectCommand({ Bucket, Key, Range }))
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}

describe('multipart uploads', () => {
  const [one, two] = [randomBytes(5 * MIB), randomBytes(1000)]

  it('become one object whose etag counts the parts', async () => {
    const { part, complete } = await begin('mp/whole', { Metadata: { a: 'b' }, ContentType: 'text/csv' })
    const second = await part(2, two)
    const { ETag } = await complete([await part(1, one), second])
    const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest()
    expect(ETag).toBe(`"${md5(Buffer.concat([md5(one), md5(two)])).toString('hex')}-2"`)
    expect((await bytesAt('mp/whole')).equals(Buffer.concat([one, two]))).toBe(true)
    const border = await bytesAt('mp/whole', `bytes=${5 * MIB - 2}-${5 * MIB + 1}`)
    expect(border.equals(Buffer.concat([one.subarray(-2), two.subarray(0, 2)]))).toBe(true)
    expect(await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'mp/whole' }))).toMatchObject({
      ContentLength: 5 * MIB + 1000,
      ContentType: 'text/csv',
      Metadata: { a: 'b' },
    })
  })

  it('refuse wrong, missing, unordered and too small parts', async () => {
    const { part, complete } = await begin('mp/refused')
    const [first, second] = [await part(1, two), await part(2, two)]
    expect(await refusalOf(complete([second, first]))).toBe('400 InvalidPartOrder')
    expect(await refusalOf(complete([first, { ...second, ETag: '"0"' }]))).toBe('400 InvalidPart')
    expect(await refusalOf(complete([first, { ...second, PartNumber: 3 }]))).toBe('400 InvalidPart')
    expect(await refusalOf(complete([first, second]))).toBe('400 EntityTooSmall')
    expect(await refusalOf(part(10_001, two))).toBe('400 InvalidArgument')
    expect(await refusalOf(bytesAt('mp/refused'))).toBe('404 NoSuchKey')
  })

  it('are listed with their parts until they are aborted', async () => {
    const { upload, part } = await begin('mp/listed')
    await part(3, two)
    await part(1, two)
    const parts = await s3.client.send(new ListPartsCommand({ ...upload, MaxParts: 1 }))
    expect(parts).toMatchObject({ IsTruncated: true, Parts: [{ PartNumber: 1, Size: 1000 }] })
    const uploads = new ListMultipartUploadsCommand({ Bucket, Prefix: 'mp/listed' })
    expect((await s3.client.send(uploads)).Uploads?.map(({ UploadId }) => UploadId)).toEqual([upload.UploadId])
    await s3.client.send(new AbortMultipartUploadCommand(upload))
    expect((await s3.client.send(uploads)).Uploads).toBeUndefined()
    expect(await refusalOf(part(2, two))).toBe('404 NoSuchUpload')
  })

  it('are completed under a condition as a whole', async () => {
    const first = await begin('mp/once')
    const second = await begin('mp/once')
    const parts = [await first.part(1, two)]
    await second.part(1, two)
    await first.complete(parts, { IfNoneMatch: '*' })
    expect(await refusalOf(second.complete(parts, { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed')
  })

  it('take parts from other objects', async () => {
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'mp/source', Body: '0123456789' }))
    const { upload, complete } = await begin('mp/copied')
    const { CopyPartResult } = await s3.client.send(
      new UploadPartCopyCommand({
        ...upload,
        PartNumber: 1,
        CopySource: 'lake/mp/source',
        CopySourceRange: 'bytes=2-4',
      }),
    )
    await complete([{ PartNumber: 1, ETag: CopyPartResult?.ETag }])
    expect((await bytesAt('mp/copied')).toString()).toBe('234')
  })

  it('carry a checksum of checksums, which a copy turns into one of the whole', async () => {
    const { part, complete } = await begin('mp/sum', { ChecksumAlgorithm: 'SHA256' })
    const parts = [
      await part(1, one, { ChecksumAlgorithm: 'SHA256' }),
      await part(2, two, { ChecksumAlgorithm: 'SHA256' }),
    ]
    const { ChecksumSHA256 } = await complete(parts)
    const sums = parts.map((part) => Buffer.from(String(part.ChecksumSHA256), 'base64'))
    expect(ChecksumSHA256).toBe(`${createHash('sha256').update(Buffer.concat(sums)).digest('base64')}-2`)
    await s3.client.send(new CopyObjectCommand({ Bucket, Key: 'mp/sum-copy', CopySource: 'lake/mp/sum' }))
    const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'mp/sum-copy', ChecksumMode: 'ENABLED' }))
    expect(head.ChecksumSHA256).toBe(createHash('sha256').update(one).update(two).digest('base64'))
  })
})

describe('checksums', () => {
  const KNOWN = { crc32: 'y/Q5Jg==', crc32c: '4waSgw==', crc64nvme: 'rosUhgp5mIg=' } as const

  it.each(Object.entries(KNOWN))('%s of the digits 1 to 9 is the one of the standard', (algorithm, expected) => {
    expect(checksumOf(algorithm as keyof typeof KNOWN, [Buffer.from('12345'), Buffer.from('6789')])).toBe(expected)
  })

  it.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] satisfies ChecksumAlgorithm[])(
    '%s goes with a body of known length and with a stream, and comes back',
    async (algorithm) => {
      for (const Body of [Buffer.from('hello'), Readable.from([Buffer.from('hel'), Buffer.from('lo')])]) {
        await s3.client.send(
          new PutObjectCommand({ Bucket, Key: 'sum', Body, ContentLength: 5, ChecksumAlgorithm: algorithm }),
        )
        const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'sum', ChecksumMode: 'ENABLED' }))
        const name = algorithm.toLowerCase() as 'crc32' | 'crc32c' | 'sha1' | 'sha256'
        expect(head[`Checksum${algorithm}`]).toBe(checksumOf(name, [Buffer.from('hello')]))
        expect((await bytesAt('sum')).toString()).toBe('hello')
      }
    },
  )

  it.each([
    ['x-amz-checksum-crc32', 'AAAAAA==', 'BadDigest'],
    ['x-amz-checksum-sha256', createHash('sha256').update('other').digest('base64'), 'BadDigest'],
    ['content-md5', createHash('md5').update('other').digest('base64'), 'BadDigest'],
    ['content-md5', 'nonsense', 'InvalidDigest'],
    ['x-amz-content-sha256', createHash('sha256').update('other').digest('hex'), 'XAmzContentSHA256Mismatch'],
  ])('a wrong %s refuses the body (%s → %s)', async (header, value, code) => {
    const answer = await fetch(`${s3.server.endpoint}/lake/wrong`, {
      method: 'PUT',
      headers: { [header]: value },
      body: 'hello',
    })
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(`<Code>${code}</Code>`)])
    expect(await refusalOf(bytesAt('wrong'))).toBe('404 NoSuchKey')
  })
})

describe('bodies in aws-chunked framing', () => {
  const framed = (body: string, trailer: string) =>
    fetch(`${s3.server.endpoint}/lake/framed`, {
      method: 'PUT',
      headers: {
        'content-encoding': 'aws-chunked,gzip',
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-trailer': 'x-amz-checksum-crc32',
      },
      body: `${body.length.toString(16)}\r\n${body}\r\n0\r\n${trailer}\r\n`,
    })
  const crc32 = checksumOf('crc32', [Buffer.from('hello')])

  it('lose the framing and keep their own encoding', async () => {
    const answer = await framed('hello', `x-amz-checksum-crc32:${crc32}\r\n`)
    expect(answer.status).toBe(200)
    const stored = await fetch(`${s3.server.endpoint}/lake/framed`, { method: 'HEAD' })
    expect([stored.headers.get('content-encoding'), stored.headers.get('content-length')]).toEqual(['gzip', '5'])
  })

  it('are refused when the trailing checksum is wrong or missing', async () => {
    const wrong = await framed('hullo', `x-amz-checksum-crc32:${crc32}\r\n`)
    expect(await wrong.text()).toContain('<Code>BadDigest</Code>')
    const missing = await framed('hello', '')
    expect(await missing.text()).toContain('<Code>MalformedTrailerError</Code>')
  })

  it('come out the same however the bytes arrive in pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 }),
        fc.array(fc.nat(200), { maxLength: 8 }),
        async (chunks, cuts) => {
          const frames = chunks.flatMap((chunk) => [
            Buffer.from(`${chunk.length.toString(16)};chunk-signature=abc\r\n`),
            Buffer.from(chunk),
            Buffer.from('\r\n'),
          ])
          const whole = Buffer.concat([...frames, Buffer.from('0\r\nx-amz-checksum-crc32: abc=\r\n\r\n')])
          const at = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length]
          const pieces = at.slice(1).map((end, index) => whole.subarray(at[index], end))
          const trailers: string[][] = []
          const out: Buffer[] = []
          for await (const piece of unchunk(Readable.from(pieces), (...trailer) => trailers.push(trailer))) {
            out.push(piece)
          }
          expect(Buffer.concat(out).equals(Buffer.concat(chunks))).toBe(true)
          expect(trailers).toEqual([['x-amz-checksum-crc32', 'abc=']])
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('other ways in', () => {
  it('takes the upload of an HTML form', async () => {
    const form = new FormData()
    form.set('key', 'form/$' + '{filename}')
    form.set('x-amz-meta-from', 'browser')
    form.set('Content-Type', 'text/csv')
    form.set('success_action_status', '201')
    form.set('file', new Blob(['id,v\r\n1,--x\r\n']), 'C:\\data\\a b.csv')
    const answer = await fetch(`${s3.server.endpoint}/lake`, { method: 'POST', body: form })
    expect([answer.status, await answer.text()]).toEqual([201, expect.stringContaining('<Key>form/a b.csv</Key>')])
    expect((await bytesAt('form/a b.csv')).toString()).toBe('id,v\r\n1,--x\r\n')
    expect(await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'form/a b.csv' }))).toMatchObject({
      Metadata: { from: 'browser' },
      ContentType: 'text/csv',
    })
  })

  it('tells a client that expects it to go on with the body', async () => {
    const upload = request(`${s3.server.endpoint}/lake/expected`, {
      method: 'PUT',
      headers: { expect: '100-continue', 'content-length': 5 },
    })
    upload.flushHeaders()
    await once(upload, 'continue')
    upload.end('hello')
    const [response] = await once(upload, 'response')
    response.resume()
    expect(response.statusCode).toBe(200)
  })

  it('accepts a presigned link without looking at its signature, and names the download as the link says', async () => {
    const link = '?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=none&response-content-disposition=attachment'
    await fetch(`${s3.server.endpoint}/lake/linked${link}`, { method: 'PUT', body: 'hello' })
    const answer = await fetch(`${s3.server.endpoint}/lake/linked${link}`)
    expect([await answer.text(), answer.headers.get('content-disposition')]).toEqual(['hello', 'attachment'])
  })
})
