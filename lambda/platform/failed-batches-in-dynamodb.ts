import { paginateQuery } from '@aws-sdk/client-dynamodb'
import * as z from 'zod'
import type { TargetId } from '../model'
import { fromItem, keyText } from './attributes'
import { withContext } from './aws-call'
import { TABLE_DEFINITIONS } from './table-definitions'
import { targetIdText } from './texts'
import type { Table } from './write-in-batches'

const INDEX = TABLE_DEFINITIONS.batches.indexes[0]
const entry = z.object({ target: targetIdText, batchId: z.string() })

/** The keys of the batches of all targets that failed on a UTC day such as `2026-11-21`, oldest first. */
export async function* failedBatchesInDynamoDb(
  { client, table }: Pick<Table, 'client' | 'table'>,
  day: string,
): AsyncGenerator<{ readonly target: TargetId; readonly batchId: string }> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      IndexName: INDEX.name,
      KeyConditionExpression: '#failedOn = :day',
      ExpressionAttributeNames: { '#failedOn': INDEX.partition.name },
      ExpressionAttributeValues: { ':day': keyText(day) },
    },
  )
  try {
    for await (const page of pages) {
      for (const item of page.Items ?? []) yield entry.parse(fromItem(item))
    }
  } catch (error) {
    throw withContext(`Query of failed batches of ${day} on ${table}`, error)
  }
}
