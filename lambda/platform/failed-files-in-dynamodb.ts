import { paginateQuery } from '@aws-sdk/client-dynamodb'
import type { FileRecord, TargetId } from '../model'
import { keyText } from './attributes'
import { withContext } from './aws-call'
import { fileFromItem } from './file-item'
import { TABLE_DEFINITIONS } from './table-definitions'
import type { Table } from './write-in-batches'

const INDEX = TABLE_DEFINITIONS.files.indexes[0]

/** The failed files of a target, newest first, as the index has them: it may lag by a second. */
export async function* failedFilesInDynamoDb(
  { client, table }: Pick<Table, 'client' | 'table'>,
  target: TargetId,
): AsyncGenerator<FileRecord> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      IndexName: INDEX.name,
      KeyConditionExpression: '#failedOf = :target',
      ExpressionAttributeNames: { '#failedOf': INDEX.partition.name },
      ExpressionAttributeValues: { ':target': keyText(target) },
      ScanIndexForward: false,
    },
  )
  try {
    for await (const page of pages) {
      for (const item of page.Items ?? []) yield fileFromItem(target, item)
    }
  } catch (error) {
    throw withContext(`Query of failed files of ${target} on ${table}`, error)
  }
}
