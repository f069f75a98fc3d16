import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import type { NoticesPort } from '../ports'
import { awsCall } from './aws-call'
import { fitBody, fitSubject } from './fit-notice'
import { makeRedactor, type Redactor } from './redact'

/** Notices through SNS. The redactor sees everything just before it is sent. */
export function noticesInSns({
  client,
  redactor = makeRedactor(),
}: {
  readonly client: SNSClient
  /** @default one that knows no secret's value, only what secrets look like */
  readonly redactor?: Redactor
}): NoticesPort {
  return {
    async publish(topicArn, notice) {
      const attributes = Object.entries(notice.attributes)
        // SNS refuses the whole message for one empty attribute.
        .filter(([, value]) => value !== '')
        .map(([name, value]) => [name, { DataType: 'String', StringValue: redactor.text(value) }])
      const message = new PublishCommand({
        TopicArn: topicArn,
        Subject: fitSubject(redactor.text(notice.subject)),
        Message: fitBody(redactor.fields(notice.body)),
        MessageAttributes: Object.fromEntries(attributes),
      })
      await awsCall(`Publish to ${topicArn}`, client.send(message))
    },
  }
}
