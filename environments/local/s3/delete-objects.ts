import { checkWriteConditions } from './conditions'
import { S3Error } from './errors'
import { type Bucket, type Deletion, remove, UNVERSIONED } from './object-store'
import { checkKey } from './request'
import { bucketOf, type Operation, type S3World } from './world'
import { childrenOf, parseXml, tag, textOf, wrap, type XmlElement, xml } from './xml'

const MOST_KEYS = 1000

/** DeleteObject. */
export const deleteObject: Operation = (request, world) => {
  const bucket = bucketOf(request, world)
  if (request.headers['if-match'] !== undefined) checkWriteConditions(bucket, request.key, request.headers)
  const deletion = removeAndTell(bucket, request.key, request.query.get('versionId'), world, request.id)
  return { status: 204, headers: deletionHeaders(deletion) }
}

/** DeleteObjects: each key succeeds or fails by itself. */
export const deleteObjects: Operation = (request, world) => {
  const bucket = bucketOf(request, world)
  const root = parseXml(request.body.bytes.toString())
  const wanted = root?.name === 'Delete' ? childrenOf(root, 'Object') : []
  if (!root || wanted.length === 0 || wanted.length > MOST_KEYS) throw new S3Error('MalformedXML')
  const quiet = textOf(root, 'Quiet')?.trim() === 'true'
  const results = wanted.map((element) => deleteOne(element, bucket, quiet, world, request.id))
  return { status: 200, body: xml('DeleteResult', results.join('')) }
}

function deleteOne(element: XmlElement, bucket: Bucket, quiet: boolean, world: S3World, requestId: string): string {
  const key = textOf(element, 'Key') ?? ''
  const versionId = textOf(element, 'VersionId')
  try {
    checkKey(key)
    const etag = textOf(element, 'ETag')
    if (etag !== undefined) checkWriteConditions(bucket, key, { 'if-match': etag })
    const deletion = removeAndTell(bucket, key, versionId ?? null, world, requestId)
    return quiet ? '' : wrap('Deleted', tag('Key', key) + tag('VersionId', versionId) + deletionTags(deletion))
  } catch (error) {
    if (!(error instanceof S3Error)) throw error
    const what = tag('Key', key) + tag('VersionId', versionId)
    return wrap('Error', what + tag('Code', error.code) + tag('Message', error.message))
  }
}

function removeAndTell(
  bucket: Bucket,
  key: string,
  versionId: string | null,
  world: S3World,
  requestId: string,
): Deletion {
  const deletion = remove(bucket, key, versionId)
  if (deletion.kind === 'marked') {
    world.notify.happened(bucket, 'ObjectRemoved:DeleteMarkerCreated', deletion.marker, requestId)
  } else if (deletion.kind === 'deleted') {
    world.notify.happened(bucket, 'ObjectRemoved:Delete', deletion.version, requestId)
  }
  return deletion
}

function deletionHeaders(deletion: Deletion): Record<string, string> {
  if (deletion.kind === 'nothing') return {}
  const { kind, versionId } = deletion.kind === 'marked' ? deletion.marker : deletion.version
  return {
    ...(versionId === UNVERSIONED ? {} : { 'x-amz-version-id': versionId }),
    ...(kind === 'delete-marker' ? { 'x-amz-delete-marker': 'true' } : {}),
  }
}

function deletionTags(deletion: Deletion): string {
  if (deletion.kind === 'nothing') return ''
  const gone = deletion.kind === 'marked' ? deletion.marker : deletion.version
  if (gone.kind !== 'delete-marker') return ''
  return tag('DeleteMarker', true) + tag('DeleteMarkerVersionId', gone.versionId)
}
