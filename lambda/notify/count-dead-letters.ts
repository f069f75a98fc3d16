import { messageOf } from '../errors'
import type { Ports, QueueName } from '../ports'

/** What is parked behind each queue, and what to do about it. */
const ADVICE: Readonly<Record<QueueName, string>> = {
  objects:
    'events that could not be taken in: unless a listing of S3 finds them, their files are not loaded. The log of on-object tells why',
  wakes: 'wakes whose load failed: nothing is lost, since the tick wakes every target. The log of on-load tells why',
}

/**
 * Counts what is parked, and says so while there is anything: a file whose event lies there has no record that would tell
 * of it, and whatever parked its event may keep a heal from taking it in, too. A count that fails is logged and stops nobody.
 */
export async function countDeadLetters(ports: Pick<Ports, 'deadLetters' | 'log' | 'measure'>): Promise<void> {
  const queues = Object.keys(ADVICE) as readonly QueueName[]
  await Promise.all(queues.map((queue) => countOf(ports, queue)))
}

async function countOf(
  { deadLetters, log, measure }: Pick<Ports, 'deadLetters' | 'log' | 'measure'>,
  queue: QueueName,
): Promise<void> {
  try {
    const { messages, arn } = await deadLetters.count(queue)
    // Also when there are none: a level that is not measured stays where it was.
    measure('DeadLetters', messages, { queue })
    if (messages === 0) return
    const todo = `mend the cause, then: aws sqs start-message-move-task --source-arn ${arn}`
    log('warn', 'dead-letters', { queue, messages, what: ADVICE[queue], todo })
  } catch (error) {
    log('error', 'dead-letters-not-counted', { queue, why: messageOf(error) })
  }
}
