import { readConditions } from './conditions'
import { S3Error } from './errors'
import { objectAt, type StoredObject } from './object-store'
import type { Answer, S3Request } from './request'
import { bucketOf, type Operation } from './world'
import { checksumHeaders, writtenHeaders } from './write-object'

/** GetObject and HeadObject: the server leaves the body of a HEAD away. */
export const readObject: Operation = (request, world) => {
  const { headers, query } = request
  const object = objectAt(bucketOf(request, world), request.key, query.get('versionId'))
  const answer = answerHeaders(object)
  switch (readConditions(object, headers)) {
    case 'failed':
      throw new S3Error('PreconditionFailed')
    case 'not modified':
      return { status: 304, headers: answer }
    case 'go on':
  }
  const range = rangeOf(headers.range, object.size)
  const all = { ...answer, ...overrides(request) }
  return range === 'all' ? whole(object, all, request) : part(object, range, all)
}

function answerHeaders(object: StoredObject): Record<string, string> {
  return {
    ...object.headers,
    ...writtenHeaders(object),
    'last-modified': object.modified.toUTCString(),
    'accept-ranges': 'bytes',
    ...(object.tags.size > 0 ? { 'x-amz-tagging-count': String(object.tags.size) } : {}),
  }
}

// A presigned link may say as what its object is to be downloaded.
function overrides({ query }: S3Request): Record<string, string> {
  return Object.fromEntries(
    [...query].flatMap(([name, value]) =>
      name.startsWith('response-') ? [[name.slice('response-'.length), value]] : [],
    ),
  )
}

function whole(object: StoredObject, headers: Record<string, string>, request: S3Request): Answer {
  const wantsChecksums = request.headers['x-amz-checksum-mode'] === 'ENABLED'
  const hasChecksums = Object.keys(object.checksums).length > 0
  return {
    status: 200,
    headers: {
      ...headers,
      'content-length': String(object.size),
      ...(wantsChecksums && hasChecksums
        ? { ...checksumHeaders(object.checksums), 'x-amz-checksum-type': object.checksumType }
        : {}),
    },
    body: object.chunks,
  }
}

interface Range {
  readonly start: number
  /** The first byte after the range. */
  readonly end: number
}

function part(object: StoredObject, { start, end }: Range, headers: Record<string, string>): Answer {
  return {
    status: 206,
    headers: {
      ...headers,
      'content-length': String(end - start),
      'content-range': `bytes ${start}-${end - 1}/${object.size}`,
    },
    body: cut(object.chunks, start, end),
  }
}

/** The bytes from `start` up to but without `end`, as views of the chunks. */
export function cut(chunks: readonly Buffer[], start: number, end: number): Buffer[] {
  const taken: Buffer[] = []
  let position = 0
  for (const chunk of chunks) {
    const from = Math.max(start - position, 0)
    const to = Math.min(end - position, chunk.length)
    if (from < to) taken.push(chunk.subarray(from, to))
    position += chunk.length
  }
  return taken
}

/** Reads a Range header; like S3, takes one range only and ignores a header that is none. */
export function rangeOf(header: string | undefined, size: number): Range | 'all' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  const [, first = '', last = ''] = match ?? []
  if (first === '' && last === '') return 'all'
  if (first !== '' && last !== '' && Number(last) < Number(first)) return 'all'
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first)
  const end = first === '' || last === '' ? size : Math.min(Number(last) + 1, size)
  if (start >= size || (first === '' && Number(last) === 0)) {
    throw new S3Error('InvalidRange', undefined, { 'content-range': `bytes */${size}` })
  }
  return { start, end }
}
