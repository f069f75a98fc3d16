import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { PenstockError } from '../../../lambda/errors'
import { arrivalsInDynamoDb } from '../../../lambda/platform/arrivals-in-dynamodb'
import { AwsCallFailed } from '../../../lambda/platform/aws-call'
import { filesInDynamoDb } from '../../../lambda/platform/files-in-dynamodb'
import { delayMs, MAX_REQUESTS_PER_CHUNK } from '../../../lambda/platform/until-all-processed'
import { aLoadedRecord, anArrival, aTarget } from './builders'
import { REGION, TABLES, withDynamoDb } from './embedded'

const dynamo = withDynamoDb()

/** Adapters whose delays are noted instead of waited for. */
function impatient() {
  const delays: number[] = []
  const waiting = { wait: async (milliseconds: number) => void delays.push(milliseconds), random: () => 0.5 }
  const { client } = dynamo()
  return {
    delays,
    arrivals: arrivalsInDynamoDb({ client, table: TABLES.arrivals, ...waiting }),
    files: filesInDynamoDb({ client, table: TABLES.files, ...waiting }),
  }
}

/** The SDK's own tries take seconds, and are not what is tested here. */
function withOneAttempt(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' }
  return new DynamoDBClient({ endpoint, region: REGION, credentials, maxAttempts: 1 })
}

function processOnly(operation: string, processed: number, times: number): void {
  dynamo().server.failNext({ operation, times, how: { kind: 'unprocessed', processed } })
}

it('finishes unprocessed items, later and later', async () => {
  const { arrivals, delays } = impatient()
  const target = aTarget()
  const all = Array.from({ length: 25 }, (_, at) => anArrival(target, `${at}`, { eventTimeMs: at }))
  processOnly('BatchWriteItem', 6, 4)
  await arrivals.put(all)
  expect(await arrivals.oldest(target, 100)).toEqual(all)
  expect(delays).toEqual([37.5, 75, 150, 300])
})

it('finishes unprocessed keys', async () => {
  const { files } = impatient()
  const target = aTarget()
  const records = Array.from({ length: 100 }, (_, at) => aLoadedRecord(target, `${at}`))
  await files.put(records)
  processOnly('BatchGetItem', 30, 3)
  const found = await files.get(
    target,
    Array.from({ length: 100 }, (_, at) => `s3://landing/${at}` as const),
  )
  expect([...found.values()]).toEqual(expect.arrayContaining(records))
  expect(found.size).toBe(100)
})

it('says INCOMPLETE_WRITE when the table keeps throttling a part', async () => {
  const { arrivals, delays } = impatient()
  const target = aTarget()
  processOnly('BatchWriteItem', 1, MAX_REQUESTS_PER_CHUNK)
  const all = Array.from({ length: 25 }, (_, at) => anArrival(target, `${at}`))
  await expect(arrivals.put(all)).rejects.toMatchObject({
    name: PenstockError.name,
    code: 'INCOMPLETE_WRITE',
    message: expect.stringContaining('BatchWriteItem on arrivals: 15 of 25 items'),
  })
  expect(delays).toHaveLength(MAX_REQUESTS_PER_CHUNK - 1)
  // The caller does the whole call again, and nothing is there twice.
  await arrivals.put(all)
  expect(await arrivals.oldest(target, 100)).toHaveLength(25)
})

it('says INCOMPLETE_WRITE when the table refuses as a whole, and gives the refusal as the cause', async () => {
  const { server } = dynamo()
  const client = withOneAttempt(server.endpoint)
  const refusal = { kind: 'error', code: 'ProvisionedThroughputExceededException' } as const
  server.failNext({ operation: 'BatchWriteItem', how: refusal })
  const files = filesInDynamoDb({ client, table: TABLES.files })
  await expect(files.put([aLoadedRecord(aTarget(), 'a')])).rejects.toMatchObject({
    code: 'INCOMPLETE_WRITE',
    message: expect.stringContaining('1 of 1 items'),
    cause: { name: 'ProvisionedThroughputExceededException' },
  })
  client.destroy()
})

it('names operation and table in an error, and keeps its cause', async () => {
  const missing = filesInDynamoDb({ client: dynamo().client, table: 'nowhere' })
  const error = await missing.get(aTarget(), ['s3://landing/a']).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(AwsCallFailed)
  expect(error).toMatchObject({
    code: 'ResourceNotFoundException',
    message: expect.stringMatching(/^BatchGetItem on nowhere: ResourceNotFoundException \(HTTP 400\): /),
    cause: { name: 'ResourceNotFoundException' },
  })
})

it('begins nothing more after a failure, and throws when nothing is under way any more', async () => {
  const target = aTarget()
  const { server, client } = dynamo()
  const before = server.requests.get('BatchWriteItem') ?? 0
  server.failNext({ operation: 'BatchWriteItem', how: { kind: 'error', code: 'ValidationException' } })
  const port = arrivalsInDynamoDb({ client, table: TABLES.arrivals })
  const many = Array.from({ length: 1_000 }, (_, at) => anArrival(target, `${at}`))
  await expect(port.put(many)).rejects.toMatchObject({ code: 'ValidationException' })
  const asked = (server.requests.get('BatchWriteItem') ?? 0) - before
  expect(asked).toBeLessThan(40)
  const stored = await port.oldest(target, 2_000)
  expect(stored).toHaveLength((asked - 1) * 25)
})

it('waits longer with every retry, half of it at random, and never above five seconds', () => {
  expect([1, 2, 3, 7, 8, 20].map((retry) => delayMs(retry, 0))).toEqual([25, 50, 100, 1_600, 2_500, 2_500])
  expect([1, 20].map((retry) => delayMs(retry, 0.999_999))).toEqual([expect.closeTo(50, 2), expect.closeTo(5_000, 1)])
})
