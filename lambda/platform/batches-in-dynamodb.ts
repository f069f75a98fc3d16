import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { BatchesPort } from '../ports'
import { awsCall } from './aws-call'
import { batchFromItem, batchItemKey, batchToItem } from './batch-item'
import type { Table } from './write-in-batches'

/** The history of batches: one item each, written over as it goes on. Its key sorts a target's batches by time. */
export function batchesInDynamoDb({ client, table }: Table): BatchesPort {
  return {
    async put(batch) {
      await awsCall(
        `PutItem of batch ${batch.batchId} of ${batch.target} on ${table}`,
        client.send(new PutItemCommand({ TableName: table, Item: batchToItem(batch) })),
      )
    },

    async get(target, batchId) {
      const { Item } = await awsCall(
        `GetItem of batch ${batchId} of ${target} on ${table}`,
        client.send(new GetItemCommand({ TableName: table, Key: batchItemKey(target, batchId), ConsistentRead: true })),
      )
      return Item && batchFromItem(Item)
    },
  }
}
