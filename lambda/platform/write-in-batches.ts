import { BatchWriteItemCommand, type DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb'
import type { Item } from './attributes'
import { awsCall } from './aws-call'
import { inChunks, inParallel } from './in-parallel'
import { untilAllProcessed, type Waiting } from './until-all-processed'

/** A table, and how its adapter waits when it is throttled. */
export interface Table extends Waiting {
  readonly client: DynamoDBClient
  readonly table: string
}

/** What BatchWriteItem takes in one request. */
const WRITES_PER_REQUEST = 25

/**
 * At 10 ms a request this is 20,000 writes a second, more than the 1,000 that one partition takes for long: what it
 * does not take comes back as unprocessed and is written a little later. More at once would only be throttled more.
 */
export const REQUESTS_AT_ONCE = 8

/** Puts items, the last one of those with the same key: DynamoDB refuses a request that names a key twice. */
export async function putInBatches(table: Table, items: ReadonlyMap<string, Item>): Promise<void> {
  await writeInBatches(
    table,
    [...items.values()].map((Item) => ({ PutRequest: { Item } })),
  )
}

/** Deletes items by their keys; what is not there is deleted already. */
export async function deleteInBatches(table: Table, keys: ReadonlyMap<string, Item>): Promise<void> {
  await writeInBatches(
    table,
    [...keys.values()].map((Key) => ({ DeleteRequest: { Key } })),
  )
}

async function writeInBatches(table: Table, requests: readonly WriteRequest[]): Promise<void> {
  const what = `BatchWriteItem on ${table.table}`
  const ask = async (left: readonly WriteRequest[]) => {
    const answer = await table.client.send(new BatchWriteItemCommand({ RequestItems: { [table.table]: [...left] } }))
    return answer.UnprocessedItems?.[table.table] ?? []
  }
  await inParallel(REQUESTS_AT_ONCE, inChunks(WRITES_PER_REQUEST, requests), (chunk) =>
    awsCall(what, untilAllProcessed(what, chunk, ask, table)),
  )
}
