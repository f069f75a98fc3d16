import { hashOf } from './checksums'
import { S3Error } from './errors'
import { store } from './object-store'
import { type Answer, checkKey, type S3Request } from './request'
import { bucketOf, type Operation } from './world'
import { contentOf, writtenHeaders } from './write-object'
import { tag, xml } from './xml'

/** PostObject: the upload that a browser makes from an HTML form. Its policy and signature aren't checked. */
export const postObject: Operation = (request, world) => {
  const bucket = bucketOf(request, world)
  const { fields, file } = parseForm(request)
  const key = (fields['key'] ?? '').replaceAll(FILENAME, file.name)
  if (key === '') throw new S3Error('InvalidArgument', 'Bucket POST must contain a field named key.')
  checkKey(key)
  const body = { bytes: file.bytes, md5: hashOf('md5', [file.bytes]), checksums: {} }
  const stored = store(bucket, key, contentOf(bucket, fields, body))
  world.notify.happened(bucket, 'ObjectCreated:Post', stored, request.id)
  return answer(fields, bucket.name, key, writtenHeaders(stored))
}

// A form may leave the name of the key to the file that the user picks.
// biome-ignore lint/suspicious/noTemplateCurlyInString: this is how S3 spells it
const FILENAME = '${filename}'

function answer(
  fields: Readonly<Record<string, string>>,
  bucket: string,
  key: string,
  headers: Record<string, string>,
): Answer {
  const redirect = fields['success_action_redirect']
  if (redirect !== undefined) {
    const query = new URLSearchParams({ bucket, key, etag: headers['etag'] ?? '' })
    return {
      status: 303,
      headers: { ...headers, location: `${redirect}${redirect.includes('?') ? '&' : '?'}${query}` },
    }
  }
  if (fields['success_action_status'] === '201') {
    const body = xml('PostResponse', tag('Bucket', bucket) + tag('Key', key) + tag('ETag', headers['etag']), '')
    return { status: 201, headers, body }
  }
  return { status: fields['success_action_status'] === '200' ? 200 : 204, headers }
}

interface Form {
  /** By lower-case name: what they say are headers of the object. */
  readonly fields: Readonly<Record<string, string>>
  readonly file: { readonly name: string; readonly bytes: Buffer }
}

function parseForm({ headers, body }: S3Request): Form {
  const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^;]+))/i.exec(headers['content-type'] ?? '') ?? []
  const boundary = (quoted ?? bare)?.trim()
  if (boundary === undefined) throw new S3Error('MalformedPOSTRequest')
  const fields: Record<string, string> = {}
  for (const part of partsBetween(body.bytes, boundary)) {
    const end = part.indexOf('\r\n\r\n')
    if (end < 0) throw new S3Error('MalformedPOSTRequest')
    const head = part.toString('utf8', 0, end)
    const content = part.subarray(end + 4)
    const name = /;\s*name="([^"]*)"/i.exec(head)?.[1]?.toLowerCase()
    if (name === undefined) throw new S3Error('MalformedPOSTRequest')
    // S3 ignores every field behind the file.
    if (name === 'file') return { fields, file: { name: fileNameIn(head), bytes: Buffer.from(content) } }
    fields[name] = content.toString()
  }
  throw new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.')
}

function* partsBetween(bytes: Buffer, boundary: string): Generator<Buffer> {
  const first = Buffer.from(`--${boundary}\r\n`)
  const between = Buffer.from(`\r\n--${boundary}`)
  let start = bytes.indexOf(first) + first.length
  if (start < first.length) throw new S3Error('MalformedPOSTRequest')
  for (let end = bytes.indexOf(between, start); end >= 0; end = bytes.indexOf(between, start)) {
    yield bytes.subarray(start, end)
    start = end + between.length + 2
  }
}

function fileNameIn(head: string): string {
  const path = /;\s*filename="([^"]*)"/i.exec(head)?.[1] ?? ''
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}
