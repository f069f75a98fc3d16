import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { CHECKSUM_ALGORITHMS, CHECKSUM_HEADER, type ChecksumAlgorithm, checksumOf, hashOf } from './checksums'
import { unchunk } from './chunked'
import { S3Error } from './errors'

/** A body that arrived whole, with the checksums that its sender gave and that proved right. */
export interface ReceivedBody {
  readonly bytes: Buffer
  readonly md5: Buffer
  readonly checksums: Checksums
}

export type Checksums = Readonly<Partial<Record<ChecksumAlgorithm, string>>>

/**
 * Reads a body to its end, takes off its framing and refuses it when any digest sent with it is wrong.
 * `checksumsAreOf: 'object'`: the checksum headers speak of an object that is put together later, not of this body.
 */
export async function receiveBody(message: IncomingMessage, checksumsAreOf: 'body' | 'object'): Promise<ReceivedBody> {
  const trailers: Record<string, string> = {}
  const source: AsyncIterable<Buffer> = isChunked(message.headers)
    ? unchunk(message, (name, value) => {
        trailers[name] = value
      })
    : message
  const chunks: Buffer[] = []
  for await (const chunk of source) chunks.push(chunk)
  // One copy at the end: linear, and it lets go of the socket's 64 KB slabs that a small body would otherwise keep alive.
  const bytes = Buffer.concat(chunks)

  const announced = message.headers['x-amz-trailer']
  if (typeof announced === 'string' && trailers[announced.trim().toLowerCase()] === undefined) {
    throw new S3Error('MalformedTrailerError')
  }
  const given = { ...message.headers, ...trailers }
  const declared = given['x-amz-decoded-content-length']
  if (declared !== undefined && Number(declared) !== bytes.length) throw new S3Error('IncompleteBody')
  const md5 = hashOf('md5', [bytes])
  checkMd5(given['content-md5'], md5)
  checkSha256(given['x-amz-content-sha256'], bytes)
  return { bytes, md5, checksums: checksumsAreOf === 'body' ? checkedChecksums(given, bytes) : {} }
}

function isChunked(headers: IncomingHttpHeaders): boolean {
  return (
    headers['content-encoding']?.includes('aws-chunked') === true ||
    String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-')
  )
}

type Given = Readonly<Record<string, string | string[] | undefined>>

function checkMd5(given: Given[string], md5: Buffer): void {
  if (given === undefined) return
  const expected = Buffer.from(String(given), 'base64')
  if (expected.length !== 16) throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.')
  if (!expected.equals(md5)) {
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.')
  }
}

function checkSha256(given: Given[string], bytes: Buffer): void {
  // Other values say that the payload is unsigned or signed piece by piece.
  if (typeof given !== 'string' || !/^[0-9a-f]{64}$/.test(given)) return
  if (hashOf('sha256', [bytes]).toString('hex') !== given) throw new S3Error('XAmzContentSHA256Mismatch')
}

function checkedChecksums(given: Given, bytes: Buffer): Checksums {
  const checked: Partial<Record<ChecksumAlgorithm, string>> = {}
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const expected = given[CHECKSUM_HEADER + algorithm]
    if (typeof expected !== 'string') continue
    const actual = checksumOf(algorithm, [bytes])
    if (actual !== expected) {
      throw new S3Error(
        'BadDigest',
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      )
    }
    checked[algorithm] = actual
  }
  return checked
}
