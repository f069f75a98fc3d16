import { messageOf } from '../errors'
import type { Hold } from '../model'
import { heldNotice } from '../notify/notices'
import type { Notice } from '../ports'
import { topicsOf } from './target-settings'
import type { Turn } from './turn'

/** A passing fault is told of when it has come back so often. */
const TRIES_BEFORE_TELLING = 5

/** Tells once that a target is held up: at once if a person must mend something, later if it may pass. */
export async function tellOfHold(turn: Turn, hold: Hold): Promise<void> {
  if (hold.kind === 'paused') return
  const { ports, settings, target, lease } = turn
  ports.log('warn', 'target-held', { target, ...hold })
  if (hold.tries !== (hold.kind === 'blocked' ? 1 : TRIES_BEFORE_TELLING)) return
  ports.measure('TargetsBlocked', 1, { target })
  const { waitingFiles, waitingBytes } = lease.state()
  await publish(turn, topicsOf(target, settings).failure, () =>
    heldNotice({ environment: settings.name, target, hold, waitingFiles, waitingBytes }),
  )
}

/** Publishes if there is a topic. A topic that cannot be reached holds up no load: the log and the metrics tell the same. */
export async function publish(
  turn: Pick<Turn, 'ports' | 'target'>,
  topic: string | undefined,
  make: () => Notice,
): Promise<void> {
  if (topic === undefined) return
  try {
    await turn.ports.notices.publish(topic, make())
  } catch (error) {
    turn.ports.log('error', 'notice-not-sent', { target: turn.target, topic, why: messageOf(error) })
    turn.ports.measure('NoticesLost', 1, { target: turn.target })
  }
}
