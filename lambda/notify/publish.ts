import { messageOf } from '../errors'
import type { TargetId } from '../model'
import type { Notice, Ports } from '../ports'

/** Publishes if there is a topic. A topic that cannot be reached holds up no load: the log and the metrics tell the same. */
export async function publish(
  ports: Pick<Ports, 'notices' | 'log' | 'measure'>,
  target: TargetId,
  topic: string | undefined,
  make: () => Notice,
): Promise<void> {
  if (topic === undefined) return
  try {
    await ports.notices.publish(topic, make())
  } catch (error) {
    ports.log('error', 'notice-not-sent', { target, topic, why: messageOf(error) })
    ports.measure('NoticesLost', 1, { target })
  }
}
