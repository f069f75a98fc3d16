import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'

/** A tiny S3 for these tests: GET with ranges, HEAD and ListObjectsV2 of a map from `bucket/key` to bytes. */
export interface TestObjects {
  readonly endpoint: string
  put(address: string, body: string | Uint8Array): void
  remove(address: string): void
  stop(): Promise<void>
}

interface StoredObject {
  readonly body: Buffer
  readonly etag: string
}

/** Starts the tiny S3; a bucket exists when something was ever put into it. */
export async function serveObjects(): Promise<TestObjects> {
  const objects = new Map<string, StoredObject>()
  const buckets = new Set<string>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://objects')
    const [, bucket = '', ...rest] = url.pathname.split('/')
    const key = decodeURIComponent(rest.join('/'))
    if (!buckets.has(bucket)) return refuse(response, 404, 'NoSuchBucket', 'The specified bucket does not exist')
    if (url.searchParams.has('list-type')) {
      return list(response, objects, bucket, url.searchParams.get('prefix') ?? '')
    }
    const found = objects.get(`${bucket}/${key}`)
    if (found === undefined) return refuse(response, 404, 'NoSuchKey', 'The specified key does not exist.')
    const { body, etag } = found
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    const part = range === null ? body : body.subarray(Number(range[1]), Number(range[2]) + 1)
    response.writeHead(range === null ? 200 : 206, {
      etag,
      'last-modified': 'Sat, 21 Nov 2026 00:00:00 GMT',
      'content-length': part.length,
    })
    response.end(request.method === 'HEAD' ? undefined : part)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    endpoint: `http://127.0.0.1:${port}`,
    put: (to, body) => {
      buckets.add(to.split('/')[0] ?? '')
      const bytes = Buffer.from(body)
      objects.set(to, { body: bytes, etag: `"${createHash('md5').update(bytes).digest('hex')}"` })
    },
    remove: (from) => void objects.delete(from),
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function list(
  response: ServerResponse,
  objects: ReadonlyMap<string, StoredObject>,
  bucket: string,
  prefix: string,
): void {
  const found = [...objects].filter(([address]) => address.startsWith(`${bucket}/${prefix}`)).sort()
  const contents = found.map(
    ([address, { body, etag }]) =>
      `<Contents><Key>${escapeXml(address.slice(bucket.length + 1))}</Key><Size>${body.length}</Size>` +
      `<ETag>${escapeXml(etag)}</ETag><LastModified>2026-11-21T00:00:00.000Z</LastModified></Contents>`,
  )
  response.writeHead(200, { 'content-type': 'application/xml' })
  response.end(
    `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`,
  )
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`)
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
