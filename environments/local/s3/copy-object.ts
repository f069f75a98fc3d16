import { CHECKSUM_ALGORITHMS, checksumOf, hashOf } from './checksums'
import { checkWriteConditions, readConditions } from './conditions'
import { S3Error } from './errors'
import { addPart, uploadOf } from './multipart-uploads'
import { objectAt, type StoredObject, store, UNVERSIONED } from './object-store'
import { cut, rangeOf } from './read-object'
import type { S3Request } from './request'
import { parseTagHeader } from './tagging'
import { bucketNamed, bucketOf, type Operation, type S3World } from './world'
import { encryptionHeaders, keptHeaders, writtenHeaders } from './write-object'
import { tag, xml } from './xml'

/** CopyObject. */
export const copyObject: Operation = (request, world) => {
  const bucket = bucketOf(request, world)
  const source = sourceOf(request, world)
  const { headers } = request
  const replacesMetadata = headers['x-amz-metadata-directive'] === 'REPLACE'
  if (source === bucket.versions.get(request.key)?.at(-1) && !replacesMetadata && !changesStorage(request)) {
    throw new S3Error(
      'InvalidRequest',
      'This copy request is illegal because it is trying to copy an object to itself without changing it.',
    )
  }
  checkWriteConditions(bucket, request.key, headers)
  const own = keptHeaders(bucket, headers)
  const { chunks, size, checksums, checksumType } = source
  const stored = store(bucket, request.key, {
    chunks,
    size,
    // A copy is written in one piece, so that even a multipart object's copy has the MD5 of its bytes.
    etag: source.etag.includes('-') ? hashOf('md5', chunks).toString('hex') : source.etag,
    headers: replacesMetadata ? own : { ...withoutEncryption(source.headers), ...encryptionHeaders({ headers: own }) },
    ...(checksumType === 'COMPOSITE' ? wholeChecksums(source) : { checksums, checksumType }),
    tags: headers['x-amz-tagging-directive'] === 'REPLACE' ? parseTagHeader(headers['x-amz-tagging']) : source.tags,
  })
  world.notify.happened(bucket, 'ObjectCreated:Copy', stored, request.id)
  const { etag: _, ...written } = writtenHeaders(stored)
  return {
    status: 200,
    headers: { ...written, ...sourceVersion(source) },
    body: xml('CopyObjectResult', tag('ETag', `"${stored.etag}"`) + tag('LastModified', stored.modified.toISOString())),
  }
}

/** UploadPartCopy: a part that is an object or a range of one. */
export const uploadPartCopy: Operation = (request, world) => {
  const upload = uploadOf(request, world)
  const object = sourceOf(request, world)
  const range = rangeOf(one(request.headers['x-amz-copy-source-range']), object.size)
  const bytes = Buffer.concat(range === 'all' ? object.chunks : cut(object.chunks, range.start, range.end))
  const part = addPart(upload, request.query, { bytes, md5: hashOf('md5', [bytes]), checksums: {} })
  return {
    status: 200,
    headers: sourceVersion(object),
    body: xml(
      'CopyPartResult',
      tag('ETag', `"${part.md5.toString('hex')}"`) + tag('LastModified', part.modified.toISOString()),
    ),
  }
}

function sourceOf(request: S3Request, world: S3World): StoredObject {
  const named = one(request.headers['x-amz-copy-source']) ?? ''
  // The version is told apart before decoding: a key may contain the text `?versionId=` only in encoded form.
  const [path = '', versionId] = named.replace(/^\//, '').split('?versionId=')
  const decoded = decode(path).replace(/^\//, '')
  const slash = decoded.indexOf('/')
  if (slash < 1 || slash === decoded.length - 1) {
    throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey')
  }
  const object = objectAt(
    bucketNamed(decoded.slice(0, slash), world),
    decoded.slice(slash + 1),
    versionId === undefined ? null : decode(versionId),
  )
  if (readConditions(object, request.headers, 'x-amz-copy-source-') !== 'go on') {
    throw new S3Error('PreconditionFailed')
  }
  return object
}

function changesStorage({ headers }: S3Request): boolean {
  return headers['x-amz-server-side-encryption'] !== undefined || headers['x-amz-storage-class'] !== undefined
}

// Encryption is the destination's affair, never copied.
function withoutEncryption(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-server-side-encryption')),
  )
}

function wholeChecksums({ checksums, chunks }: StoredObject): Pick<StoredObject, 'checksums' | 'checksumType'> {
  const whole = CHECKSUM_ALGORITHMS.filter((algorithm) => checksums[algorithm] !== undefined)
  return {
    checksums: Object.fromEntries(whole.map((algorithm) => [algorithm, checksumOf(algorithm, chunks)])),
    checksumType: 'FULL_OBJECT',
  }
}

function sourceVersion({ versionId }: StoredObject): Record<string, string> {
  return versionId === UNVERSIONED ? {} : { 'x-amz-copy-source-version-id': versionId }
}

function decode(text: string): string {
  try {
    // The SDK for Java and the CLI send `+` for a plus and `%20` for a space, so this isn't form encoding.
    return decodeURIComponent(text)
  } catch {
    throw new S3Error('InvalidURI')
  }
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}
