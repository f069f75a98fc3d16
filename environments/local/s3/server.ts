import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type DeliveryProblem, makeDeliveries } from './deliveries'
import { errorXml, S3Error } from './errors'
import { type Fault, makeFaults } from './faults'
import { listenOnLoopback } from './loopback-server'
import type { Destination } from './notification-rules'
import { makeNotify } from './notify'
import { operationOf } from './operations'
import { receiveBody } from './receive-body'
import { type Answer, subjectOf } from './request'
import { makeRequestCounts } from './request-counts'
import type { S3World } from './world'

export interface S3Options {
  readonly region: string
  /** @default a free one */
  readonly port?: number
  /** Hands an event to its destination. A rejection is tried again a few times. */
  readonly deliver: (destination: Destination, event: unknown) => Promise<void>
  /** Hears of an event that could not be delivered. @default a line on stderr */
  readonly onProblem?: (problem: DeliveryProblem) => void
}

export interface S3Server {
  readonly endpoint: string
  readonly port: number
  /** Requests so far by AWS operation name, e.g. `PutObject`. */
  readonly requests: ReadonlyMap<string, number>
  readonly failNext: (fault: Fault) => void
  /** Resolves when the events of all writes so far are delivered or given up. */
  readonly settled: () => Promise<void>
  readonly stop: () => Promise<void>
}

/**
 * An S3 of its own, in memory, on a socket of this machine: REST with path-style addresses, as the SDKs and the AWS CLI
 * speak it. Signatures, presigned ones included, policies and ACLs are accepted and never checked.
 */
export async function startS3(options: S3Options): Promise<S3Server> {
  const deliveries = makeDeliveries(options.deliver, options.onProblem ?? reportOnStderr)
  const notify = makeNotify(options.region, deliveries)
  const world: S3World = { region: options.region, buckets: new Map(), uploads: new Map(), notify }
  const counts = makeRequestCounts()
  const faults = makeFaults()
  const nextRequestId = makeRequestIds()

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = nextRequestId()
    try {
      const subject = subjectOf(message.url ?? '/')
      const operation = operationOf(message.method ?? '', subject, message.headers)
      counts.count(operation?.name ?? 'Unknown')
      if (!operation) throw new S3Error('NotImplemented')

      const failure = faults.take(operation.name, `${subject.bucket}/${subject.key}`)
      if (failure?.kind === 'cut') return void message.socket.destroy()
      // The checksum headers of a completion are about the object, not about the list of its parts.
      const checksumsAreOf = operation.name === 'CompleteMultipartUpload' ? 'object' : 'body'
      const body = await receiveBody(message, checksumsAreOf)
      if (failure?.kind === 'error') {
        const { code, status = 503, message: text = code } = failure
        return await send(message, response, id, { status, body: errorXml(code, text, message.url ?? '', id) })
      }
      const answer = await operation.run({ ...subject, id, headers: message.headers, body }, world)
      if (failure?.kind === 'answer-lost') return void message.socket.destroy()
      await send(message, response, id, answer)
    } catch (error) {
      // The client has gone: nobody is left to be answered.
      if (message.destroyed && !message.complete) return
      await send(message, response, id, errorAnswer(error, message.url ?? '', id))
    }
  }

  const server = await listenOnLoopback((message, response) => {
    // A client that hangs up while it is answered is its own affair.
    serve(message, response).catch(() => response.destroy())
  }, options.port)
  return {
    endpoint: server.endpoint,
    port: server.port,
    requests: counts.byOperation,
    failNext: faults.failNext,
    settled: deliveries.settled,
    stop: async () => {
      deliveries.stop()
      await server.stop()
      await deliveries.settled()
    },
  }
}

// Random bytes per request would be a tenth of the cost of a small PUT.
function makeRequestIds(): () => string {
  const ours = randomBytes(4).toString('hex')
  let count = 0
  return () => {
    count += 1
    return `${ours}${count.toString(16).padStart(8, '0')}`.toUpperCase()
  }
}

async function send(message: IncomingMessage, response: ServerResponse, id: string, answer: Answer): Promise<void> {
  const { status, headers = {}, body = '' } = answer
  const chunks = typeof body === 'string' ? (body === '' ? [] : [Buffer.from(body)]) : body
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  response.writeHead(status, {
    'x-amz-request-id': id,
    'x-amz-id-2': id,
    server: 'AmazonS3',
    ...(typeof body === 'string' && length > 0 ? { 'content-type': 'application/xml' } : {}),
    ...(status === 204 || status === 304 ? {} : { 'content-length': String(length) }),
    ...headers,
    // A body that was refused half-way is still coming: the connection cannot be used again.
    ...(message.complete ? {} : { connection: 'close' }),
  })
  const [first, second] = chunks
  if (message.method === 'HEAD' || status === 304 || first === undefined) response.end()
  else if (second === undefined) response.end(first)
  else await pipeline(Readable.from(chunks), response)
}

function errorAnswer(error: unknown, resource: string, id: string): Answer {
  if (!(error instanceof S3Error)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { status: 500, body: errorXml('InternalError', text, resource, id) }
  }
  return { status: error.status, headers: error.headers, body: errorXml(error.code, error.message, resource, id) }
}

function reportOnStderr({ destination, cause }: DeliveryProblem): void {
  console.error('S3 event not delivered', destination, cause)
}
