import { arrivalsInDynamoDb } from '../../../lambda/platform/arrivals-in-dynamodb'
import { filesInDynamoDb } from '../../../lambda/platform/files-in-dynamodb'
import { aLoadedRecord, anArrival, aTarget } from './builders'
import { TABLES, withDynamoDb } from './embedded'

const dynamo = withDynamoDb()

// The price of a file: one write to queue it, one to record it, one to remove it, and one consistent read of its record.
it.each([
  // requests: put 4, oldest 1, get 1, record 4, remove 4; units: 100 × 3 writes, 100 × 1 read of records that are not there
  [100, 14],
  // put 40, oldest 1, get 10, record 40, remove 40
  [1_000, 131],
])('%i files cost %i requests and three write units each', async (count, requests) => {
  const { client, server } = dynamo()
  const arrivals = arrivalsInDynamoDb({ client, table: TABLES.arrivals })
  const files = filesInDynamoDb({ client, table: TABLES.files })
  const target = aTarget()
  const before = { requests: total(), ...server.consumed() }

  await arrivals.put(Array.from({ length: count }, (_, at) => anArrival(target, `orders/${at}.csv`)))
  const waiting = await arrivals.oldest(target, count)
  await files.get(
    target,
    waiting.map(({ object }) => `s3://${object.bucket}/${object.key}` as const),
  )
  await files.put(waiting.map(({ object }) => aLoadedRecord(target, object.key)))
  await arrivals.remove(waiting)

  const after = server.consumed()
  expect(total() - before.requests).toBe(requests)
  expect(after.writeUnits - before.writeUnits).toBe(3 * count)
  expect((after.readUnits - before.readUnits) / count).toBeLessThan(1.2)

  function total(): number {
    return [...server.requests.values()].reduce((sum, times) => sum + times, 0)
  }
})
