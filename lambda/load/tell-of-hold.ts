import type { Hold } from '../model'
import { heldNotice, type RefusedLoad } from '../notify/notices'
import { publish } from '../notify/publish'
import { topicsOf } from '../target-settings'
import type { Turn } from './turn'

/** A passing fault is told of when it has come back so often. */
const TRIES_BEFORE_TELLING = 5

/**
 * Tells that a target is held up: at once if a person must mend something, and again when that is something else; later
 * and once if it may pass. Returns the hold with what was told, to be written down with it.
 * @param load what was refused, if it came so far
 */
export async function tellOfHold(turn: Turn, hold: Hold, load: RefusedLoad = {}): Promise<Hold> {
  const { ports, target, lease } = turn
  const settings = turn.settings()
  ports.log('warn', 'target-held', { target, ...hold })
  if (!isNews(hold)) return hold
  ports.measure('TargetsBlocked', 1, { target })
  const { waitingFiles, waitingBytes, unfinished } = lease.state()
  const batch = unfinished === undefined ? {} : { batchId: unfinished.batchId }
  await publish(ports, target, topicsOf(target, settings).failure, () =>
    heldNotice({ environment: settings.name, target, hold, waitingFiles, waitingBytes, ...batch, ...load }),
  )
  return { ...hold, toldCode: hold.code }
}

function isNews(hold: Hold): boolean {
  if (hold.kind === 'blocked') return hold.toldCode !== hold.code
  return hold.tries === TRIES_BEFORE_TELLING
}
