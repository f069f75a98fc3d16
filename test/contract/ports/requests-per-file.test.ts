import { arrivalsInDynamoDb } from '../../../lambda/platform/arrivals-in-dynamodb'
import { batchesInDynamoDb } from '../../../lambda/platform/batches-in-dynamodb'
import { filesInDynamoDb } from '../../../lambda/platform/files-in-dynamodb'
import { targetsInDynamoDb } from '../../../lambda/platform/targets-in-dynamodb'
import { aBatch, aLoadedRecord, anArrival, aTarget } from './builders'
import { TABLES, withDynamoDb } from './embedded'

const dynamo = withDynamoDb()

// The price of a file: one write to queue it, one to record it, one to remove it, and one consistent read of its record.
it.each([
  // requests: put 4, oldest 1, get 1, record 4, remove 4; read units: 100 for the records, 6 for the queue
  [100, 14, 106],
  // put 40, oldest 1, get 10, record 40, remove 40
  [1_000, 131, 1_052],
])('%i files cost %i requests and three write units each', async (count, requests, readUnits) => {
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
  expect(after.readUnits - before.readUnits).toBe(readUnits)

  function total(): number {
    return [...server.requests.values()].reduce((sum, times) => sum + times, 0)
  }
})

// Half a unit would mean that the read may miss the last write: a lease or a batch that is there.
it('a target and a batch are read strongly consistent, one unit each', async () => {
  const { client, server } = dynamo()
  const targets = targetsInDynamoDb({ client, table: TABLES.targets })
  const batches = batchesInDynamoDb({ client, table: TABLES.batches })
  const target = aTarget()
  await targets.countArrivals(target, { files: 1, bytes: 1, wakeAtMs: 1 })
  await batches.put(aBatch(target, 'b1'))
  const before = server.consumed().readUnits
  await targets.get(target)
  await batches.get(target, 'b1')
  expect(server.consumed().readUnits - before).toBe(2)
})
