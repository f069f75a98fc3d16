import { S3Error } from './errors'
import { laterOf } from './key-order'
import { type Bucket, latest, type StoredObject } from './object-store'
import { wholeNumber } from './request'
import { bucketOf, type Operation } from './world'
import { tag, wrap, xml } from './xml'

/** ListObjectsV2: pages by a token, or from any key on. */
export const listObjectsV2: Operation = (request, world) => {
  const { query } = request
  const bucket = bucketOf(request, world)
  const token = query.get('continuation-token')
  const asked = readQuery(query)
  const page = pageOf(bucket, asked, token === null ? (query.get('start-after') ?? '') : fromToken(token))
  const { encode } = asked
  return {
    status: 200,
    body: xml(
      'ListBucketResult',
      header(bucket, asked, page) +
        tag('KeyCount', page.objects.length + page.commonPrefixes.length) +
        tag('ContinuationToken', token ?? undefined) +
        tag('StartAfter', encode(query.get('start-after') ?? undefined)) +
        tag('NextContinuationToken', page.next === undefined ? undefined : toToken(page.next)) +
        contents(page, asked, query.get('fetch-owner') === 'true'),
    ),
  }
}

/** ListObjects, the first version: pages by the last key seen. */
export const listObjects: Operation = (request, world) => {
  const { query } = request
  const bucket = bucketOf(request, world)
  const asked = readQuery(query)
  const marker = query.get('marker') ?? ''
  const page = pageOf(bucket, asked, marker)
  return {
    status: 200,
    body: xml(
      'ListBucketResult',
      header(bucket, asked, page) +
        tag('Marker', asked.encode(marker)) +
        tag('NextMarker', asked.encode(page.next)) +
        contents(page, asked, true),
    ),
  }
}

/** What every listing may be asked for. */
export interface ListQuery {
  readonly prefix: string
  readonly delimiter: string
  readonly most: number
  /** Whether names come URL-encoded, and the encoding: XML 1.0 cannot say every key. */
  readonly encodingType: 'url' | undefined
  readonly encode: (name: string | undefined) => string | undefined
}

const LARGEST_PAGE = 1000

/** Reads the parameters that all listings share. */
export function readQuery(query: URLSearchParams): ListQuery {
  const encodingType = query.get('encoding-type') ?? undefined
  if (encodingType !== undefined && encodingType !== 'url') {
    throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request')
  }
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    most: Math.min(wholeNumber('max-keys', query.get('max-keys') ?? String(LARGEST_PAGE), 0), LARGEST_PAGE),
    encodingType,
    encode: (name) => (name === undefined || encodingType === undefined ? name : urlEncode(name)),
  }
}

function urlEncode(name: string): string {
  return encodeURIComponent(name).replace(/%20/g, '+').replace(/%2F/g, '/')
}

interface Page {
  readonly objects: readonly StoredObject[]
  readonly commonPrefixes: readonly string[]
  /** The last name on this page, when there is another page. */
  readonly next: string | undefined
}

function pageOf(bucket: Bucket, { prefix, delimiter, most }: ListQuery, after: string): Page {
  const objects: StoredObject[] = []
  const commonPrefixes: string[] = []
  let last = ''
  for (const key of bucket.keys.from(laterOf(after, prefix))) {
    if (!key.startsWith(prefix)) break
    const object = latest(bucket, key)
    if (object?.kind !== 'object' || (after !== '' && key === after)) continue
    const common = commonPrefixOf(key, prefix, delimiter)
    // What rolls up into the name that the page before ended with, or into the one just listed, has been told.
    if (common !== undefined && (after.startsWith(common) || commonPrefixes.at(-1) === common)) continue
    if (objects.length + commonPrefixes.length === most) {
      return { objects, commonPrefixes, next: most === 0 ? undefined : last }
    }
    if (common === undefined) objects.push(object)
    else commonPrefixes.push(common)
    last = common ?? key
  }
  return { objects, commonPrefixes, next: undefined }
}

/** The part of a key up to the first delimiter behind the prefix. */
export function commonPrefixOf(key: string, prefix: string, delimiter: string): string | undefined {
  const index = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
  return index < 0 ? undefined : key.slice(0, index + delimiter.length)
}

function header(bucket: Bucket, { prefix, delimiter, most, encodingType, encode }: ListQuery, page: Page): string {
  return (
    tag('Name', bucket.name) +
    tag('Prefix', encode(prefix)) +
    tag('Delimiter', encode(delimiter === '' ? undefined : delimiter)) +
    tag('MaxKeys', most) +
    tag('EncodingType', encodingType) +
    tag('IsTruncated', page.next !== undefined)
  )
}

function contents({ objects, commonPrefixes }: Page, { encode }: ListQuery, withOwner: boolean): string {
  const entries = objects.map((object) =>
    wrap(
      'Contents',
      tag('Key', encode(object.key)) +
        tag('LastModified', object.modified.toISOString()) +
        tag('ETag', `"${object.etag}"`) +
        tag('Size', object.size) +
        (withOwner ? OWNER : '') +
        tag('StorageClass', object.headers['x-amz-storage-class'] ?? 'STANDARD'),
    ),
  )
  return entries.join('') + commonPrefixTags(commonPrefixes, encode)
}

/** The owner of everything in the embedded environment. */
export const OWNER = wrap('Owner', tag('ID', 'local') + tag('DisplayName', 'local'))

export function commonPrefixTags(prefixes: readonly string[], encode: ListQuery['encode']): string {
  return prefixes.map((prefix) => wrap('CommonPrefixes', tag('Prefix', encode(prefix)))).join('')
}

function toToken(name: string): string {
  return Buffer.from(name).toString('base64url')
}

function fromToken(token: string): string {
  const name = Buffer.from(token, 'base64url').toString()
  if (toToken(name) !== token) throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect')
  return name
}
