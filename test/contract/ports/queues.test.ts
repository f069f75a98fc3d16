import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { type Queue, type Queues, startQueues } from '../../../environments/local/queues'
import type { Clients } from '../../../lambda/platform/clients'
import { noticesInSns } from '../../../lambda/platform/notices-in-sns'
import { makeRedactor } from '../../../lambda/platform/redact'
import { wakesInSqs } from '../../../lambda/platform/wakes-in-sqs'
import { noticesInMemory } from '../../memory/notices-in-memory'
import { wakesInMemory } from '../../memory/wakes-in-memory'
import { clientsFor, REGION } from './embedded'
import { describeNoticesPort, type Received } from './notices.contract'
import { describeWakesPort } from './wakes.contract'

const wakes = wakesInMemory()
describeWakesPort('in memory', () => ({
  port: wakes,
  targets: async () => wakes.sent.map(({ target }) => target),
}))

const notices = noticesInMemory()
describeNoticesPort('in memory', () => ({
  port: notices,
  topicArn: 'arn:aws:sns:eu-west-1:000000000000:failures',
  newest: async () => notices.published.at(-1)?.notice ?? { subject: '', body: {}, attributes: {} },
}))

describe('on SQS and SNS', () => {
  let server: Queues
  let clients: Clients
  let wakeQueue: Queue
  let subscriber: Queue
  let topicArn: string
  beforeAll(async () => {
    server = await startQueues({ region: REGION })
    clients = clientsFor({ AWS_ENDPOINT_URL: server.endpoint })
    wakeQueue = await server.createQueue('wakes')
    subscriber = await server.createQueue('subscriber')
    topicArn = await server.createTopic('failures')
    await server.subscribe(topicArn, { queueArn: subscriber.arn })
  })
  afterAll(async () => {
    clients.close()
    await server.stop()
  })

  describeWakesPort('through a queue', () => ({
    port: wakesInSqs({ client: clients.sqs, queueUrl: wakeQueue.url }),
    targets: async () => (await server.bodies('wakes')).map((body) => JSON.parse(body).target),
  }))

  describeNoticesPort('through a topic', () => ({
    port: noticesInSns({ client: clients.sns }),
    topicArn,
    newest,
  }))

  it('delays a wake that is for later', async () => {
    const queue = await server.createQueue('later')
    const port = wakesInSqs({ client: clients.sqs, queueUrl: queue.url })
    await port.send([{ target: 'main/public.now', delaySeconds: 0 }])
    await port.send([{ target: 'main/public.later', delaySeconds: 1_000 }])
    expect(await server.counts('later')).toEqual({ ready: 1, inFlight: 0, delayed: 1 })
  })

  it.each([
    [-3, 0],
    [0, 0],
    [1.5, 2],
    [900, 900],
    [1_000_000, 900],
  ])('asks for a delay of %d seconds as SQS takes it: %d', async (wished, asked) => {
    const inputs: object[] = []
    const noted = clientsFor({ AWS_ENDPOINT_URL: server.endpoint })
    noted.sqs.middlewareStack.add(
      (next) => (args) => {
        inputs.push(args.input)
        return next(args)
      },
      { step: 'initialize' },
    )
    const wake = { target: 'main/public.a', delaySeconds: wished } as const
    await wakesInSqs({ client: noted.sqs, queueUrl: wakeQueue.url }).send([wake])
    expect(inputs).toMatchObject([{ Entries: [{ DelaySeconds: asked }] }])
    noted.close()
  })

  it('asks the endpoint and not the host in the URL of the queue', async () => {
    const port = wakesInSqs({ client: clients.sqs, queueUrl: 'https://no.host.invalid/000000000000/wakes' })
    await port.send([{ target: 'main/public.endpoint', delaySeconds: 0 }])
    expect(await server.bodies('wakes')).toContain('{"target":"main/public.endpoint"}')
  })

  it('names the queue and the target, or the topic, in an error', async () => {
    const nowhere = wakesInSqs({ client: clients.sqs, queueUrl: server.queue('nowhere').url })
    await expect(nowhere.send([{ target: 'main/public.a', delaySeconds: 0 }])).rejects.toMatchObject({
      code: expect.stringContaining('QueueDoesNotExist'),
      message: expect.stringMatching(/^SendMessageBatch to http:.*\/nowhere for main\/public\.a: /),
    })
    const topic = 'arn:aws:sns:eu-west-1:000000000000:nobody'
    const notice = { subject: 'a', body: {}, attributes: {} }
    await expect(noticesInSns({ client: clients.sns }).publish(topic, notice)).rejects.toMatchObject({
      message: expect.stringContaining(`Publish to ${topic}: `),
    })
  })

  it('shows no secret that was read, wherever it stands', async () => {
    const redactor = makeRedactor()
    redactor.learn('hunter2!')
    const port = noticesInSns({ client: clients.sns, redactor })
    await port.publish(topicArn, {
      subject: 'login hunter2! failed',
      body: { error: new Error('no hunter2!'), deep: [{ uri: 'u:hunter2!@h' }] },
      attributes: { said: 'hunter2!' },
    })
    const { body, ...rest } = await newest()
    expect(JSON.stringify({ body, rest })).not.toContain('hunter2!')
    expect(rest).toEqual({ subject: 'login [redacted] failed', attributes: { said: '[redacted]' } })
    expect(body).toMatchObject({ error: { message: 'no [redacted]' }, deep: [{ uri: 'u:[redacted]@h' }] })
  })

  async function newest(): Promise<Received> {
    const receive = new ReceiveMessageCommand({ QueueUrl: subscriber.url, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 })
    const { Messages } = await clients.sqs.send(receive)
    const { Subject, Message, MessageAttributes = {} } = JSON.parse(Messages?.at(-1)?.Body ?? '{}')
    const attributes = Object.entries<{ Value: string }>(MessageAttributes).map(([name, { Value }]) => [name, Value])
    return { subject: Subject, body: JSON.parse(Message), attributes: Object.fromEntries(attributes) }
  }
})
