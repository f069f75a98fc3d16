import { CHECKSUM_ALGORITHMS, CHECKSUM_HEADER, type ChecksumAlgorithm, checksumOf, hashOf } from './checksums'
import { checkWriteConditions, names } from './conditions'
import { S3Error } from './errors'
import { type Part, type Upload, uploadOf } from './multipart-uploads'
import { type StoredObject, store } from './object-store'
import type { Checksums } from './receive-body'
import { wholeNumber } from './request'
import { parseTagHeader } from './tagging'
import { bucketOf, type Operation } from './world'
import { keptHeaders, writtenHeaders } from './write-object'
import { childrenOf, parseXml, tag, textOf, xml } from './xml'

const SMALLEST_PART_BYTES = 5 * 1024 * 1024

/** CompleteMultipartUpload: the listed parts become one object. */
export const completeMultipartUpload: Operation = (request, world) => {
  const bucket = bucketOf(request, world)
  const upload = uploadOf(request, world)
  const parts = listedParts(request.body.bytes.toString(), upload)
  checkWriteConditions(bucket, upload.key, request.headers)
  const checksum = objectChecksum(upload, parts)
  checkChecksum(checksum, request.headers)

  const stored = store(bucket, upload.key, {
    chunks: parts.map(({ bytes }) => bytes),
    size: parts.reduce((sum, { bytes }) => sum + bytes.length, 0),
    // Not the MD5 of the whole: the MD5 of the parts' MD5s, and their number.
    etag: `${hashOf(
      'md5',
      parts.map(({ md5 }) => md5),
    ).toString('hex')}-${parts.length}`,
    headers: keptHeaders(bucket, upload.headers),
    checksums: checksum.checksums,
    checksumType: checksum.type,
    tags: parseTagHeader(upload.headers['x-amz-tagging']),
  })
  world.uploads.delete(upload.id)
  world.notify.happened(bucket, 'ObjectCreated:CompleteMultipartUpload', stored, request.id)
  const { etag: _, ...headers } = writtenHeaders(stored)
  return { status: 200, headers, body: resultXml(stored, bucket.name) }
}

function listedParts(document: string, upload: Upload): Part[] {
  const root = parseXml(document)
  const listed = root?.name === 'CompleteMultipartUpload' ? childrenOf(root, 'Part') : []
  if (listed.length === 0) throw new S3Error('MalformedXML')
  const parts = listed.map((element) => {
    const part = upload.parts.get(wholeNumber('PartNumber', textOf(element, 'PartNumber') ?? '', 1))
    if (!part || !names(textOf(element, 'ETag') ?? '', part.md5.toString('hex'))) throw new S3Error('InvalidPart')
    return part
  })
  for (const [index, part] of parts.entries()) {
    const next = parts[index + 1]
    if (next && next.number <= part.number) throw new S3Error('InvalidPartOrder')
    if (next && part.bytes.length < SMALLEST_PART_BYTES) throw new S3Error('EntityTooSmall')
  }
  return parts
}

interface ObjectChecksum {
  readonly type: StoredObject['checksumType']
  readonly checksums: Checksums
}

function objectChecksum({ headers }: Upload, parts: readonly Part[]): ObjectChecksum {
  const wanted = String(headers['x-amz-checksum-algorithm'] ?? '').toLowerCase()
  const algorithm = CHECKSUM_ALGORITHMS.find((one) => one === wanted)
  if (algorithm === undefined) return { type: 'FULL_OBJECT', checksums: {} }
  // A CRC64 is only ever taken of the whole object.
  if (algorithm === 'crc64nvme' || headers['x-amz-checksum-type'] === 'FULL_OBJECT') {
    const chunks = parts.map(({ bytes }) => bytes)
    return { type: 'FULL_OBJECT', checksums: { [algorithm]: checksumOf(algorithm, chunks) } }
  }
  return { type: 'COMPOSITE', checksums: { [algorithm]: compositeChecksum(algorithm, parts) } }
}

function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly Part[]): string {
  const ofParts = parts.map(({ bytes, checksums }) =>
    Buffer.from(checksums[algorithm] ?? checksumOf(algorithm, [bytes]), 'base64'),
  )
  return `${checksumOf(algorithm, ofParts)}-${parts.length}`
}

function checkChecksum({ checksums }: ObjectChecksum, headers: Readonly<Record<string, unknown>>): void {
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const expected = headers[CHECKSUM_HEADER + algorithm]
    const actual = checksums[algorithm]
    if (expected === undefined || actual === undefined) continue
    // A composite checksum may be sent with or without its number of parts.
    if (expected !== actual && expected !== actual.replace(/-\d+$/, '')) throw new S3Error('BadDigest')
  }
}

function resultXml(stored: StoredObject, bucket: string): string {
  const checksums = Object.entries(stored.checksums).map(
    ([algorithm, value]) => tag(`Checksum${algorithm.toUpperCase()}`, value) + tag('ChecksumType', stored.checksumType),
  )
  const location = tag('Location', `/${bucket}/${stored.key}`)
  return xml(
    'CompleteMultipartUploadResult',
    location + tag('Bucket', bucket) + tag('Key', stored.key) + tag('ETag', `"${stored.etag}"`) + checksums.join(''),
  )
}
