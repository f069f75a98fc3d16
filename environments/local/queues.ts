import { movableQueues } from './movable-queues'
import { MOVE_OPERATIONS, makeMoveTasks } from './move-tasks'
import type { Fault } from './s3/faults'
import { makeFaults } from './s3/faults'
import { makeRequestCounts } from './s3/request-counts'

export interface QueueOptions {
  /** Name of the queue for messages that were received too often. It must exist already. */
  readonly deadLetter?: string
  /** Receptions after which a message goes there. @default 5 */
  readonly maxReceiveCount?: number
  /** @default 30 */
  readonly visibilitySeconds?: number
}

export interface Queue {
  readonly name: string
  readonly url: string
  readonly arn: string
}

/** How many messages a queue holds, by what can be done with them. */
export interface QueueCounts {
  readonly ready: number
  readonly inFlight: number
  readonly delayed: number
}

/** A mail that SNS would have sent. */
export interface Mail {
  readonly to: string
  readonly topicArn: string
  readonly subject: string | undefined
  readonly message: string
}

export interface Queues {
  /** For SQS and SNS alike. */
  readonly endpoint: string
  readonly port: number
  /** Requests so far by operation name, e.g. `SendMessage` or `Publish`; those of the helpers below are not among them. */
  readonly requests: ReadonlyMap<string, number>
  readonly createQueue: (name: string, options?: QueueOptions) => Promise<Queue>
  /** The queue of that name, without asking whether it exists. */
  readonly queue: (name: string) => Queue
  /** Makes a topic and gives its ARN. */
  readonly createTopic: (name: string) => Promise<string>
  readonly subscribe: (topicArn: string, to: Subscriber) => Promise<void>
  readonly send: (queueArn: string, body: string, delaySeconds?: number) => Promise<void>
  readonly publish: (topicArn: string, message: string, subject?: string) => Promise<void>
  readonly counts: (name: string) => Promise<QueueCounts>
  /** The bodies of everything in a queue, whatever its state; nothing is received by it. */
  readonly bodies: (name: string) => Promise<readonly string[]>
  /** What went to subscribers by mail, oldest first. */
  readonly mails: readonly Mail[]
  /** `about` is any text in the request's body, e.g. a queue's name. */
  readonly failNext: (fault: Fault) => void
  readonly stop: () => Promise<void>
}

export type Subscriber =
  /** `raw`: the message alone instead of the notification around it. */
  { readonly queueArn: string; readonly raw?: boolean } | { readonly email: string }

// Fixed in fauxqs.
const ACCOUNT = '000000000000'
// Marks the helpers' own requests.
const OWN = 'x-penstock-local'

/** SQS and SNS in memory, on a socket of this machine: fauxqs, with queue URLs that every machine can resolve. */
export async function startQueues({ region, port = 0 }: { region: string; port?: number }): Promise<Queues> {
  // An ESM-only package; `startFauxqs` would listen on every interface, the app behind it is ours to bind.
  const { buildApp } = await import('fauxqs')
  const app = buildApp({ logger: false, defaultRegion: region })
  const counts = makeRequestCounts()
  const faults = makeFaults()
  const lost = new WeakSet<object>()
  const mailboxes: { readonly topicArn: string; readonly to: string }[] = []
  const mails: Mail[] = []
  let stopped = false

  app.addHook('preHandler', async (request, reply) => {
    const { operation, input } = callOf(request)
    if (request.headers[OWN] === undefined) {
      counts.count(operation)
      const failure = faults.take(operation, JSON.stringify(input))
      if (failure?.kind === 'cut') {
        request.raw.socket.destroy()
        return reply.hijack()
      }
      if (failure?.kind === 'answer-lost') lost.add(request.raw)
      if (failure?.kind === 'error') {
        const { code, status = 500, message = code } = failure
        const json = request.headers['x-amz-target'] !== undefined
        const body = json ? { __type: `com.amazonaws.sqs#${code}`, message } : errorXml(code, message)
        return reply
          .code(status)
          .header('content-type', json ? JSON_TYPE : 'text/xml')
          .send(body)
      }
    }
    if (MOVE_OPERATIONS.has(operation)) {
      const answer = await moveTasks(operation, input)
      const body = answer.kind === 'done' ? answer.output : { __type: answer.code, message: answer.message }
      return reply
        .code(answer.kind === 'done' ? 200 : 400)
        .header('content-type', JSON_TYPE)
        .send(JSON.stringify(body))
    }
    if (input['QueueUrl'] !== undefined) input['QueueUrl'] = inside(input['QueueUrl'])
    if (operation === 'Subscribe' && input['Protocol'] === 'email') {
      mailboxes.push({ topicArn: input['TopicArn'] ?? '', to: input['Endpoint'] ?? '' })
    }
    if (operation === 'Publish') {
      const { TopicArn: topicArn = '', Subject: subject, Message: message = '' } = input
      const addressed = mailboxes.filter((mailbox) => mailbox.topicArn === topicArn)
      mails.push(...addressed.map(({ to }) => ({ to, topicArn, subject, message })))
    }
    return undefined
  })

  app.addHook('onSend', async (request, _reply, payload) => {
    const { operation, input } = callOf(request)
    const hungUp = request.raw.socket.destroyed && request.headers[OWN] === undefined
    if (hungUp && operation === 'ReceiveMessage') await putBack(input['QueueUrl'] ?? '', String(payload))
    if (lost.has(request.raw)) request.raw.socket.destroy()
    return ANSWERS_WITH_URLS.has(operation) ? String(payload).replace(INSIDE_URL, `${endpoint}/`) : payload
  })

  const actualPort = Number(new URL(await app.listen({ port, host: '127.0.0.1' })).port)
  const endpoint = `http://127.0.0.1:${actualPort}`

  // fauxqs makes URLs of the form sqs.<region>.localhost, which resolve on some machines only, and finds queues by them.
  function inside(url: string): string {
    return `http://sqs.${region}.localhost:${actualPort}/${ACCOUNT}/${url.slice(url.lastIndexOf('/') + 1)}`
  }

  // fauxqs hands messages to a long poll even after its client has gone; they would stay invisible for a whole timeout.
  async function putBack(url: string, answer: string): Promise<void> {
    const { Messages = [] }: { Messages?: { ReceiptHandle: string }[] } = JSON.parse(answer === '' ? '{}' : answer)
    for (const { ReceiptHandle } of Messages) {
      await sqs('ChangeMessageVisibility', { QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 })
    }
  }

  // By the socket like everybody: the app's own `inject` needs a module that jest cannot load.
  async function call(path: string, more: RequestInit): Promise<string> {
    const answer = await fetch(endpoint + path, { ...more, headers: { ...more.headers, [OWN]: 'yes' } })
    const body = await answer.text()
    if (!answer.ok) throw new Error(`The queue emulator refused ${path}: ${body}`)
    return body
  }

  async function sqs(operation: string, input: object): Promise<string> {
    const headers = { 'x-amz-target': `AmazonSQS.${operation}`, 'content-type': JSON_TYPE }
    return await call('/', { method: 'POST', headers, body: JSON.stringify(input) })
  }

  async function sns(action: string, input: Readonly<Record<string, string>>): Promise<void> {
    await call('/', { method: 'POST', body: new URLSearchParams({ Action: action, ...input }) })
  }

  async function inspect(name: string): Promise<Inspection> {
    return JSON.parse(await call(`/_fauxqs/queues/${name}`, {}))
  }

  const moveTasks = makeMoveTasks(
    movableQueues({ sqs, get: (path) => call(path, {}), urlOf: (name) => queue(name).url }),
    () => stopped,
  )

  function queue(name: string): Queue {
    return { name, url: `${endpoint}/${ACCOUNT}/${name}`, arn: `arn:aws:sqs:${region}:${ACCOUNT}:${name}` }
  }

  return {
    endpoint,
    port: actualPort,
    requests: counts.byOperation,
    queue,
    createQueue: async (name, { deadLetter, maxReceiveCount = 5, visibilitySeconds = 30 } = {}) => {
      const redrive = deadLetter && JSON.stringify({ deadLetterTargetArn: queue(deadLetter).arn, maxReceiveCount })
      const attributes = {
        VisibilityTimeout: String(visibilitySeconds),
        ...(redrive === undefined ? {} : { RedrivePolicy: redrive }),
      }
      await sqs('CreateQueue', { QueueName: name, Attributes: attributes })
      return queue(name)
    },
    createTopic: async (name) => {
      await sns('CreateTopic', { Name: name })
      return `arn:aws:sns:${region}:${ACCOUNT}:${name}`
    },
    subscribe: (topicArn, to) =>
      'email' in to
        ? sns('Subscribe', { TopicArn: topicArn, Protocol: 'email', Endpoint: to.email })
        : sns('Subscribe', {
            TopicArn: topicArn,
            Protocol: 'sqs',
            Endpoint: to.queueArn,
            'Attributes.entry.1.key': 'RawMessageDelivery',
            'Attributes.entry.1.value': String(to.raw ?? false),
          }),
    send: async (queueArn, body, delaySeconds = 0) =>
      void (await sqs('SendMessage', {
        QueueUrl: queue(queueArn.slice(queueArn.lastIndexOf(':') + 1)).url,
        MessageBody: body,
        DelaySeconds: delaySeconds,
      })),
    publish: (topicArn, message, subject) =>
      sns('Publish', { TopicArn: topicArn, Message: message, ...(subject === undefined ? {} : { Subject: subject }) }),
    counts: async (name) => {
      const { ready, inflight, delayed } = (await inspect(name)).messages
      return { ready: ready.length, inFlight: inflight.length, delayed: delayed.length }
    },
    bodies: async (name) => {
      const { ready, inflight, delayed } = (await inspect(name)).messages
      return [...ready, ...inflight.map(({ message }) => message), ...delayed].map(({ body }) => body)
    },
    mails,
    failNext: faults.failNext,
    stop: async () => {
      stopped = true
      await app.close()
    },
  }
}

const JSON_TYPE = 'application/x-amz-json-1.0'
const ANSWERS_WITH_URLS: ReadonlySet<string> = new Set(['CreateQueue', 'GetQueueUrl', 'ListQueues'])
const INSIDE_URL = /http:\/\/sqs\.[a-z0-9-]+\.localhost:\d+\//g

interface Inspection {
  readonly messages: {
    readonly ready: readonly { readonly body: string }[]
    readonly inflight: readonly { readonly message: { readonly body: string } }[]
    readonly delayed: readonly { readonly body: string }[]
  }
}

/** SQS takes JSON and names the operation in a header, SNS takes a form that names it itself. */
function callOf(request: {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
}): { readonly operation: string; readonly input: Record<string, string | undefined> } {
  const isObject = typeof request.body === 'object' && request.body !== null && !Buffer.isBuffer(request.body)
  const input = isObject ? (request.body as Record<string, string | undefined>) : {}
  const target = String(request.headers['x-amz-target'] ?? '')
  return { operation: target.split('.')[1] ?? input['Action'] ?? 'Unknown', input }
}

function errorXml(code: string, message: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`
}
