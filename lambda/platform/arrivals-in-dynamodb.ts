import { QueryCommand } from '@aws-sdk/client-dynamodb'
import * as z from 'zod'
import { type Arrival, urlOf } from '../model'
import type { ArrivalsPort } from '../ports'
import { fromItem, type Item, keyText, toItem } from './attributes'
import { awsCall } from './aws-call'
import { inParallel } from './in-parallel'
import { placeOf, queueKey, shardOf } from './item-keys'
import { objectFromItem, objectItem, objectToItem } from './object-item'
import { TABLE_DEFINITIONS } from './table-definitions'
import { s3UrlText } from './texts'
import { deleteInBatches, putInBatches, REQUESTS_AT_ONCE, type Table } from './write-in-batches'

const QUEUE = TABLE_DEFINITIONS.arrivals.partition.name
const PLACE = TABLE_DEFINITIONS.arrivals.sort.name

const arrivalItem = objectItem.extend({ [PLACE]: z.string(), url: s3UrlText })

/**
 * The queues of all targets in one table. A partition takes 1,000 writes a second; `shards` (default 1) spreads the
 * queue of each target over so many. Change it only while nothing waits: an arrival is removed from the shard that its
 * address belongs to today, so one that was stored under another number would be found and never removed.
 */
export function arrivalsInDynamoDb({ shards = 1, ...table }: Table & { readonly shards?: number }): ArrivalsPort {
  return {
    put: (arrivals) =>
      putInBatches(
        table,
        new Map(
          arrivals.map((arrival) => {
            const { text, item } = keyOf(arrival, shards)
            return [text, { ...item, ...toItem({ url: urlOf(arrival.object), ...objectToItem(arrival.object) }) }]
          }),
        ),
      ),

    async oldest(target, limit) {
      const found = await inParallel(REQUESTS_AT_ONCE, [...Array(shards).keys()], (shard) =>
        oldestOfShard(table, queueKey(target, shard), limit),
      )
      return found
        .flat()
        .map((item) => arrivalItem.parse(fromItem(item)))
        .sort((a, b) => (a[PLACE] < b[PLACE] ? -1 : 1))
        .slice(0, limit)
        .map((item) => ({ target, object: objectFromItem(item.url, item) }))
    },

    remove: (arrivals) =>
      deleteInBatches(
        table,
        new Map(
          arrivals.map((arrival) => {
            const { text, item } = keyOf(arrival, shards)
            return [text, item]
          }),
        ),
      ),
  }
}

/** The first items of one shard. A page ends at 1 MB, about 3,000 arrivals, so there may be several. */
async function oldestOfShard({ client, table }: Table, queue: string, limit: number): Promise<Item[]> {
  const items: Item[] = []
  let from: Item | undefined
  while (items.length < limit) {
    const page = await awsCall(
      `Query of ${queue} on ${table}`,
      client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: '#queue = :queue',
          ExpressionAttributeNames: { '#queue': QUEUE },
          ExpressionAttributeValues: { ':queue': keyText(queue) },
          ConsistentRead: true,
          Limit: limit - items.length,
          ...(from && { ExclusiveStartKey: from }),
        }),
      ),
    )
    items.push(...(page.Items ?? []))
    from = page.LastEvaluatedKey
    if (from === undefined) break
  }
  return items
}

/** The key of an arrival's item, and as one text, to find what is in a call twice. */
function keyOf(arrival: Arrival, shards: number): { readonly text: string; readonly item: Item } {
  const queue = queueKey(arrival.target, shardOf(urlOf(arrival.object), shards))
  const place = placeOf(arrival)
  return { text: `${queue}/${place}`, item: { [QUEUE]: keyText(queue), [PLACE]: keyText(place) } }
}
