import type { SendMessageBatchCommandInput, SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs'
import { type Queues, startQueues } from '../../../environments/local/queues'
import { WakesNotSent } from '../../../lambda/errors'
import type { Clients } from '../../../lambda/platform/clients'
import { FAILURES_TO_GIVE_UP, MAX_REQUESTS_PER_CHUNK, wakesInSqs } from '../../../lambda/platform/wakes-in-sqs'
import type { Wake } from '../../../lambda/ports'
import { clientsFor, REGION } from './embedded'

let server: Queues
let clients: Clients
beforeAll(async () => {
  server = await startQueues({ region: REGION })
})
afterAll(() => server.stop())
beforeEach(() => {
  clients = clientsFor({ AWS_ENDPOINT_URL: server.endpoint })
})
afterEach(() => clients.close())

const wakesFor = (count: number): readonly Wake[] =>
  Array.from({ length: count }, (_, index) => ({ target: `main/public.t${index}` as const, delaySeconds: 0 }))

/** Delays are noted instead of waited for. */
async function aQueue(name: string) {
  const delays: number[] = []
  const { url } = await server.createQueue(name)
  const waiting = { wait: async (milliseconds: number) => void delays.push(milliseconds), random: () => 0.5 }
  return { port: wakesInSqs({ client: clients.sqs, queueUrl: url, ...waiting }), delays }
}

const targetsIn = async (queue: string): Promise<readonly string[]> =>
  (await server.bodies(queue)).map((body) => JSON.parse(body).target)

async function requestsOf(work: () => Promise<unknown>): Promise<readonly (readonly [string, number])[]> {
  const before = new Map(server.requests)
  await work()
  return [...server.requests]
    .map(([operation, times]) => [operation, times - (before.get(operation) ?? 0)] as const)
    .filter(([, times]) => times > 0)
}

it.each([
  [1, 1],
  [10, 1],
  [11, 2],
  [95, 10],
])('sends %d wakes in %d requests', async (count, requests) => {
  const { port } = await aQueue(`of-${count}`)
  expect(await requestsOf(() => port.send(wakesFor(count)))).toEqual([['SendMessageBatch', requests]])
})

it('asks for nothing when there is nothing to send', async () => {
  const { port } = await aQueue('none')
  expect(await requestsOf(() => port.send([]))).toEqual([])
})

it('sends several requests at a time, and not all at once', async () => {
  const { port } = await aQueue('at-once')
  let underWay = 0
  let most = 0
  clients.sqs.middlewareStack.add(
    (next) => async (args) => {
      underWay += 1
      most = Math.max(most, underWay)
      const answer = await next(args)
      underWay -= 1
      return answer
    },
    { step: 'initialize' },
  )
  await port.send(wakesFor(1_000))
  expect(most).toBe(10)
  expect(new Set(await targetsIn('at-once')).size).toBe(1_000)
})

it('sends a throttled batch again', async () => {
  const { port } = await aQueue('throttled')
  server.failNext({ operation: 'SendMessageBatch', how: { kind: 'error', code: 'ThrottlingException', status: 400 } })
  const requests = await requestsOf(() => port.send(wakesFor(3)))
  expect(requests).toEqual([['SendMessageBatch', 2]])
  expect(await targetsIn('throttled')).toHaveLength(3)
})

it('sends again what SQS did not take, later and later, and no other', async () => {
  const { port, delays } = await aQueue('in-part')
  refuse(clients.sqs, ({ call }) => (call <= 2 ? ['main/public.t1', 'main/public.t3'] : []), false)
  await port.send(wakesFor(5))
  expect(delays).toEqual([37.5, 75])
  expect([...(await targetsIn('in-part'))].sort()).toEqual(wakesFor(5).map(({ target }) => target))
})

it('tells by target what SQS never took, when all others are sent', async () => {
  const { port, delays } = await aQueue('never')
  refuse(clients.sqs, () => ['main/public.t1', 'main/public.t12'], false)
  const [error] = await failed(() => port.send(wakesFor(25)))
  expect(error.unsent.map(({ target }) => target)).toEqual(['main/public.t1', 'main/public.t12'])
  expect(error).toMatchObject({
    code: 'InternalError',
    message: expect.stringMatching(/for main\/public\.t1: InternalError: not now \(and 1 more\)$/),
  })
  expect(delays).toHaveLength(2 * (MAX_REQUESTS_PER_CHUNK - 1))
  expect(await targetsIn('never')).toHaveLength(23)
})

it('does not ask again for what will never be taken', async () => {
  const { port, delays } = await aQueue('refused')
  refuse(clients.sqs, () => ['main/public.t0'], true)
  const [error] = await failed(() => port.send(wakesFor(2)))
  expect(error.unsent.map(({ target }) => target)).toEqual(['main/public.t0'])
  expect(delays).toEqual([])
})

it('sends the other batches although one cannot be sent', async () => {
  const { port } = await aQueue('one-broken')
  server.failNext({
    operation: 'SendMessageBatch',
    about: 'main/public.t13',
    how: { kind: 'error', code: 'InvalidParameterValue', status: 400 },
  })
  const [error] = await failed(() => port.send(wakesFor(200)))
  expect(error.unsent.map(({ target }) => target)).toEqual(
    wakesFor(20)
      .slice(10)
      .map(({ target }) => target),
  )
  expect(await targetsIn('one-broken')).toHaveLength(190)
})

it('gives up when one request after another fails, and tells all that were not sent', async () => {
  const port = wakesInSqs({ client: clients.sqs, queueUrl: server.queue('nowhere').url })
  const [error, requests] = await failed(() => port.send(wakesFor(1_000)))
  expect(error.unsent).toHaveLength(1_000)
  expect(requests).toBeLessThan(2 * FAILURES_TO_GIVE_UP)
})

async function failed(work: () => Promise<unknown>): Promise<readonly [WakesNotSent, number]> {
  let thrown: unknown
  const [[, requests] = ['', 0]] = await requestsOf(() =>
    work().catch((error: unknown) => {
      thrown = error
    }),
  )
  if (!(thrown instanceof WakesNotSent)) throw new Error('it did not fail as it should', { cause: thrown })
  return [thrown, requests]
}

/** Has SQS take all of a batch but some: they are cut out of the request, and told in the answer. */
function refuse(
  client: SQSClient,
  targetsOf: (at: { readonly call: number }) => readonly string[],
  senderFault: boolean,
): void {
  let call = 0
  client.middlewareStack.add(
    (next) => async (args) => {
      call += 1
      const targets = targetsOf({ call })
      const input = args.input as SendMessageBatchCommandInput
      const isRefused = ({ MessageBody = '{}' }: SendMessageBatchRequestEntry) =>
        targets.includes(JSON.parse(MessageBody).target)
      const all = input.Entries ?? []
      const taken = all.filter((entry) => !isRefused(entry))
      const answer =
        taken.length === 0
          ? { response: {}, output: { $metadata: {} } }
          : await next({ ...args, input: { ...input, Entries: taken } })
      const refused = all.filter(isRefused)
      const entries = refused.map(({ Id }) => ({
        Id,
        SenderFault: senderFault,
        Code: 'InternalError',
        Message: 'not now',
      }))
      return { ...answer, output: { ...answer.output, Failed: entries } } as typeof answer
    },
    { step: 'initialize' },
  )
}
