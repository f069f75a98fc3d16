import { urlOf } from '../model'
import type { WarehouseSession } from '../ports'
import { manifestUrl } from './batch-folder'
import type { OpenedBatch } from './open-batch'
import { settleLoaded } from './settle'
import { settleRefused } from './settle-refused'
import { tellOfHold } from './tell'
import type { Turn, Turned } from './turn'
import { holdFor } from './what-next'

/** Left for the bookkeeping after the transaction. */
const SETTLE_MS = 8_000

/** The transaction, and what follows from its outcome. */
export async function runBatch(turn: Turn, opened: OpenedBatch, session: WarehouseSession): Promise<Turned> {
  const { ports, target, lease } = turn
  const { batchId, plan, arrivals } = opened.contents
  const outcome = await session.load({
    batchId,
    target,
    plan,
    manifest: manifestUrl(opened.batch.folder),
    urls: [...new Set(arrivals.map(({ object }) => urlOf(object)))],
    bytes: opened.batch.bytes,
    timeoutMs: Math.max(1_000, turn.deadlineMs - SETTLE_MS - ports.now()),
  })
  switch (outcome.kind) {
    case 'loaded':
      return settleLoaded(turn, opened, outcome)
    case 'refused':
      return settleRefused(turn, opened, outcome.fault)
    case 'unknown': {
      // The batch stays named on the target: whoever comes next ends the session and reads the receipt.
      ports.log('warn', 'load-outcome-unknown', {
        target,
        batchId,
        code: outcome.fault.code,
        message: outcome.fault.message,
      })
      const hold = holdFor('waiting', outcome.fault, lease.state().hold, ports.now(), ports.random())
      await tellOfHold(turn, hold)
      return { kind: 'release', hold }
    }
  }
}
