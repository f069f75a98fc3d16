import { batchesInDynamoDb } from '../../../lambda/platform/batches-in-dynamodb'
import { failedBatchesInDynamoDb } from '../../../lambda/platform/failed-batches-in-dynamodb'
import { batchesInMemory } from '../../memory/batches-in-memory'
import { describeBatchesPort } from './batches.contract'
import { aBatch, aTarget } from './builders'
import { collect } from './collect'
import { TABLES, withDynamoDb } from './embedded'

const memory = batchesInMemory()
describeBatchesPort('in memory', () => memory)

describe('on DynamoDB', () => {
  const dynamo = withDynamoDb()
  const table = () => ({ client: dynamo().client, table: TABLES.batches })
  describeBatchesPort('in one table', () => batchesInDynamoDb(table()))

  it('lists the failed batches of a day over all targets; loaded and open ones cost no index entry', async () => {
    const port = batchesInDynamoDb(table())
    const day = Date.UTC(2026, 10, 21)
    const failed = { ...aBatch(aTarget(), 'b2'), status: 'failed', closedAtMs: day } as const
    const earlier = { ...aBatch(aTarget(), 'b1'), status: 'failed', closedAtMs: day + 86_399_999 } as const
    await port.put(failed)
    await port.put(earlier)
    await port.put({ ...aBatch(aTarget(), 'b3'), status: 'failed', closedAtMs: day - 1 })
    await port.put({ ...aBatch(aTarget(), 'b4'), status: 'loaded', closedAtMs: day })
    await port.put({ ...aBatch(aTarget(), 'b5'), openedAtMs: day })
    expect(await collect(failedBatchesInDynamoDb(table(), '2026-11-21'))).toEqual([
      { target: earlier.target, batchId: 'b1' },
      { target: failed.target, batchId: 'b2' },
    ])
  })
})
