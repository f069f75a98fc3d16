import { laterOf } from './key-order'
import { commonPrefixOf, commonPrefixTags, OWNER, readQuery } from './list-objects'
import type { Version } from './object-store'
import { bucketOf, type Operation } from './world'
import { tag, wrap, xml } from './xml'

/** ListObjectVersions: every version of every key, the newest of each key first. */
export const listObjectVersions: Operation = (request, world) => {
  const { query } = request
  const bucket = bucketOf(request, world)
  const { prefix, delimiter, most, encodingType, encode } = readQuery(query)
  const keyMarker = query.get('key-marker') ?? ''
  const versionMarker = query.get('version-id-marker')

  const entries: string[] = []
  const commonPrefixes: string[] = []
  let last: { key: string; versionId?: string } | undefined
  let truncated = false
  page: for (const key of bucket.keys.from(laterOf(keyMarker, prefix))) {
    if (!key.startsWith(prefix)) break
    if (key === keyMarker && versionMarker === null) continue
    const common = commonPrefixOf(key, prefix, delimiter)
    if (common !== undefined) {
      if (keyMarker.startsWith(common) || commonPrefixes.at(-1) === common) continue
      truncated = entries.length + commonPrefixes.length === most
      if (truncated) break
      commonPrefixes.push(common)
      last = { key: common }
      continue
    }
    const newestFirst = [...(bucket.versions.get(key) ?? [])].reverse()
    const seen = key === keyMarker ? newestFirst.findIndex(({ versionId }) => versionId === versionMarker) + 1 : 0
    for (const version of newestFirst.slice(seen)) {
      truncated = entries.length + commonPrefixes.length === most
      if (truncated) break page
      entries.push(versionXml(version, version === newestFirst[0], encode(key) ?? key))
      last = { key, versionId: version.versionId }
    }
  }

  const more = truncated && last !== undefined
  return {
    status: 200,
    body: xml(
      'ListVersionsResult',
      tag('Name', bucket.name) +
        tag('Prefix', encode(prefix)) +
        tag('KeyMarker', encode(keyMarker)) +
        tag('VersionIdMarker', versionMarker ?? undefined) +
        tag('MaxKeys', most) +
        tag('Delimiter', encode(delimiter === '' ? undefined : delimiter)) +
        tag('EncodingType', encodingType) +
        tag('IsTruncated', more) +
        (more ? tag('NextKeyMarker', encode(last?.key)) + tag('NextVersionIdMarker', last?.versionId) : '') +
        entries.join('') +
        commonPrefixTags(commonPrefixes, encode),
    ),
  }
}

function versionXml(version: Version, isLatest: boolean, key: string): string {
  const common =
    tag('Key', key) +
    tag('VersionId', version.versionId) +
    tag('IsLatest', isLatest) +
    tag('LastModified', version.modified.toISOString()) +
    OWNER
  if (version.kind === 'delete-marker') return wrap('DeleteMarker', common)
  return wrap(
    'Version',
    common +
      tag('ETag', `"${version.etag}"`) +
      tag('Size', version.size) +
      tag('StorageClass', version.headers['x-amz-storage-class'] ?? 'STANDARD'),
  )
}
