import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb'
import type { Item } from './attributes'
import { awsCall } from './aws-call'
import { inChunks, inParallel } from './in-parallel'
import { untilAllProcessed } from './until-all-processed'
import { REQUESTS_AT_ONCE, type Table } from './write-in-batches'

/** What BatchGetItem takes in one request. */
const KEYS_PER_REQUEST = 100

/** The items with these keys, read strongly consistent, in no order; what is not there is left out. No key twice. */
export async function readInBatches(table: Table, keys: readonly Item[]): Promise<Item[]> {
  const what = `BatchGetItem on ${table.table}`
  const found: Item[] = []
  const ask = async (left: readonly Item[]) => {
    const answer = await table.client.send(
      new BatchGetItemCommand({ RequestItems: { [table.table]: { Keys: [...left], ConsistentRead: true } } }),
    )
    found.push(...(answer.Responses?.[table.table] ?? []))
    return answer.UnprocessedKeys?.[table.table]?.Keys ?? []
  }
  await inParallel(REQUESTS_AT_ONCE, inChunks(KEYS_PER_REQUEST, keys), (chunk) =>
    awsCall(what, untilAllProcessed(what, chunk, ask, table)),
  )
  return found
}
