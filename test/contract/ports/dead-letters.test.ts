import { ListMessageMoveTasksCommand, ReceiveMessageCommand, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs'
import { type Queues, startQueues } from '../../../environments/local/queues'
import type { Clients } from '../../../lambda/platform/clients'
import { deadLettersInSqs } from '../../../lambda/platform/dead-letters-in-sqs'
import type { DeadLettersPort } from '../../../lambda/ports'
import { deadLettersInMemory } from '../../memory/dead-letters-in-memory'
import { describeDeadLettersPort } from './dead-letters.contract'
import { clientsFor, REGION } from './embedded'

describe('in memory', () => {
  let port: ReturnType<typeof deadLettersInMemory>
  beforeEach(() => {
    port = deadLettersInMemory()
  })
  describeDeadLettersPort('in memory', () => ({
    port,
    park: async (queue, body) => void port.parked[queue].push(body),
    back: async (queue) => port.drivenBack[queue],
  }))
})

describe('on SQS', () => {
  let server: Queues
  let clients: Clients
  let port: DeadLettersPort
  beforeEach(async () => {
    server = await startQueues({ region: REGION })
    clients = clientsFor({ AWS_ENDPOINT_URL: server.endpoint })
    for (const name of ['objects', 'wakes']) {
      await server.createQueue(`${name}-dead`)
      await server.createQueue(name, { deadLetter: `${name}-dead` })
    }
    const queueUrls = { objects: server.queue('objects-dead').url, wakes: server.queue('wakes-dead').url }
    port = deadLettersInSqs({ client: clients.sqs, queueUrls })
  })
  afterEach(async () => {
    clients.close()
    await server.stop()
  })

  const park = (queue: string, body: string) => server.send(server.queue(`${queue}-dead`).arn, body)

  describeDeadLettersPort('in SQS', () => ({ port, park, back: (queue) => server.bodies(queue) }))

  it('counts one that somebody is looking at', async () => {
    await park('objects', 'a')
    await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl: server.queue('objects-dead').url }))
    expect(await port.count('objects')).toMatchObject({ messages: 1 })
  })

  it('says so if a move is under way already', async () => {
    for (const body of ['a', 'b', 'c']) await park('objects', body)
    const SourceArn = server.queue('objects-dead').arn
    await clients.sqs.send(new StartMessageMoveTaskCommand({ SourceArn, MaxNumberOfMessagesPerSecond: 1 }))
    expect(await port.driveBack('objects')).toBe('under-way')
    const { Results } = await clients.sqs.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 10 }))
    expect(Results).toHaveLength(1)
  })

  it('names the queue in an error', async () => {
    const queueUrls = { objects: server.queue('nowhere').url, wakes: server.queue('wakes').url }
    const wrong = deadLettersInSqs({ client: clients.sqs, queueUrls })
    await expect(wrong.count('objects')).rejects.toThrow(/^GetQueueAttributes of http:.*\/nowhere: /)
    // That queue is there, but nobody parks anything in it.
    await expect(wrong.driveBack('wakes')).rejects.toThrow(
      /^StartMessageMoveTask from arn:aws:sqs:.*:wakes: .*must be configured as a Dead Letter Queue/,
    )
  })
})
