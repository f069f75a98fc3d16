import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import { bodyText } from './s3/body-text'
import { type Failure, type Fault, makeFaults } from './s3/faults'
import { listenOnLoopback } from './s3/loopback-server'
import { makeRequestCounts } from './s3/request-counts'

/** How a DynamoDB request may fail. */
export type DynamoDbFailure =
  | Failure
  /** A batch of which only the first so many items are written or read; the rest comes back as unprocessed. */
  | { readonly kind: 'unprocessed'; readonly processed: number }

/** What the requests so far have cost. Writes to secondary indexes are not in it: the emulator does not count them. */
export interface ConsumedUnits {
  readonly readUnits: number
  readonly writeUnits: number
}

export interface DynamoDb {
  readonly endpoint: string
  readonly port: number
  /** Requests so far by operation name, e.g. `BatchWriteItem`. */
  readonly requests: ReadonlyMap<string, number>
  readonly consumed: () => ConsumedUnits
  /** `about` is any text in the request's body, e.g. a table's name. */
  readonly failNext: (fault: Fault<DynamoDbFailure>) => void
  readonly stop: () => Promise<void>
}

// dynalite has no types of its own.
const dynalite: (options: { createTableMs: number; deleteTableMs: number; updateTableMs: number }) => Server =
  require('dynalite')

/**
 * A DynamoDB in memory, on a socket of this machine: dynalite behind a front that counts requests and units and makes
 * them fail. No transactions, no expiry, no `ReturnValuesOnConditionCheckFailure`.
 */
export async function startDynamoDb({ port = 0 }: { readonly port?: number } = {}): Promise<DynamoDb> {
  const engine = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  const counts = makeRequestCounts()
  const faults = makeFaults<DynamoDbFailure>()
  let readUnits = 0
  let writeUnits = 0

  function consume(operation: string, units: number): void {
    if (WRITES.has(operation)) writeUnits += units
    else readUnits += units
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyText(message)
    const operation = String(message.headers['x-amz-target'] ?? '').split('.')[1] ?? 'Unknown'
    counts.count(operation)
    const failure = faults.take(operation, body)
    if (failure?.kind === 'cut') return void message.socket.destroy()
    if (failure?.kind === 'error') return answer(response, refusal(failure))
    const split = failure?.kind === 'unprocessed' ? splitBatch(body, failure.processed) : undefined
    const metered = METERED.has(operation) ? askForUnits(split?.processed ?? body) : body
    const reply = await ask(engine, message, metered)
    const { units, ...rest } = METERED.has(operation) ? takeUnits(reply, body) : { ...reply, units: 0 }
    consume(operation, units)
    if (failure?.kind === 'answer-lost') return void message.socket.destroy()
    answer(response, split ? withUnprocessed(rest, operation, split.unprocessed) : rest)
  }

  const server = await listenOnLoopback((message, response) => {
    // A client that hangs up is its own affair.
    serve(message, response).catch(() => response.destroy())
  }, port)
  return {
    ...server,
    requests: counts.byOperation,
    consumed: () => ({ readUnits, writeUnits }),
    failNext: faults.failNext,
  }
}

const WRITES: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'])
const METERED: ReadonlySet<string> = new Set([...WRITES, 'GetItem', 'BatchGetItem', 'Query', 'Scan'])

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

// dynalite's handler is asked without a socket in between: a second hop would halve the throughput, and a request that
// its client abandons makes dynalite throw where nobody can catch it.
function ask(engine: Server, { method, url, headers }: IncomingMessage, body: string): Promise<Reply> {
  return new Promise((resolve) => {
    const request = Object.assign(new EventEmitter(), { method, url, headers: headers satisfies IncomingHttpHeaders })
    const answered: Record<string, string> = {}
    const response = {
      statusCode: 200,
      setHeader: (name: string, value: unknown) => {
        answered[name.toLowerCase()] = String(value)
      },
      end: (text = '') => resolve({ status: response.statusCode, headers: answered, body: text }),
    }
    engine.emit('request', request, response)
    request.emit('data', Buffer.from(body))
    request.emit('end')
  })
}

// In JSON the last of two equal names counts, so that a client's own wish stands.
function askForUnits(body: string): string {
  return body.replace(/^\s*\{/, '{"ReturnConsumedCapacity":"TOTAL",')
}

function takeUnits(reply: Reply, request: string): Reply & { readonly units: number } {
  // A failed condition costs what the item it looked at would cost to write; items here fit into one unit.
  if (reply.status !== 200) return { ...reply, units: reply.body.includes('ConditionalCheckFailed') ? 1 : 0 }
  const output: { ConsumedCapacity?: Capacity | Capacity[] } = JSON.parse(reply.body)
  const capacities = [output.ConsumedCapacity ?? []].flat()
  const units = capacities.reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0)
  if (/"ReturnConsumedCapacity"\s*:\s*"(TOTAL|INDEXES)"/.test(request)) return { ...reply, units }
  delete output.ConsumedCapacity
  return { ...withBody(reply, output), units }
}

interface Capacity {
  readonly CapacityUnits: number
}

function withBody({ status, headers }: Reply, output: object): Reply {
  // The checksum was that of the body before.
  const { 'x-amz-crc32': _crc, 'content-length': _length, ...others } = headers
  return { status, headers: others, body: JSON.stringify(output) }
}

interface Batch {
  readonly RequestItems: Readonly<Record<string, readonly unknown[] | { readonly Keys: readonly unknown[] }>>
}

function splitBatch(body: string, most: number): { processed: string; unprocessed: Batch['RequestItems'] } {
  const batch: Batch = JSON.parse(body)
  let left = most
  const processed: Record<string, unknown> = {}
  const unprocessed: Record<string, readonly unknown[] | { readonly Keys: readonly unknown[] }> = {}
  for (const [table, requests] of Object.entries(batch.RequestItems)) {
    const all = 'Keys' in requests ? requests.Keys : requests
    const now = all.slice(0, left)
    const later = all.slice(left)
    left -= now.length
    if (now.length > 0) processed[table] = 'Keys' in requests ? { ...requests, Keys: now } : now
    if (later.length > 0) unprocessed[table] = 'Keys' in requests ? { ...requests, Keys: later } : later
  }
  return { processed: JSON.stringify({ ...batch, RequestItems: processed }), unprocessed }
}

function withUnprocessed(reply: Reply, operation: string, unprocessed: Batch['RequestItems']): Reply {
  if (reply.status !== 200) return reply
  const field = operation === 'BatchGetItem' ? 'UnprocessedKeys' : 'UnprocessedItems'
  return withBody(reply, { ...JSON.parse(reply.body), [field]: unprocessed })
}

function refusal({ code, status = 400, message = code }: Extract<Failure, { kind: 'error' }>): Reply {
  const body = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message })
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() }, body }
}

function answer(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
