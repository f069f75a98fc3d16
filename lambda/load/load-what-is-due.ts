import { isItDue } from '../batch/is-it-due'
import { type Choice, whatGoesIn } from '../batch/what-goes-in'
import { type Arrival, urlOf } from '../model'
import { cannotConnect } from './cannot-connect'
import type { CopyPlan } from './copy-plan'
import { openBatch } from './open-batch'
import { planFor } from './plan-for'
import { refreshArrivals } from './refresh-arrivals'
import { runBatch } from './run-batch'
import { thresholdsOf } from './target-settings'
import { AGAIN, type Turn, type Turned } from './turn'

/** One look at the queue of a target: nothing, not yet, or a batch. */
export async function loadWhatIsDue(turn: Turn): Promise<Turned> {
  const { ports, settings, target, lease } = turn
  const thresholds = thresholdsOf(target, settings)
  const files = Math.min(thresholds.files, lease.state().batchFiles ?? thresholds.files)

  const waiting = await ports.arrivals.oldest(target, files)
  if (waiting.length < files) lease.counted(waiting)
  if (waiting.length === 0) return { kind: 'release' }
  const due = isItDue(waiting, { ...thresholds, files }, ports.now())
  if (!due.due) return { kind: 'release', wakeAtMs: due.untilMs }

  const known = await ports.files.get(target, [...new Set(waiting.map(({ object }) => urlOf(object)))])
  const limits = { files, bytes: thresholds.bytes }
  const choice = whatGoesIn(waiting, known, (arrival) => planFor(arrival, settings), limits, ports.now())
  await dropWhatIsNotLoaded(turn, choice)
  if (choice.plan === undefined) return AGAIN
  return loadThese(turn, choice.take, choice.plan)
}

async function dropWhatIsNotLoaded(turn: Turn, choice: Choice): Promise<void> {
  const { ports, lease, target } = turn
  if (choice.drop.length === 0) return
  await ports.files.put(choice.records)
  await ports.arrivals.remove(choice.drop)
  lease.left(choice.drop)
  ports.log('info', 'arrivals-dropped', { target, files: choice.drop.length, recorded: choice.records.length })
}

async function loadThese(turn: Turn, take: readonly Arrival[], plan: CopyPlan): Promise<Turned> {
  const { ports, target, lease } = turn
  // A version that is loaded instead of a newer one, and the newer one after it, would be twice there.
  const reloads = planReloads(turn, take)
  const arrivals = reloads ? await refreshArrivals(turn, take) : take
  if (arrivals.length === 0) return AGAIN

  const connection = await turn.connect()
  if (connection.kind === 'refused') return cannotConnect(turn, connection.fault)
  const opened = await openBatch(turn, { arrivals, plan }, connection.session.id)
  ports.log('info', 'batch-opened', {
    target,
    batchId: opened.contents.batchId,
    files: arrivals.length,
    fence: lease.fence,
  })
  return runBatch(turn, opened, connection.session)
}

function planReloads(turn: Turn, take: readonly Arrival[]): boolean {
  return take.some((arrival) => {
    const plan = planFor(arrival, turn.settings)
    return plan.kind === 'copy' && plan.overwrites === 'reload'
  })
}
