import { fitBody, fitSubject } from '../../lambda/platform/fit-notice'
import { makeRedactor } from '../../lambda/platform/redact'
import type { Notice, NoticesPort } from '../../lambda/ports'

/** Notices in a list, oldest first, as a subscriber gets them. */
export function noticesInMemory(): NoticesPort & {
  readonly published: readonly { readonly topicArn: string; readonly notice: Notice }[]
} {
  const published: { readonly topicArn: string; readonly notice: Notice }[] = []
  const redactor = makeRedactor()
  return {
    published,
    async publish(topicArn, { subject, body, attributes }) {
      const notice = {
        subject: fitSubject(redactor.text(subject)),
        body: JSON.parse(fitBody(redactor.fields(body))),
        attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== '')),
      }
      published.push({ topicArn, notice })
    },
  }
}
