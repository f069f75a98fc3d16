import { CHECKSUM_HEADER } from './checksums'
import { checkWriteConditions } from './conditions'
import { type Bucket, type ObjectContent, type StoredObject, store, UNVERSIONED } from './object-store'
import type { Checksums, ReceivedBody } from './receive-body'
import { parseTagHeader } from './tagging'
import { bucketOf, type Operation } from './world'
import { parseXml, type XmlElement } from './xml'

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** PutObject. */
export const putObject: Operation = (request, world) => {
  const bucket = bucketOf(request, world)
  checkWriteConditions(bucket, request.key, request.headers)
  const stored = store(bucket, request.key, contentOf(bucket, request.headers, request.body))
  world.notify.happened(bucket, 'ObjectCreated:Put', stored, request.id)
  return { status: 200, headers: { ...writtenHeaders(stored), ...checksumHeaders(stored.checksums) } }
}

/** What a request that carries a whole object stores. */
export function contentOf(bucket: Bucket, headers: Headers, body: ReceivedBody): ObjectContent {
  return {
    chunks: [body.bytes],
    size: body.bytes.length,
    etag: body.md5.toString('hex'),
    headers: keptHeaders(bucket, headers),
    checksums: body.checksums,
    checksumType: 'FULL_OBJECT',
    tags: parseTagHeader(headers['x-amz-tagging']),
  }
}

const KEPT = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-language',
  'expires',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
]

/** The headers of a write that come back with every read of the object. */
export function keptHeaders(bucket: Bucket, headers: Headers): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {
    'content-type': 'binary/octet-stream',
    'x-amz-server-side-encryption': defaultEncryption(bucket),
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && (KEPT.includes(name) || name.startsWith('x-amz-meta-'))) kept[name] = String(value)
  }
  // The framing of the upload is no property of the object.
  const encoding = String(headers['content-encoding'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked')
  if (encoding.length > 0) kept['content-encoding'] = encoding.join(',')
  return kept
}

/** The headers that answer a write. */
export function writtenHeaders(stored: StoredObject): Record<string, string> {
  return {
    etag: `"${stored.etag}"`,
    ...(stored.versionId === UNVERSIONED ? {} : { 'x-amz-version-id': stored.versionId }),
    ...encryptionHeaders(stored),
  }
}

/** How an object is encrypted, as every answer about it says. */
export function encryptionHeaders(stored: Pick<StoredObject, 'headers'>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(stored.headers).filter(([name]) => name.startsWith('x-amz-server-side-encryption')),
  )
}

export function checksumHeaders(checksums: Checksums): Record<string, string> {
  return Object.fromEntries(Object.entries(checksums).map(([algorithm, value]) => [CHECKSUM_HEADER + algorithm, value]))
}

function defaultEncryption(bucket: Bucket): string {
  const configured = bucket.settings.get('encryption')
  const document = configured === undefined ? undefined : parseXml(configured)
  return (document && firstText(document, 'SSEAlgorithm')) ?? 'AES256'
}

function firstText(element: XmlElement, name: string): string | undefined {
  if (element.name === name) return element.text.trim()
  for (const child of element.children) {
    const found = firstText(child, name)
    if (found !== undefined) return found
  }
  return undefined
}
