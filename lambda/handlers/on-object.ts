import { messageOf, PenstockError } from '../errors'
import type { Incoming } from '../event/incoming'
import { readBody, readEvent } from '../event/read-event'
import type { S3Object } from '../model'
import { ingest } from '../pipeline'
import type { Ports } from '../ports'
import { type Runtime, runtimeWithoutWarehouses } from '../runtime'
import type { QueueEvent, QueueResponse } from './invocation'

/** Events → arrivals. From a queue, each message settles on its own; an event given directly settles as a whole. */
export function makeOnObject(runtime: Pick<Runtime, 'ports' | 'flush'>) {
  return async (event: unknown): Promise<QueueResponse> => {
    try {
      if (isQueueEvent(event)) return await ingestMessages(runtime.ports, event)
      await ingestDirectly(runtime.ports, event)
      return { batchItemFailures: [] }
    } finally {
      runtime.flush()
    }
  }
}

/** What Lambda calls. */
export const handler = (event: unknown) => makeOnObject(runtimeWithoutWarehouses())(event)

interface Message {
  readonly id: string
  readonly objects: readonly S3Object[]
  readonly malformed: boolean
}

async function ingestMessages(ports: Ports, event: QueueEvent): Promise<QueueResponse> {
  const messages = event.Records.map(({ messageId, body }) => readMessage(ports, messageId, readBody(body)))
  const unfinished = await ingestAll(ports, messages)
  const failed = messages.filter((message) => message.malformed || unfinished.has(message))
  return { batchItemFailures: failed.map(({ id }) => ({ itemIdentifier: id })) }
}

/** The good records of a message are taken even if another one of it is malformed: they must not wait in the dead-letter queue. */
function readMessage(ports: Ports, id: string, incoming: readonly Incoming[]): Message {
  const objects: S3Object[] = []
  let malformed = false
  for (const one of incoming) {
    if (one.kind === 'created') objects.push(one.object)
    else if (one.kind === 'acknowledged') ports.log('info', 'event-acknowledged', { messageId: id, why: one.why })
    else {
      malformed = true
      ports.log('error', 'event-malformed', { messageId: id, why: one.why, record: one.record })
    }
  }
  return { id, objects, malformed }
}

/** All together, since requests are shared; if that fails, each message alone, so that one cannot hold up the others. */
async function ingestAll(ports: Ports, messages: readonly Message[]): Promise<ReadonlySet<Message>> {
  try {
    await ingest(
      ports,
      messages.flatMap(({ objects }) => objects),
    )
    return new Set()
  } catch (error) {
    ports.log('warn', 'ingest-failed-together', { messages: messages.length, why: messageOf(error) })
  }
  const unfinished = new Set<Message>()
  for (const message of messages) {
    try {
      await ingest(ports, message.objects)
    } catch (error) {
      ports.log('error', 'ingest-failed', { messageId: message.id, why: messageOf(error) })
      unfinished.add(message)
    }
  }
  return unfinished
}

async function ingestDirectly(ports: Ports, event: unknown): Promise<void> {
  const message = readMessage(ports, 'direct', readEvent(event))
  await ingest(ports, message.objects)
  // Whoever invoked the function tries again, and then parks the event.
  if (message.malformed)
    throw new PenstockError('MALFORMED_EVENT', 'the event has records that cannot be read; the log tells which')
}

function isQueueEvent(event: unknown): event is QueueEvent {
  if (typeof event !== 'object' || event === null || !('Records' in event) || !Array.isArray(event.Records))
    return false
  const [first] = event.Records as readonly unknown[]
  return typeof first === 'object' && first !== null && 'eventSource' in first && first.eventSource === 'aws:sqs'
}
