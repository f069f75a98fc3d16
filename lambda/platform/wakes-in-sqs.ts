import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { WakesPort } from '../ports'
import { awsCall } from './aws-call'

/** The longest that SQS delays a message. */
const LONGEST_DELAY_SECONDS = 900

/** Wakes as messages of a standard queue; the body is `{"target":"warehouse/schema.table"}`. */
export function wakesInSqs({ client, queueUrl }: { readonly client: SQSClient; readonly queueUrl: string }): WakesPort {
  return {
    async send(target, delaySeconds) {
      const message = new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify({ target }),
        // Too early a wake does no harm, and SQS refuses fractions: a wake is never lost to a rounding.
        DelaySeconds: Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.ceil(delaySeconds))),
      })
      await awsCall(`SendMessage to ${queueUrl} for ${target}`, client.send(message))
    },
  }
}
