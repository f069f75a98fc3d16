import { setTimeout as sleep } from 'node:timers/promises'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Context, SQSEvent } from 'aws-lambda'
import { type Poller, type PollLog, type PollOptions, pollQueue } from '../../../environments/local/lambda/poll-queue'
import { type Queue, type Queues, startQueues } from '../../../environments/local/queues'
import { credentials } from './an-s3'

const region = 'eu-west-1'
let queues: Queues
let queue: Queue
let logs: PollLog[]
const pollers: Poller[] = []
beforeEach(async () => {
  queues = await startQueues({ region })
  await queues.createQueue('dead')
  queue = await queues.createQueue('arrivals', { deadLetter: 'dead', maxReceiveCount: 3, visibilitySeconds: 30 })
  logs = []
})
afterEach(async () => {
  await Promise.all(pollers.splice(0).map((poller) => poller.stop()))
  await queues.stop()
})

function poll(handler: PollOptions['handler'], more: Partial<PollOptions> = {}): Poller {
  const poller = pollQueue({
    queueUrl: queue.url,
    endpoint: queues.endpoint,
    region,
    functionName: 'on-object',
    timeoutMs: 2_000,
    retryDelayMs: 0,
    handler,
    onLog: (log) => logs.push(log),
    ...more,
  })
  pollers.push(poller)
  return poller
}

const bodies = (event: SQSEvent) => event.Records.map(({ body }) => body)
const send = (...messages: string[]) => Promise.all(messages.map((body) => queues.send(queue.arn, body)))
const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index))

describe('an invocation by a queue', () => {
  it('gets the event and the context that Lambda gives', async () => {
    const sqs = new SQSClient({ endpoint: queues.endpoint, region, credentials })
    const attribute = { DataType: 'String', StringValue: 'v' }
    await sqs.send(
      new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'hello', MessageAttributes: { a: attribute } }),
    )
    sqs.destroy()
    const seen: { event: SQSEvent; context: Context; remaining: number }[] = []
    const poller = poll(async (event, context) => {
      seen.push({ event, context, remaining: context.getRemainingTimeInMillis() })
    })
    await poller.idle()
    expect(seen.map(({ event }) => event)).toEqual([
      {
        Records: [
          {
            messageId: expect.any(String),
            receiptHandle: expect.any(String),
            body: 'hello',
            attributes: {
              ApproximateReceiveCount: '1',
              SentTimestamp: expect.stringMatching(/^\d{13}$/),
              SenderId: expect.any(String),
              ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
            },
            messageAttributes: {
              a: { stringValue: 'v', stringListValues: [], binaryListValues: [], dataType: 'String' },
            },
            md5OfBody: '5d41402abc4b2a76b9719d911017c592',
            md5OfMessageAttributes: expect.any(String),
            eventSource: 'aws:sqs',
            eventSourceARN: queue.arn,
            awsRegion: region,
          },
        ],
      },
    ])
    expect(seen[0]?.context).toMatchObject({ functionName: 'on-object', awsRequestId: expect.any(String) })
    expect(seen[0]?.remaining).toBeGreaterThan(1_500)
    expect(seen[0]?.remaining).toBeLessThanOrEqual(2_000)
    expect(await queues.counts('arrivals')).toEqual({ ready: 0, inFlight: 0, delayed: 0 })
  })

  it('merges receptions of ten into batches of the size asked for, within the window', async () => {
    await send(...numbers(25))
    const sizes: number[] = []
    await poll(async (event) => void sizes.push(event.Records.length), {
      batchSize: 20,
      windowMs: 300,
      concurrency: 4,
    }).idle()
    expect(sizes).toEqual([20, 5])
  })

  it('waits for the window to end before it hands over a batch that is not full', async () => {
    const batches: string[][] = []
    const poller = poll(async (event) => void batches.push(bodies(event)), { batchSize: 10, windowMs: 400 })
    await send('one')
    await sleep(100)
    await send('two')
    await poller.idle()
    expect(batches).toEqual([['one', 'two']])
  })

  it('runs at most as many times at once as it may', async () => {
    await send(...numbers(12))
    let running = 0
    let most = 0
    const poller = poll(
      async () => {
        running += 1
        most = Math.max(most, running)
        await sleep(30)
        running -= 1
      },
      { batchSize: 1, concurrency: 3 },
    )
    await poller.idle()
    expect(most).toBe(3)
  })
})

describe('what a handler reports', () => {
  it('brings back only the messages that it names', async () => {
    await send('good', 'bad', 'better')
    const seen: string[] = []
    const poller = poll(async (event) => {
      seen.push(...bodies(event))
      const failed = event.Records.filter(
        ({ body, attributes }) => body === 'bad' && attributes.ApproximateReceiveCount === '1',
      )
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
    })
    await poller.idle()
    expect([...seen].sort()).toEqual(['bad', 'bad', 'better', 'good'])
    expect(await queues.counts('arrivals')).toEqual({ ready: 0, inFlight: 0, delayed: 0 })
  })

  it.each([
    ['it throws', () => Promise.reject(new Error('no'))],
    ['it names an unknown id', async () => ({ batchItemFailures: [{ itemIdentifier: 'nobody' }] })],
    ['it names an empty id', async () => ({ batchItemFailures: [{ itemIdentifier: '' }] })],
    ['it names null', async () => ({ batchItemFailures: [{ itemIdentifier: null }] })],
    ['it uses another key', async () => ({ batchItemFailures: [{ id: 'x' }] })],
    ['its list is no list', async () => ({ batchItemFailures: 'all' })],
    ['it returns no object', async () => 'fine'],
  ])('fails the whole batch when %s', async (_what, misbehave) => {
    await send('a', 'b')
    let invocations = 0
    const poller = poll(async () => {
      invocations += 1
      return invocations === 1 ? misbehave() : { batchItemFailures: [] }
    })
    await poller.idle()
    const failed = logs.filter((log) => log.event === 'batch failed')
    expect(failed).toHaveLength(1)
    expect(await queues.counts('arrivals')).toEqual({ ready: 0, inFlight: 0, delayed: 0 })
    expect(invocations).toBeGreaterThan(1)
  })

  it.each([null, undefined, {}, { batchItemFailures: null }, { batchItemFailures: [] }])(
    'settles the whole batch when it returns %j',
    async (result) => {
      await send('a', 'b')
      await poll(async () => result).idle()
      expect(logs.filter((log) => log.event === 'batch failed')).toEqual([])
      expect(await queues.counts('arrivals')).toEqual({ ready: 0, inFlight: 0, delayed: 0 })
    },
  )
})

describe('messages that fail', () => {
  it('come back when the invocation takes too long, which is not waited for any more', async () => {
    await send('slow')
    let invocations = 0
    let late = false
    const poller = poll(
      async (_event, context) => {
        invocations += 1
        if (invocations > 1) return
        await sleep(300)
        late = context.getRemainingTimeInMillis() === 0
      },
      { timeoutMs: 100 },
    )
    await poller.idle()
    expect(invocations).toBe(2)
    expect(logs.flatMap((log) => (log.event === 'invocation' ? [log.end] : []))).toEqual(['timed out', 'returned'])
    await sleep(250)
    expect(late).toBe(true)
  })

  it('stay invisible for the visibility timeout of the queue when no delay of their own is asked for', async () => {
    await send('x')
    const poller = poll(() => Promise.reject(new Error('no')), { retryDelayMs: undefined })
    await poller.idle()
    expect(await queues.counts('arrivals')).toEqual({ ready: 0, inFlight: 1, delayed: 0 })
  })

  it('come back after the delay that was asked for, and not before', async () => {
    await send('x')
    const at: number[] = []
    const poller = poll(
      async () => {
        at.push(performance.now())
        if (at.length === 1) throw new Error('no')
      },
      { retryDelayMs: 200 },
    )
    await poller.idle()
    const [first = 0, second = 0] = at
    expect(second - first).toBeGreaterThanOrEqual(195)
  })

  it('end in the dead-letter queue, one by one, while the others are done', async () => {
    await send('poison', 'fine')
    let poisoned = 0
    const poller = poll(async (event) => {
      const failed = event.Records.filter(({ body }) => body === 'poison')
      poisoned += failed.length
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
    })
    await poller.idle()
    expect(poisoned).toBe(3)
    expect(await queues.bodies('dead')).toEqual(['poison'])
    expect(await queues.counts('arrivals')).toEqual({ ready: 0, inFlight: 0, delayed: 0 })
  })
})

describe('stopping', () => {
  it('waits for what runs and settles it, and receives nothing more', async () => {
    await send('running')
    let ended = false
    const poller = poll(async () => {
      await sleep(150)
      ended = true
    })
    await sleep(80)
    await poller.stop()
    expect(ended).toBe(true)
    await send('later')
    expect(await queues.counts('arrivals')).toEqual({ ready: 1, inFlight: 0, delayed: 0 })
  })

  it('is quick while the queue is empty', async () => {
    const poller = poll(async () => {})
    await poller.idle()
    const started = performance.now()
    await poller.stop()
    expect(performance.now() - started).toBeLessThan(150)
  })

  it('survives a queue that cannot be reached for a while', async () => {
    queues.failNext({ operation: 'ReceiveMessage', times: 4, how: { kind: 'error', code: 'InternalError' } })
    await send('x')
    const seen: string[] = []
    const poller = poll(async (event) => void seen.push(...bodies(event)))
    while (seen.length === 0) await sleep(20)
    await poller.idle()
    expect(seen).toEqual(['x'])
  })
})
