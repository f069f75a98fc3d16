import { randomUUID } from 'node:crypto'
import {
  ConditionalCheckFailedException,
  GetItemCommand,
  paginateScan,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import type { TargetId, TargetState } from '../model'
import type { TargetsPort } from '../ports'
import { type Item, toAttribute } from './attributes'
import { awsCall, withContext } from './aws-call'
import { oneAtATime } from './one-at-a-time'
import { targetFromItem, targetItemKey } from './target-item'
import { LAST_WRITE, updateOf } from './target-update'
import type { Table } from './write-in-batches'

/**
 * Leases, counts and holds: one item per target.
 *
 * What is true when an answer gets lost: the SDK asks again by itself, so a write may happen twice, or be refused
 * because it has already happened.
 * - `claim` and `change` write a token made for that one call, under a condition that an applied write makes false:
 *   the lease is free; the token is not there yet. So each is applied once, counts included, and a refusal is
 *   settled by reading the item: our token means that it was our own write. The owner alone could not tell: it may be
 *   a second call of the same invocation, and two loads would run under one lease.
 * - one token is enough because the changes of a target are made one after another, here and by the one holder.
 *   If a successor has already written its own token, the answer is `held` or `lost-race`, and that is true by then.
 * - `countArrivals` may count twice. That errs on the safe side: too high a count costs a look at the queue.
 */
export function targetsInDynamoDb({
  client,
  table,
  newToken = randomUUID,
}: Pick<Table, 'client' | 'table'> & { readonly newToken?: () => string }): TargetsPort {
  const inOrder = oneAtATime<TargetId>()

  async function read(target: TargetId): Promise<Item | undefined> {
    const { Item } = await awsCall(
      `GetItem of ${target} on ${table}`,
      client.send(new GetItemCommand({ TableName: table, Key: targetItemKey(target), ConsistentRead: true })),
    )
    return Item
  }

  async function update(target: TargetId, input: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>): Promise<Item> {
    const { Attributes } = await client.send(
      new UpdateItemCommand({ TableName: table, Key: targetItemKey(target), ReturnValues: 'ALL_NEW', ...input }),
    )
    return Attributes ?? targetItemKey(target)
  }

  /** The state after the write; when its condition failed, the state if the write was made before, else `refused`. */
  async function writeOnce<Refused>(
    target: TargetId,
    token: string,
    input: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>,
    refused: Refused,
  ): Promise<TargetState | Refused> {
    try {
      return targetFromItem(await update(target, input))
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException))
        throw withContext(`UpdateItem of ${target} on ${table}`, error)
      const item = await read(target)
      return item?.[LAST_WRITE]?.S === token ? targetFromItem(item) : refused
    }
  }

  return {
    async get(target) {
      const item = await read(target)
      return item && targetFromItem(item)
    },

    async countArrivals(target, { files, bytes, wakeAtMs }) {
      const counted = update(target, {
        UpdateExpression:
          'SET #wakeAtMs = if_not_exists(#wakeAtMs, :wakeAtMs) ADD #waitingFiles :files, #waitingBytes :bytes',
        ExpressionAttributeNames: {
          '#wakeAtMs': 'wakeAtMs',
          '#waitingFiles': 'waitingFiles',
          '#waitingBytes': 'waitingBytes',
        },
        ExpressionAttributeValues: {
          ':wakeAtMs': toAttribute(wakeAtMs),
          ':files': toAttribute(files),
          ':bytes': toAttribute(bytes),
        },
      })
      return targetFromItem(await awsCall(`UpdateItem of ${target} on ${table}`, counted))
    },

    claim(target, { owner, nowMs, untilMs }) {
      const token = newToken()
      const grant = {
        UpdateExpression: 'SET #lease = :lease, #write = :write REMOVE #wakeAtMs ADD #fence :one',
        ConditionExpression: 'attribute_not_exists(#lease) OR #lease.#untilMs <= :now',
        ExpressionAttributeNames: {
          '#lease': 'lease',
          '#untilMs': 'untilMs',
          '#write': LAST_WRITE,
          '#wakeAtMs': 'wakeAtMs',
          '#fence': 'fence',
        },
        ExpressionAttributeValues: {
          ':lease': toAttribute({ owner, untilMs }),
          ':write': toAttribute(token),
          ':one': toAttribute(1),
          ':now': toAttribute(nowMs),
        },
      }
      return inOrder(target, () => writeOnce(target, token, grant, 'held'))
    },

    change(target, { owner, fence }, change) {
      const token = newToken()
      const expression = updateOf(change, token)
      const fenced = {
        ...expression,
        ConditionExpression: '#fence = :fence AND #lease.#owner = :owner AND #write <> :write',
        ExpressionAttributeNames: {
          ...expression.ExpressionAttributeNames,
          '#fence': 'fence',
          '#lease': 'lease',
          '#owner': 'owner',
        },
        ExpressionAttributeValues: {
          ...expression.ExpressionAttributeValues,
          ':fence': toAttribute(fence),
          ':owner': toAttribute(owner),
        },
      }
      return inOrder(target, () => writeOnce(target, token, fenced, 'lost-race'))
    },

    async *all() {
      const pages = paginateScan({ client }, { TableName: table })
      try {
        for await (const page of pages) {
          for (const item of page.Items ?? []) yield targetFromItem(item)
        }
      } catch (error) {
        throw withContext(`Scan of ${table}`, error)
      }
    },
  }
}
