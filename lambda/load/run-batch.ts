import { urlOf } from '../model'
import type { WarehouseSession } from '../ports'
import { manifestUrl } from './batch-folder'
import type { OpenedBatch } from './open-batch'
import { reloads } from './plan-for'
import { areUnchanged } from './refresh-arrivals'
import { settleLoaded } from './settle'
import { refusedLoad, settleRefused } from './settle-refused'
import { tellOfHold } from './tell-of-hold'
import { loadTimeMs, type Turn, type Turned, wasFullTime } from './turn'
import { holdFor } from './what-next'

/** The transaction, and what follows from its outcome. */
export async function runBatch(turn: Turn, opened: OpenedBatch, session: WarehouseSession): Promise<Turned> {
  const { ports, target, lease } = turn
  const { batchId, plan, arrivals } = opened.contents
  const timeoutMs = loadTimeMs(turn)
  const outcome = await session.load({
    batchId,
    target,
    plan,
    manifest: manifestUrl(opened.batch.folder),
    urls: [...new Set(arrivals.map(({ object }) => urlOf(object)))],
    bytes: opened.batch.bytes,
    timeoutMs,
    // A file that is overwritten while it is loaded would come again with its own event.
    ...(reloads(arrivals, turn.settings()) ? { stillCurrent: () => areUnchanged(turn, arrivals) } : {}),
  })
  switch (outcome.kind) {
    case 'loaded':
      return settleLoaded(turn, opened, outcome)
    case 'refused':
      return settleRefused(turn, opened, outcome.fault, wasFullTime(turn, timeoutMs))
    case 'unknown': {
      // The batch stays named on the target: whoever comes next ends the session and reads the receipt.
      const { fault } = outcome
      ports.log('warn', 'load-outcome-unknown', { target, batchId, code: fault.code, message: fault.message })
      await reportAlive(turn)
      const hold = holdFor('waiting', fault, lease.state().hold, ports.now(), ports.random())
      return { kind: 'release', hold: await tellOfHold(turn, hold, refusedLoad(turn, opened, fault)) }
    }
  }
}

/** The connection is lost, the loader is not: this attempt is no death. */
async function reportAlive({ lease }: Turn): Promise<void> {
  const { unfinished } = lease.state()
  if (unfinished) await lease.change({ unfinished: { ...unfinished, deaths: Math.max(0, unfinished.deaths - 1) } })
}
