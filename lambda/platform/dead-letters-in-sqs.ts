import {
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs'
import { PenstockError } from '../errors'
import type { DeadLettersPort, QueueName } from '../ports'
import { awsCall } from './aws-call'

/**
 * Dead letters in SQS. They are driven back by SQS itself, which remembers where each came from: one request, whatever
 * their number, and nobody who has received a message and not yet sent it on can die with it.
 */
export function deadLettersInSqs({
  client,
  queueUrls,
}: {
  readonly client: SQSClient
  /** The dead-letter queue of each queue. */
  readonly queueUrls: Readonly<Record<QueueName, string>>
}): DeadLettersPort {
  return {
    async count(queue) {
      const attributes = await attributesOf(queueUrls[queue])
      const { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: beingRead } = attributes
      return { messages: Number(waiting ?? 0) + Number(beingRead ?? 0), arn: attributes.QueueArn }
    },
    async driveBack(queue) {
      const { QueueArn: arn } = await attributesOf(queueUrls[queue])
      try {
        await awsCall(
          `StartMessageMoveTask from ${arn}`,
          client.send(new StartMessageMoveTaskCommand({ SourceArn: arn })),
        )
        return 'started'
      } catch (error) {
        // SQS runs one move per queue. Which error it gives for the second is not documented, so the tasks are asked.
        if (await isMoving(arn)) return 'under-way'
        throw error
      }
    },
  }

  async function attributesOf(QueueUrl: string): Promise<Attributes> {
    const command = new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'QueueArn'],
    })
    const { Attributes = {} } = await awsCall(`GetQueueAttributes of ${QueueUrl}`, client.send(command))
    const { QueueArn } = Attributes
    if (QueueArn === undefined) throw new PenstockError('UNEXPECTED_ANSWER', `${QueueUrl} told no ARN`)
    return { ...Attributes, QueueArn }
  }

  async function isMoving(SourceArn: string): Promise<boolean> {
    const { Results = [] } = await client.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 1 }))
    return Results.some(({ Status }) => Status === 'RUNNING')
  }
}

interface Attributes {
  readonly QueueArn: string
  readonly ApproximateNumberOfMessages?: string
  readonly ApproximateNumberOfMessagesNotVisible?: string
}
