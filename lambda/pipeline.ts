/** The table of contents: what is done with what arrived, with a wake, with the tick of every minute, and with what was never announced. */
import { wakeAtTick } from './batch/when-to-wake'
import { messageOf } from './errors'
import { heal as healThrough } from './heal/heal'
import { ingest } from './intake/ingest'
import { loadTarget } from './load/load-target'
import type { TargetState } from './model'
import { countDeadLetters } from './notify/count-dead-letters'
import { measureLag } from './notify/measure-lag'
import type { Ports } from './ports'
import { thresholdsOf } from './target-settings'

export { ingest, loadTarget }

/**
 * Wakes every target for which something is due and nobody seems to come, and measures what waits. One target that cannot be
 * woken or measured stops no other.
 */
export async function tick(ports: Ports): Promise<void> {
  await countDeadLetters(ports)
  const settings = await ports.settings()
  const states: TargetState[] = []
  for await (const state of ports.targets.all()) {
    states.push(state)
    const { target } = state
    if (!wakeAtTick(state, thresholdsOf(target, settings), ports.now())) continue
    try {
      await ports.wakes.send(target, 0)
    } catch (error) {
      ports.log('error', 'wake-not-sent', { target, why: messageOf(error) })
    }
  }
  await measureLag(ports, states)
}

/** Lists S3 against the file records, a stretch at a time, and hands what was never announced to the intake. */
export function heal(ports: Ports, invocation: { readonly deadlineMs: number }): Promise<void> {
  return healThrough(ports, invocation, ingest)
}
