import { ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { TABLE_NAMES } from '../../environments/local/names'
import { targetItemKey } from '../../lambda/platform/target-item'
import { invocationsOf } from './assignment'
import type { Stage } from './stage'

/**
 * Lets the leases of a dead worker run out: the time that would have to pass is spared for them alone, since a clock
 * that goes ahead for everybody would take the leases of those who live. What the dead one has left in the warehouse is
 * met much sooner than a real successor would meet it.
 */
export async function endLeasesOf({ clients, ports }: Stage, worker: number): Promise<void> {
  for await (const { target, lease } of ports.targets.all()) {
    if (!lease?.owner.startsWith(invocationsOf(worker))) continue
    const update = new UpdateItemCommand({
      TableName: TABLE_NAMES.targets,
      Key: targetItemKey(target),
      UpdateExpression: 'SET #lease.#untilMs = :past',
      ConditionExpression: '#lease.#owner = :owner',
      ExpressionAttributeNames: { '#lease': 'lease', '#untilMs': 'untilMs', '#owner': 'owner' },
      ExpressionAttributeValues: { ':past': { N: '0' }, ':owner': { S: lease.owner } },
    })
    await clients.dynamodb.send(update).catch((error: unknown) => {
      // Somebody else holds it by now.
      if (!(error instanceof ConditionalCheckFailedException)) throw error
    })
  }
}
