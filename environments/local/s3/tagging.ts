import { S3Error } from './errors'
import { objectAt, UNVERSIONED } from './object-store'
import { bucketOf, type Operation } from './world'
import { childrenOf, parseXml, tag, textOf, wrap, xml } from './xml'

const MOST_TAGS = 10

/** PutObjectTagging. */
export const putObjectTagging: Operation = (request, world) => {
  const bucket = bucketOf(request, world)
  const object = objectAt(bucket, request.key, request.query.get('versionId'))
  const root = parseXml(request.body.bytes.toString())
  if (root?.name !== 'Tagging') throw new S3Error('MalformedXML')
  const elements = childrenOf(root, 'TagSet').flatMap((set) => childrenOf(set, 'Tag'))
  object.tags = checked(elements.map((element) => [textOf(element, 'Key') ?? '', textOf(element, 'Value') ?? '']))
  world.notify.happened(bucket, 'ObjectTagging:Put', object, request.id)
  return { status: 200, headers: versionHeader(object.versionId) }
}

/** GetObjectTagging. */
export const getObjectTagging: Operation = (request, world) => {
  const object = objectAt(bucketOf(request, world), request.key, request.query.get('versionId'))
  const tags = [...object.tags].map(([key, value]) => wrap('Tag', tag('Key', key) + tag('Value', value)))
  return {
    status: 200,
    headers: versionHeader(object.versionId),
    body: xml('Tagging', wrap('TagSet', tags.join(''))),
  }
}

/** DeleteObjectTagging. */
export const deleteObjectTagging: Operation = (request, world) => {
  const bucket = bucketOf(request, world)
  const object = objectAt(bucket, request.key, request.query.get('versionId'))
  object.tags = new Map()
  world.notify.happened(bucket, 'ObjectTagging:Delete', object, request.id)
  return { status: 204, headers: versionHeader(object.versionId) }
}

/** The tags that a write carries in its header, as a query string. */
export function parseTagHeader(header: string | string[] | undefined): ReadonlyMap<string, string> {
  return checked([...new URLSearchParams(header === undefined ? '' : String(header))])
}

function checked(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  if (pairs.length > MOST_TAGS) {
    throw new S3Error('InvalidArgument', `Object tags cannot be greater than ${MOST_TAGS}`)
  }
  const tags = new Map(pairs)
  if (tags.size < pairs.length || tags.has('')) {
    throw new S3Error('InvalidArgument', 'Tag keys must be unique and not empty')
  }
  return tags
}

function versionHeader(versionId: string): Record<string, string> {
  return versionId === UNVERSIONED ? {} : { 'x-amz-version-id': versionId }
}
