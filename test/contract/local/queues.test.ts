import { setTimeout as sleep } from 'node:timers/promises'
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import {
  CancelMessageMoveTaskCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs'
import { type Queues, startQueues } from '../../../environments/local/queues'
import { credentials, refusalOf } from './an-s3'

const region = 'eu-west-1'
let queues: Queues
let sqs: SQSClient
beforeEach(async () => {
  queues = await startQueues({ region })
  sqs = new SQSClient({ endpoint: queues.endpoint, region, credentials, maxAttempts: 1 })
})
afterEach(async () => {
  sqs.destroy()
  await queues.stop()
})

async function receive(QueueUrl: string, WaitTimeSeconds = 0) {
  const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, MaxNumberOfMessages: 10 })
  return (await sqs.send(command)).Messages ?? []
}

describe('queues', () => {
  it('have URLs that resolve everywhere, the same from the SDK as from the helpers', async () => {
    const { url, arn } = await queues.createQueue('arrivals')
    expect(url).toBe(`${queues.endpoint}/000000000000/arrivals`)
    expect(arn).toBe('arn:aws:sqs:eu-west-1:000000000000:arrivals')
    expect(queues.queue('arrivals')).toEqual({ name: 'arrivals', url, arn })
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: 'arrivals' }))).QueueUrl).toBe(url)
    expect(await refusalOf(sqs.send(new GetQueueUrlCommand({ QueueName: 'none' })))).toMatch(/QueueDoesNotExist/)
  })

  it('park a message in the dead-letter queue after maxReceiveCount receptions', async () => {
    const dead = await queues.createQueue('arrivals-dead')
    const { url } = await queues.createQueue('arrivals', { deadLetter: 'arrivals-dead', maxReceiveCount: 2 })
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'poison' }))
    for (let reception = 1; reception <= 2; reception += 1) {
      const [message] = await receive(url)
      await sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: url,
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout: 0,
        }),
      )
    }
    expect(await receive(url)).toEqual([])
    expect((await receive(dead.url)).map(({ Body }) => Body)).toEqual(['poison'])
  })

  describe('drive dead letters back', () => {
    const start = (SourceArn: string, more: { DestinationArn?: string; MaxNumberOfMessagesPerSecond?: number } = {}) =>
      sqs.send(new StartMessageMoveTaskCommand({ SourceArn, ...more }))
    const tasksOf = async (SourceArn: string, MaxResults?: number) =>
      (await sqs.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults }))).Results ?? []

    it('to the queue that they came from, with their attributes and all their tries', async () => {
      const dead = await queues.createQueue('arrivals-dead')
      const { url } = await queues.createQueue('arrivals', { deadLetter: 'arrivals-dead' })
      const MessageAttributes = { trace: { DataType: 'String', StringValue: 't1' } }
      await sqs.send(new SendMessageCommand({ QueueUrl: dead.url, MessageBody: 'a', MessageAttributes }))
      expect((await start(dead.arn)).TaskHandle).toEqual(expect.any(String))
      const wanted = { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All' as const] }
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, ...wanted }))
      expect(Messages).toMatchObject([{ Body: 'a', MessageAttributes, Attributes: { ApproximateReceiveCount: '1' } }])
      expect(await tasksOf(dead.arn)).toEqual([
        {
          Status: 'COMPLETED',
          SourceArn: dead.arn,
          ApproximateNumberOfMessagesMoved: 1,
          ApproximateNumberOfMessagesToMove: 1,
          StartedTimestamp: expect.any(Number),
        },
      ])
    })

    it('to another queue, and leave what somebody has just received', async () => {
      const dead = await queues.createQueue('arrivals-dead')
      const other = await queues.createQueue('other')
      await queues.createQueue('arrivals', { deadLetter: 'arrivals-dead' })
      await queues.send(dead.arn, 'taken')
      await receive(dead.url)
      await queues.send(dead.arn, 'free')
      await start(dead.arn, { DestinationArn: other.arn })
      expect([await queues.bodies('other'), await queues.bodies('arrivals-dead')]).toEqual([['free'], ['taken']])
    })

    it('at so many a second, one move at a time, until they are told to stop', async () => {
      const dead = await queues.createQueue('arrivals-dead')
      await queues.createQueue('arrivals', { deadLetter: 'arrivals-dead' })
      for (const body of ['a', 'b', 'c', 'd']) await queues.send(dead.arn, body)
      const { TaskHandle } = await start(dead.arn, { MaxNumberOfMessagesPerSecond: 1 })
      expect(await refusalOf(start(dead.arn))).toMatch(/UnsupportedOperation/)
      expect(await tasksOf(dead.arn)).toMatchObject([{ TaskHandle, Status: 'RUNNING' }])
      await sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }))
      expect(await tasksOf(dead.arn, 10)).toMatchObject([{ Status: 'CANCELLED' }])
      expect((await queues.bodies('arrivals-dead')).length).toBeGreaterThan(1)
      await start(dead.arn)
      expect(await queues.bodies('arrivals-dead')).toEqual([])
      expect(await tasksOf(dead.arn, 10)).toMatchObject([{ Status: 'COMPLETED' }, { Status: 'CANCELLED' }])
    })

    it('never out of a queue that is none of dead letters, or that is not there', async () => {
      const plain = await queues.createQueue('plain')
      expect(await refusalOf(start(plain.arn))).toBe('400 InvalidParameterValue')
      expect(await refusalOf(start(queues.queue('none').arn))).toBe('400 ResourceNotFoundException')
      expect(await refusalOf(sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle: 'none' })))).toBe(
        '400 ResourceNotFoundException',
      )
    })
  })

  it('keep delayed messages back, and count what is ready, in flight and delayed', async () => {
    const { url, arn } = await queues.createQueue('wakes')
    await queues.send(arn, 'later', 1)
    await queues.send(arn, 'taken')
    expect((await receive(url)).map(({ Body }) => Body)).toEqual(['taken'])
    await queues.send(arn, 'now')
    expect(await queues.counts('wakes')).toEqual({ ready: 1, inFlight: 1, delayed: 1 })
    expect([...(await queues.bodies('wakes'))].sort()).toEqual(['later', 'now', 'taken'])
    const [now] = await receive(url)
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: now?.ReceiptHandle }))
    expect((await receive(url, 3)).map(({ Body }) => Body)).toEqual(['later'])
  })

  it('give a message back at once when the client that waited for it has gone', async () => {
    const { url, arn } = await queues.createQueue('arrivals')
    const gone = new AbortController()
    const waiting = new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 5 })
    const waited = sqs.send(waiting, { abortSignal: gone.signal }).catch(() => 'aborted')
    await sleep(100)
    gone.abort()
    expect(await waited).toBe('aborted')
    await sleep(50)
    await queues.send(arn, 'hello')
    expect((await receive(url, 2)).map(({ Body }) => Body)).toEqual(['hello'])
  })

  it('count the requests of clients and fail those that they are told to', async () => {
    const { url } = await queues.createQueue('arrivals')
    const send = () => sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'x' }))
    queues.failNext({ operation: 'SendMessage', how: { kind: 'error', code: 'InternalError' } })
    expect(await refusalOf(send())).toBe('500 InternalError')
    queues.failNext({ operation: 'SendMessage', how: { kind: 'answer-lost' } })
    expect(await refusalOf(send())).not.toBe('accepted')
    queues.failNext({ operation: 'SendMessage', how: { kind: 'cut' } })
    expect(await refusalOf(send())).not.toBe('accepted')
    expect(await refusalOf(send())).toBe('accepted')
    expect(await queues.counts('arrivals')).toMatchObject({ ready: 2 })
    expect(Object.fromEntries(queues.requests)).toEqual({ SendMessage: 4 })
  })
})

describe('topics', () => {
  it('bring a message to queues, in an envelope or raw, and record what goes out by mail', async () => {
    const topicArn = await queues.createTopic('loads')
    const [wrapped, raw] = [await queues.createQueue('wrapped'), await queues.createQueue('raw')]
    await queues.subscribe(topicArn, { queueArn: wrapped.arn })
    await queues.subscribe(topicArn, { queueArn: raw.arn, raw: true })
    await queues.subscribe(topicArn, { email: 'data-team@acme.example' })
    const sns = new SNSClient({ endpoint: queues.endpoint, region, credentials })
    await sns.send(new PublishCommand({ TopicArn: topicArn, Subject: 'Load failed', Message: '{"batch":"b1"}' }))
    sns.destroy()
    await queues.publish(topicArn, 'second')

    const bodies = (await receive(wrapped.url)).map(({ Body }) => JSON.parse(String(Body)))
    expect(bodies.map(({ Type, Message, Subject }) => [Type, Message, Subject])).toEqual([
      ['Notification', '{"batch":"b1"}', 'Load failed'],
      ['Notification', 'second', null],
    ])
    expect((await receive(raw.url)).map(({ Body }) => Body)).toEqual(['{"batch":"b1"}', 'second'])
    const to = 'data-team@acme.example'
    expect(queues.mails).toEqual([
      { to, topicArn, subject: 'Load failed', message: '{"batch":"b1"}' },
      { to, topicArn, subject: undefined, message: 'second' },
    ])
  })
})
