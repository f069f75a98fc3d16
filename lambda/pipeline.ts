/**
 * The table of contents: what is done with what arrived, with a wake, with the tick of every minute, with what was never
 * announced, and with what is to be loaded in bulk.
 */
import { wakeAtTick } from './batch/when-to-wake'
import { bulk as bulkThrough } from './bulk/bulk'
import { messageOf, WakesNotSent } from './errors'
import { heal as healThrough } from './heal/heal'
import { ingest, ingestInto } from './intake/ingest'
import { loadTarget } from './load/load-target'
import type { TargetId, TargetState } from './model'
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
  const due: TargetId[] = []
  try {
    for await (const state of ports.targets.all()) {
      states.push(state)
      if (wakeAtTick(state, thresholdsOf(state.target, settings), ports.now())) due.push(state.target)
    }
  } finally {
    // Also when the table could not be read to its end: those that were seen are not to wait for the others.
    await wakeNow(ports, due)
  }
  await measureLag(ports, states)
}

async function wakeNow({ wakes, log }: Pick<Ports, 'wakes' | 'log'>, targets: readonly TargetId[]): Promise<void> {
  try {
    await wakes.send(targets.map((target) => ({ target, delaySeconds: 0 })))
  } catch (error) {
    const unsent = error instanceof WakesNotSent ? error.unsent : targets.map((target) => ({ target, why: error }))
    for (const { target, why } of unsent) log('error', 'wake-not-sent', { target, why: messageOf(why) })
  }
}

/** Lists S3 against the file records, a stretch at a time, and hands what was never announced to the intake. */
export function heal(ports: Ports, invocation: { readonly deadlineMs: number }): Promise<void> {
  return healThrough(ports, invocation, ingest)
}

/** Lists the prefixes of bulk loads, a stretch at a time, and hands what their targets lack to the intake. */
export function bulk(ports: Ports, invocation: { readonly deadlineMs: number }): Promise<void> {
  return bulkThrough(ports, invocation, ingestInto)
}
