import { S3Error } from './errors'
import { type Bucket, latest, type StoredObject } from './object-store'

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** Refuses a write whose `If-Match` or `If-None-Match` does not hold for what is stored now. */
export function checkWriteConditions(bucket: Bucket, key: string, headers: Headers): void {
  const current = latest(bucket, key)
  const there = current?.kind === 'object' ? current : undefined
  const ifMatch = one(headers['if-match'])
  const ifNoneMatch = one(headers['if-none-match'])
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new S3Error('NotImplemented', 'A write takes only * as If-None-Match')
  }
  if (ifNoneMatch === '*' && there) throw new S3Error('PreconditionFailed')
  if (ifMatch === undefined) return
  if (!there) throw new S3Error('NoSuchKey')
  if (!names(ifMatch, there.etag)) throw new S3Error('PreconditionFailed')
}

/**
 * What the conditions of a read come to. A prefix (`x-amz-copy-source-`) reads the same conditions of a copy's source.
 * As in HTTP, an etag condition that holds makes the date condition of its kind void.
 */
export function readConditions(
  object: StoredObject,
  headers: Headers,
  prefix = '',
): 'go on' | 'not modified' | 'failed' {
  const ifMatch = one(headers[`${prefix}if-match`])
  const ifNoneMatch = one(headers[`${prefix}if-none-match`])
  const unmodifiedSince = date(headers[`${prefix}if-unmodified-since`])
  const modifiedSince = date(headers[`${prefix}if-modified-since`])
  // Header dates have whole seconds.
  const modified = Math.floor(object.modified.getTime() / 1000) * 1000

  if (ifMatch !== undefined && !names(ifMatch, object.etag)) return 'failed'
  if (ifMatch === undefined && unmodifiedSince !== undefined && modified > unmodifiedSince) return 'failed'
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, object.etag) ? 'not modified' : 'go on'
  if (modifiedSince !== undefined && modified <= modifiedSince) return 'not modified'
  return 'go on'
}

/** Whether a list of etags, quoted or not, names this one. */
export function names(list: string, etag: string): boolean {
  return list.split(',').some((entry) => {
    const bare = entry.trim().replace(/^W\//, '').replace(/^"|"$/g, '')
    return bare === '*' || bare === etag
  })
}

function one(header: Headers[string]): string | undefined {
  return Array.isArray(header) ? header.join(',') : header
}

function date(header: Headers[string]): number | undefined {
  const time = Date.parse(one(header) ?? '')
  return Number.isNaN(time) ? undefined : time
}
