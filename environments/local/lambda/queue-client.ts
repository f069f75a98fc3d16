import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { isReceived, type ReceivedMessage } from './sqs-event'

/** The few things that an event source does with its queue, any number of messages at a time. */
export interface QueueClient {
  readonly receive: (most: number, waitSeconds: number, signal: AbortSignal) => Promise<ReceivedMessage[]>
  readonly remove: (messages: readonly ReceivedMessage[]) => Promise<void>
  /** Makes messages visible again at once. */
  readonly putBack: (messages: readonly ReceivedMessage[]) => Promise<void>
  /** How many messages could be received now. */
  readonly ready: () => Promise<number>
  readonly close: () => void
}

export interface QueueAddress {
  readonly queueUrl: string
  readonly endpoint: string
  readonly region: string
}

const MOST_PER_REQUEST = 10

export function makeQueueClient({ queueUrl: QueueUrl, endpoint, region }: QueueAddress): QueueClient {
  const sqs = new SQSClient({ endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } })
  return {
    receive: async (most, waitSeconds, signal) => {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: Math.min(most, MOST_PER_REQUEST),
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      })
      const { Messages = [] } = await sqs.send(command, { abortSignal: signal })
      return Messages.filter(isReceived)
    },
    remove: async (messages) => {
      for (const Entries of entriesOf(messages)) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
    },
    putBack: async (messages) => {
      for (const entries of entriesOf(messages)) {
        const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }))
        await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))
      }
    },
    ready: async () => {
      const wanted = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] })
      return Number((await sqs.send(wanted)).Attributes?.ApproximateNumberOfMessages ?? 0)
    },
    close: () => sqs.destroy(),
  }
}

function* entriesOf(messages: readonly ReceivedMessage[]): Generator<{ Id: string; ReceiptHandle: string }[]> {
  for (let start = 0; start < messages.length; start += MOST_PER_REQUEST) {
    yield messages
      .slice(start, start + MOST_PER_REQUEST)
      .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }))
  }
}
