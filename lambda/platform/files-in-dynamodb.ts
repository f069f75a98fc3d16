import { isDeepStrictEqual } from 'node:util'
import { ConditionalCheckFailedException, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { urlOf } from '../model'
import type { FilesPort } from '../ports'
import { awsCall, withContext } from './aws-call'
import { fileFromItem, fileItemKey, fileToItem } from './file-item'
import { fileKey } from './item-keys'
import { readInBatches } from './read-in-batches'
import { putInBatches, type Table } from './write-in-batches'

/** What became of each object for each target: one item per target and address. */
export function filesInDynamoDb(table: Table): FilesPort {
  return {
    async get(target, urls) {
      const items = await readInBatches(
        table,
        [...new Set(urls)].map((url) => fileItemKey(target, url)),
      )
      return new Map(
        items.map((item) => {
          const record = fileFromItem(target, item)
          return [urlOf(record.object), record]
        }),
      )
    },

    put: (records) =>
      putInBatches(
        table,
        new Map(records.map((record) => [fileKey(record.target, urlOf(record.object)), fileToItem(record)])),
      ),

    async putUnlessLoaded(record) {
      const url = urlOf(record.object)
      const key = fileItemKey(record.target, url)
      const item = fileToItem(record)
      const what = `${url} for ${record.target} on ${table.table}`
      try {
        await table.client.send(
          new PutItemCommand({
            TableName: table.table,
            Item: item,
            ConditionExpression: 'attribute_not_exists(#status) OR #status <> :loaded',
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: { ':loaded': { S: 'loaded' } },
          }),
        )
        return true
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw withContext(`PutItem of ${what}`, error)
        // The SDK retries by itself: an attempt whose answer got lost may have written this very record, if it says
        // `loaded`. So whoever writes the same record twice hears twice that it was written.
        if (record.status !== 'loaded') return false
        const there = await awsCall(
          `GetItem of ${what}`,
          table.client.send(new GetItemCommand({ TableName: table.table, Key: key, ConsistentRead: true })),
        )
        return isDeepStrictEqual(there.Item, item)
      }
    },
  }
}
