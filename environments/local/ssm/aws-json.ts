import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { bodyText } from '../s3/body-text'
import { type Fault, makeFaults } from '../s3/faults'
import { listenOnLoopback } from '../s3/loopback-server'
import { makeRequestCounts } from '../s3/request-counts'

/** The operations of one service: each takes the parsed input, which it checks itself, and gives the output. */
export type JsonOperations = Readonly<Record<string, (input: unknown) => unknown>>

/** The operations of a service that speaks the older query protocol (STS): form fields in, an XML document out. */
export type QueryActions = Readonly<Record<string, (parameters: URLSearchParams) => string | Promise<string>>>

export interface AwsJsonOptions {
  /** By the first half of `X-Amz-Target`, e.g. `AmazonSSM` or `RedshiftData`: AWS-JSON 1.0 and 1.1 alike. */
  readonly services?: Readonly<Record<string, JsonOperations>>
  /** By `Action`. */
  readonly actions?: QueryActions
  /** @default a free one */
  readonly port?: number
}

export interface AwsJsonServer {
  readonly endpoint: string
  readonly port: number
  /** Requests so far by operation name, e.g. `GetParameter`. */
  readonly requests: ReadonlyMap<string, number>
  readonly failNext: (fault: Fault) => void
  readonly stop: () => Promise<void>
}

/** An error that a service answers with, under the name that AWS gives it. */
export class AwsJsonError extends Error {
  constructor(
    readonly code: string,
    message: string = code,
    readonly status = 400,
    /** What the error says besides, e.g. `ResourceId`. */
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }
}

interface Reply {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly errorCode?: string
}

/** Serves services of AWS that take JSON by POST. Signatures are not checked. */
export async function startAwsJson(options: AwsJsonOptions): Promise<AwsJsonServer> {
  const counts = makeRequestCounts()
  const faults = makeFaults()

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyText(message)
    const call = callIn(message, body, options)
    counts.count(call.operation)
    const failure = faults.take(call.operation, body)
    if (failure?.kind === 'cut') return void message.socket.destroy()
    const reply = await (failure?.kind === 'error'
      ? errorReply(new AwsJsonError(failure.code, failure.message, failure.status), call.type)
      : replyTo(call))
    if (failure?.kind === 'answer-lost') return void message.socket.destroy()
    response.writeHead(reply.status, {
      'content-type': reply.type,
      'content-length': Buffer.byteLength(reply.body),
      'x-amzn-requestid': randomUUID(),
      ...(reply.errorCode === undefined ? {} : { 'x-amzn-errortype': reply.errorCode }),
    })
    response.end(reply.body)
  }

  const server = await listenOnLoopback((message, response) => {
    // A client that hangs up is its own affair.
    serve(message, response).catch(() => response.destroy())
  }, options.port)
  return { ...server, requests: counts.byOperation, failNext: faults.failNext }
}

interface Call {
  readonly operation: string
  readonly type: string
  readonly run: () => Promise<string>
}

function callIn(message: IncomingMessage, body: string, { services = {}, actions = {} }: AwsJsonOptions): Call {
  const target = String(message.headers['x-amz-target'] ?? '')
  if (target === '') {
    const parameters = new URLSearchParams(body)
    const operation = parameters.get('Action') ?? 'Unknown'
    return {
      operation,
      type: 'text/xml',
      run: async () => {
        const action = actions[operation]
        if (!action) throw new AwsJsonError('InvalidAction', `The action ${operation} is not implemented`)
        return action(parameters)
      },
    }
  }
  const [service = '', operation = 'Unknown'] = target.split('.')
  return {
    operation,
    type: message.headers['content-type'] ?? 'application/x-amz-json-1.1',
    run: async () => {
      const implementation = services[service]?.[operation]
      if (!implementation) throw new AwsJsonError('UnknownOperationException', `${target} is not implemented`)
      return JSON.stringify((await implementation(parse(body))) ?? {})
    },
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body === '' ? '{}' : body)
  } catch {
    throw new AwsJsonError('SerializationException', 'The body is not JSON')
  }
}

async function replyTo(call: Call): Promise<Reply> {
  try {
    return { status: 200, type: call.type, body: await call.run() }
  } catch (error) {
    return errorReply(error, call.type)
  }
}

function errorReply(error: unknown, type: string): Reply {
  const known =
    error instanceof AwsJsonError
      ? error
      : new AwsJsonError(
          'InternalFailure',
          error instanceof Error ? (error.stack ?? error.message) : String(error),
          500,
        )
  const { code, message, status, fields } = known
  if (type === 'text/xml') {
    const escaped = message.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`)
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped}</Message></Error></ErrorResponse>`
    return { status, type, body, errorCode: code }
  }
  return { status, type, body: JSON.stringify({ __type: code, message, Message: message, ...fields }), errorCode: code }
}
