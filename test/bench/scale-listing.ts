import type { IncomingMessage, ServerResponse } from 'node:http'
import { bodyText } from '../../environments/local/s3/body-text'
import { type LoopbackServer, listenOnLoopback } from '../../environments/local/s3/loopback-server'
import { CONTACTS_PREFIX, contactsEtag, contactsKey, listedAt, SIZE_BYTES } from './scale-world'

export interface Listing extends LoopbackServer {
  readonly requests: ReadonlyMap<string, number>
  /** From now on so many objects lie there. */
  readonly hold: (objects: number) => void
}

const PAGE = 1_000

/**
 * An S3 that makes up the objects that it lists: millions of them cost no memory. What is put by other names can be read
 * again. It knows no more than the product asks of it.
 */
export async function startListing(): Promise<Listing> {
  const requests = new Map<string, number>()
  const kept = new Map<string, string>()
  let held = 0

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? '/', 'http://localhost')
    const query = url.searchParams
    const operation = message.method === 'PUT' ? 'PutObject' : query.has('list-type') ? 'ListObjectsV2' : 'GetObject'
    requests.set(operation, (requests.get(operation) ?? 0) + 1)
    if (operation === 'PutObject') {
      kept.set(url.pathname, await bodyText(message))
      response.writeHead(200, { etag: '"0"' }).end()
    } else if (operation === 'ListObjectsV2') {
      const isHeld = query.get('prefix') === CONTACTS_PREFIX
      response
        .writeHead(200, { 'content-type': 'application/xml' })
        .end(pageAfter(query.get('start-after'), isHeld ? held : 0))
    } else {
      const text = kept.get(url.pathname)
      if (text === undefined) response.writeHead(404).end('<Error><Code>NoSuchKey</Code><Message>x</Message></Error>')
      else response.writeHead(200).end(text)
    }
  }

  const server = await listenOnLoopback((message, response) => {
    serve(message, response).catch(() => response.destroy())
  })
  return {
    ...server,
    requests,
    hold(objects) {
      held = objects
    },
  }
}

function pageAfter(after: string | null, held: number): string {
  const from = after === null ? 0 : Number(/(\d+)\.csv\.gz$/.exec(after)?.[1] ?? -1) + 1
  const until = Math.min(held, from + PAGE)
  const modified = listedAt(Date.now()).toISOString()
  const contents = Array.from({ length: Math.max(0, until - from) }, (_, at) => {
    const index = from + at
    return `<Contents><Key>${contactsKey(index)}</Key><LastModified>${modified}</LastModified><ETag>"${contactsEtag(index)}"</ETag><Size>${SIZE_BYTES}</Size><StorageClass>STANDARD</StorageClass></Contents>`
  })
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${until < held}</IsTruncated>${contents.join('')}</ListBucketResult>`
}
