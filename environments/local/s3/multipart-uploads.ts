import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { S3Error } from './errors'
import type { Checksums } from './receive-body'
import { type S3Request, wholeNumber } from './request'
import { bucketOf, type Operation, type S3World } from './world'
import { checksumHeaders, encryptionHeaders, keptHeaders } from './write-object'
import { tag, wrap, xml } from './xml'

/** A multipart upload that is neither completed nor aborted. */
export interface Upload {
  readonly id: string
  readonly bucket: string
  readonly key: string
  readonly started: Date
  /** The headers of its creation: they are the object's in the end. */
  readonly headers: IncomingHttpHeaders
  readonly parts: Map<number, Part>
}

export interface Part {
  readonly number: number
  readonly bytes: Buffer
  /** The MD5 of the part, which is also its etag. */
  readonly md5: Buffer
  readonly checksums: Checksums
  readonly modified: Date
}

const MOST_PARTS = 10_000

/** CreateMultipartUpload. */
export const createMultipartUpload: Operation = (request, world) => {
  const bucket = bucketOf(request, world)
  const id = randomBytes(24).toString('base64url')
  const { key, headers } = request
  world.uploads.set(id, { id, bucket: bucket.name, key, started: new Date(), headers, parts: new Map() })
  const algorithm = headers['x-amz-checksum-algorithm']
  return {
    status: 200,
    headers: {
      ...encryptionHeaders({ headers: keptHeaders(bucket, headers) }),
      ...(algorithm === undefined ? {} : { 'x-amz-checksum-algorithm': String(algorithm) }),
    },
    body: xml('InitiateMultipartUploadResult', tag('Bucket', bucket.name) + tag('Key', key) + tag('UploadId', id)),
  }
}

/** UploadPart: a part uploaded again replaces the earlier one. */
export const uploadPart: Operation = (request, world) => {
  const { md5, checksums } = addPart(uploadOf(request, world), request.query, request.body)
  return { status: 200, headers: { etag: `"${md5.toString('hex')}"`, ...checksumHeaders(checksums) } }
}

/** Keeps a part, received or copied. */
export function addPart(upload: Upload, query: URLSearchParams, body: Pick<Part, 'bytes' | 'md5' | 'checksums'>): Part {
  const number = wholeNumber('partNumber', query.get('partNumber') ?? '', 1)
  if (number > MOST_PARTS) throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000')
  const part = { ...body, number, modified: new Date() }
  upload.parts.set(number, part)
  return part
}

/** AbortMultipartUpload. */
export const abortMultipartUpload: Operation = (request, world) => {
  world.uploads.delete(uploadOf(request, world).id)
  return { status: 204 }
}

/** ListParts. */
export const listParts: Operation = (request, world) => {
  const upload = uploadOf(request, world)
  const most = wholeNumber('max-parts', request.query.get('max-parts') ?? '1000', 1)
  const marker = wholeNumber('part-number-marker', request.query.get('part-number-marker') ?? '0', 0)
  const parts = [...upload.parts.values()]
    .filter(({ number }) => number > marker)
    .sort((left, right) => left.number - right.number)
  const page = parts.slice(0, most)
  return {
    status: 200,
    body: xml(
      'ListPartsResult',
      tag('Bucket', upload.bucket) +
        tag('Key', upload.key) +
        tag('UploadId', upload.id) +
        tag('PartNumberMarker', marker) +
        tag('NextPartNumberMarker', page.at(-1)?.number) +
        tag('MaxParts', most) +
        tag('IsTruncated', parts.length > page.length) +
        page.map(partXml).join(''),
    ),
  }
}

function partXml({ number, bytes, md5, modified }: Part): string {
  return wrap(
    'Part',
    tag('PartNumber', number) +
      tag('LastModified', modified.toISOString()) +
      tag('ETag', `"${md5.toString('hex')}"`) +
      tag('Size', bytes.length),
  )
}

/** ListMultipartUploads: all of them on one page. */
export const listMultipartUploads: Operation = (request, world) => {
  const bucket = bucketOf(request, world)
  const prefix = request.query.get('prefix') ?? ''
  const uploads = [...world.uploads.values()].filter(
    (upload) => upload.bucket === bucket.name && upload.key.startsWith(prefix),
  )
  const entries = uploads.map(({ key, id, started }) =>
    wrap('Upload', tag('Key', key) + tag('UploadId', id) + tag('Initiated', started.toISOString())),
  )
  return {
    status: 200,
    body: xml(
      'ListMultipartUploadsResult',
      tag('Bucket', bucket.name) + tag('Prefix', prefix) + tag('IsTruncated', false) + entries.join(''),
    ),
  }
}

/** The upload that a request names. */
export function uploadOf(request: S3Request, world: S3World): Upload {
  const bucket = bucketOf(request, world)
  const upload = world.uploads.get(request.query.get('uploadId') ?? '')
  if (!upload || upload.bucket !== bucket.name || upload.key !== request.key) throw new S3Error('NoSuchUpload')
  return upload
}
