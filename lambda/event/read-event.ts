import { messageOf } from '../errors'
import { fromEventBridge } from './from-event-bridge'
import { fromNotification } from './from-notification'
import { type Incoming, malformed } from './incoming'

/** EventBridge in SNS in an SQS event is four deep; what lies deeper is not ours, and must not exhaust the stack. */
const MAX_NESTING = 10

/**
 * Reads whatever a function of Penstock is invoked with: an S3 notification, an EventBridge event, an SNS or SQS event
 * with any of them inside, in any nesting. Every record is read on its own; a bad one hides no other.
 */
export function readEvent(payload: unknown): readonly Incoming[] {
  return readValue(payload, '', 0)
}

/** Reads the body of one SQS message, which is the JSON text of anything that {@link readEvent} reads. */
export function readBody(body: string): readonly Incoming[] {
  return readText(body, 'body', 0)
}

function readText(text: unknown, path: string, depth: number): readonly Incoming[] {
  if (typeof text !== 'string') return [malformed(`${path} is ${text === undefined ? 'missing' : 'not text'}`, text)]
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return [malformed(`${path} is not JSON: ${messageOf(error)}`, text)]
  }
  return readValue(value, path, depth + 1)
}

function readValue(value: unknown, path: string, depth: number): readonly Incoming[] {
  const here = path || 'the event'
  if (depth > MAX_NESTING) return [malformed(`${here} is nested more than ${MAX_NESTING} deep`, value)]
  if (Array.isArray(value)) return readList(value, path, depth)
  if (!isObject(value)) return [malformed(`${here} is not an object`, value)]
  const inside = (name: string) => (path === '' ? name : `${path}.${name}`)

  if ('Records' in value) {
    if (Array.isArray(value['Records'])) return readList(value['Records'], inside('Records'), depth)
    return [malformed(`${inside('Records')} is not a list`, value)]
  }
  if ('s3' in value) return [fromNotification(value, path)]
  if ('detail-type' in value) return [fromEventBridge(value, path)]
  if (isObject(value['Sns'])) return readText(value['Sns']['Message'], inside('Sns.Message'), depth)
  if (value['eventSource'] === 'aws:sqs') return readText(value['body'], inside('body'), depth)
  if (value['Type'] === 'Notification') return readText(value['Message'], inside('Message'), depth)
  if (value['Event'] === 's3:TestEvent') return [acknowledged(`${here} is the test event that S3 sends on set-up`)]
  if (value['Type'] === 'SubscriptionConfirmation' || value['Type'] === 'UnsubscribeConfirmation') {
    return [acknowledged(`${here} is the ${value['Type']} of an SNS topic; confirm it by hand, it brings no file`)]
  }
  return [malformed(`${here} is no event that Penstock knows: neither S3, EventBridge, SNS nor SQS`, value)]
}

function readList(list: readonly unknown[], path: string, depth: number): readonly Incoming[] {
  if (list.length === 0) return [acknowledged(`${path || 'the event'} is empty`)]
  return list.flatMap((item, index) => readValue(item, `${path}[${index}]`, depth + 1))
}

function acknowledged(why: string): Incoming {
  return { kind: 'acknowledged', why }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
