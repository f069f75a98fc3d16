import type { Movable } from './move-tasks'

/** What is asked of fauxqs: SQS operations by name, and its own pages about queues. */
export interface FauxQueues {
  readonly sqs: (operation: string, input: object) => Promise<string>
  readonly get: (path: string) => Promise<string>
  readonly urlOf: (name: string) => string
}

interface Page {
  readonly arn: string
  readonly attributes: Readonly<Record<string, string>>
  readonly messages: { readonly ready: readonly unknown[] }
}

interface Message {
  readonly ReceiptHandle: string
  readonly Body: string
  readonly MessageAttributes?: object
}

/** The queues of fauxqs, as a move of dead letters needs them. */
export function movableQueues({ sqs, get, urlOf }: FauxQueues): Movable {
  const nameOf = (arn: string) => arn.slice(arn.lastIndexOf(':') + 1)
  const pageOf = async (name: string): Promise<Page> => JSON.parse(await get(`/_fauxqs/queues/${name}`))
  const names = async (): Promise<readonly string[]> => {
    const all: readonly { readonly name: string }[] = JSON.parse(await get('/_fauxqs/queues'))
    return all.map(({ name }) => name)
  }

  return {
    exists: async (arn) => (await names()).includes(nameOf(arn)),
    async sourcesOf(arn) {
      const pages = await Promise.all((await names()).map(pageOf))
      return pages.filter((page) => deadLetterArn(page) === arn).map((page) => page.arn)
    },
    ready: async (arn) => (await pageOf(nameOf(arn))).messages.ready.length,
    async moveSome(from, to, most) {
      const QueueUrl = urlOf(nameOf(from))
      const wanted = { QueueUrl, MaxNumberOfMessages: most, WaitTimeSeconds: 0, MessageAttributeNames: ['All'] }
      const { Messages = [] }: { Messages?: readonly Message[] } = JSON.parse(await sqs('ReceiveMessage', wanted))
      for (const { ReceiptHandle, Body, MessageAttributes } of Messages) {
        await sqs('SendMessage', { QueueUrl: urlOf(nameOf(to)), MessageBody: Body, MessageAttributes })
        await sqs('DeleteMessage', { QueueUrl, ReceiptHandle })
      }
      return Messages.length
    },
  }
}

function deadLetterArn({ attributes }: Page): string | undefined {
  const policy = attributes['RedrivePolicy']
  return policy === undefined ? undefined : JSON.parse(policy).deadLetterTargetArn
}
