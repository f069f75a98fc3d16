import { type Arrival, type S3Url, urlOf } from '../model'
import type { LoadJob, WarehouseSession } from '../ports'
import { manifestUrl, partsOf } from './batch-folder'
import type { OpenedBatch } from './open-batch'
import { reloads } from './plan-for'
import { areUnchanged } from './refresh-arrivals'
import { settleLoaded } from './settle'
import { refusedLoad, settleRefused } from './settle-refused'
import { tellOfHold } from './tell-of-hold'
import { loadTimeMs, type Turn, type Turned, wasFullTime } from './turn'
import { holdFor } from './what-next'

/** The transaction, and what follows from its outcome. */
export async function runBatch(
  turn: Turn,
  opened: OpenedBatch,
  session: WarehouseSession,
  known: Pick<LoadJob, 'mayBeSubmitted'> = {},
): Promise<Turned> {
  const { ports, target, lease } = turn
  const { batchId, plan, arrivals } = opened.contents
  const { folder, attempts, bytes } = opened.batch
  const timeoutMs = loadTimeMs(turn)
  const parts = partsOf(opened.contents, folder)
  const outcome = await session.load({
    batchId,
    target,
    attempt: attempts.at(-1)?.number ?? 1,
    ...known,
    plan,
    manifest: manifestUrl(folder),
    ...(parts.length === 0 ? {} : { parts }),
    urls: urlsOf(arrivals),
    bytes,
    timeoutMs,
    // A file that is overwritten while it is loaded would come again with its own event, and may name other columns.
    ...(plan.match !== undefined || reloads(arrivals, turn.settings())
      ? { stillCurrent: () => areUnchanged(turn, arrivals) }
      : {}),
  })
  switch (outcome.kind) {
    case 'loaded':
      return settleLoaded(turn, opened, outcome, session)
    case 'refused':
      return settleRefused(turn, opened, outcome.fault, wasFullTime(turn, timeoutMs))
    case 'submitted':
      return leaveIt(turn, opened, outcome.session)
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

/** The files of a batch, each once. */
export function urlsOf(arrivals: readonly Arrival[]): readonly S3Url[] {
  return [...new Set(arrivals.map(({ object }) => urlOf(object)))]
}

/**
 * The warehouse goes on alone, for hours if it takes so long. Its session is written with the end of the lease: who dies before
 * has the same attempt asked for again, which is the same.
 */
function leaveIt({ ports, target, lease }: Turn, { contents }: OpenedBatch, session: string): Turned {
  const { unfinished } = lease.state()
  ports.log('info', 'load-submitted', { target, batchId: contents.batchId, statement: session })
  if (unfinished) lease.later({ unfinished: { ...unfinished, session, deaths: Math.max(0, unfinished.deaths - 1) } })
  return { kind: 'running', isNew: true }
}

/** The connection is lost, the loader is not: this attempt is no death. */
async function reportAlive({ lease }: Turn): Promise<void> {
  const { unfinished } = lease.state()
  if (unfinished) await lease.change({ unfinished: { ...unfinished, deaths: Math.max(0, unfinished.deaths - 1) } })
}
