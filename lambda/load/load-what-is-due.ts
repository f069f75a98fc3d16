import { isItDue } from '../batch/is-it-due'
import { MAX_FILES_PER_BATCH } from '../batch/thresholds'
import { type Choice, type Known, type Limits, type Plan, whatGoesIn } from '../batch/what-goes-in'
import { rememberingTable } from '../in-table'
import type { LoadPlan } from '../load-plan'
import { type Arrival, fingerprintOf, urlOf } from '../model'
import type { WarehouseSession } from '../ports'
import { misfitRecords } from '../record/records-of'
import { reportEnded } from '../record/report-ended'
import { notesContents, replaces, thresholdsOf } from '../target-settings'
import { cannotConnect } from './cannot-connect'
import { type Matched, matchColumns } from './match-columns'
import { openBatch } from './open-batch'
import { planFor, reloads } from './plan-for'
import { refreshArrivals } from './refresh-arrivals'
import { runBatch } from './run-batch'
import { AGAIN, hasTime, OUT_OF_TIME, type Turn, type Turned } from './turn'
import { besideBad } from './what-next'

/** Files that come while others are looked at still belong to them. */
const WINDOW_SLACK_MS = 60_000

/** One look at the queue of a target: nothing, not yet, or a batch. */
export async function loadWhatIsDue(turn: Turn): Promise<Turned> {
  const { ports, target, lease } = turn
  const thresholds = thresholdsOf(target, turn.settings())
  const smaller = replaces(target, turn.settings()) ? undefined : lease.state().batchFiles
  const files = Math.min(thresholds.files, smaller ?? thresholds.files)

  const waiting = await ports.arrivals.oldest(target, files)
  if (waiting.length < files) lease.counted(waiting)
  if (waiting.length === 0) return { kind: 'release' }
  const due = isItDue(waiting, { ...thresholds, files }, ports.now())
  if (!due.due) return { kind: 'release', wakeAtMs: due.untilMs }

  const windowMs = thresholds.seconds * 1000 + WINDOW_SLACK_MS
  const choice = await choose(turn, waiting, { files, bytes: thresholds.bytes, windowMs })
  await dropWhatIsNotLoaded(turn, choice)
  if (choice.plan === undefined) return AGAIN
  const isTooMany = choice.plan.mode === 'replace' && waiting.length >= MAX_FILES_PER_BATCH
  if (choice.leftBehind > 0 || isTooMany) return cannotReplace(turn, choice)
  return loadThese(turn, choice.take, choice.plan)
}

/** A part of the files would take the place of the others, and nobody would see it. */
function cannotReplace(turn: Turn, { take, leftBehind }: Pick<Choice, 'take' | 'leftBehind'>): Promise<Turned> {
  const message =
    leftBehind > 0
      ? `${take.length + leftBehind} files came together to replace ${turn.target}, and ${leftBehind} of them do not go into one load with the others: they are of another format, compression or order of columns, or more than batch.bytes. Mend or remove those, or say batch: { files: 1 } if each file is the whole table`
      : `more files came together to replace ${turn.target} than the ${MAX_FILES_PER_BATCH} that a batch holds: write fewer, larger ones`
  return cannotConnect(turn, { kind: 'set-up', code: 'REPLACED_IN_PARTS', message, fileErrors: [] })
}

async function choose(turn: Turn, waiting: readonly Arrival[], limits: Limits): Promise<Choice> {
  const { ports, target } = turn
  const records = await ports.files.get(target, [...new Set(waiting.map(({ object }) => urlOf(object)))])
  const replacedByMs = turn.lease.state().lastLoad?.latestEventMs
  const replaced = replacedByMs === undefined ? {} : { replacedByMs }
  const decide = async () => {
    const planOf = (arrival: Arrival) => planFor(arrival, turn.settings())
    const contents = await knownContents(turn, waiting, planOf)
    return whatGoesIn(waiting, { records, contents, ...replaced }, planOf, limits, ports.now())
  }
  const choice = await decide()
  if (!choice.records.some(({ status }) => status !== 'loaded')) return choice
  // Whoever queued the file may know newer settings than we do. Those that we read now are as new as any that routed it.
  await turn.refreshSettings()
  return decide()
}

/** Nothing is asked where duplicates load: what a file costs does not depend on what nobody wants to know. */
async function knownContents(
  { ports, target, settings }: Turn,
  waiting: readonly Arrival[],
  planOf: (arrival: Arrival) => Plan,
): Promise<Known['contents']> {
  if (!notesContents(target, settings())) return new Map()
  const asked = waiting.filter((arrival) => {
    const plan = planOf(arrival)
    return plan.kind === 'copy' && plan.duplicates !== 'load'
  })
  if (asked.length === 0) return new Map()
  return ports.contents.get(target, [...new Set(asked.map(({ object }) => fingerprintOf(object)))])
}

/** People are told before it is written: who dies in between tells them again, and never nobody. */
async function dropWhatIsNotLoaded(turn: Turn, choice: Pick<Choice, 'drop' | 'records'>): Promise<void> {
  const { ports, lease, target } = turn
  if (choice.drop.length === 0) return
  await lease.flush()
  await reportEnded(ports, turn.settings(), choice.records)
  await ports.files.put(choice.records)
  await ports.arrivals.remove(choice.drop)
  lease.left(choice.drop)
  ports.log('info', 'arrivals-dropped', { target, files: choice.drop.length, recorded: choice.records.length })
}

async function loadThese(turn: Turn, take: readonly Arrival[], plan: LoadPlan): Promise<Turned> {
  const { ports, target, lease } = turn
  // A version that is loaded instead of a newer one, and the newer one after it, would be twice there.
  const arrivals = reloads(take, turn.settings()) ? await refreshArrivals(turn, take) : take
  if (arrivals.length === 0) return AGAIN
  const noting = notesContents(target, turn.settings())
  // What was overwritten may be there by now: loaded for an earlier event of its own, or under another name.
  if (arrivals.some((arrival) => !take.includes(arrival))) return AGAIN

  const connection = await turn.connect()
  if (connection.kind === 'refused') return cannotConnect(turn, connection.fault)
  // Looking at thousands of files, or connecting, may have taken what time there was.
  if (!hasTime(turn)) return OUT_OF_TIME
  const matched =
    plan.match === undefined ? { take: arrivals, plan } : await matchTheirs(turn, arrivals, plan, connection.session)
  if ('kind' in matched) return matched
  const opened = await openBatch(
    turn,
    { arrivals: matched.take, plan: matched.plan, ...(noting ? { notesContents: true } : {}) },
    connection.session.id,
  )
  const { batchId } = opened.contents
  ports.log('info', 'batch-opened', { target, batchId, files: matched.take.length, fence: lease.fence })
  return runBatch(turn, opened, connection.session)
}

/** Of files that replace a table together, none is loaded without the others. */
function wholeOrNothing(plan: LoadPlan, arrivals: readonly Arrival[], matched: Matched): Matched {
  const [first] = matched.misfits
  if (plan.mode !== 'replace' || first === undefined) return matched
  const bad = new Set(matched.misfits.map(({ arrival }) => arrival))
  const error = besideBad(urlOf(first.arrival.object))
  const others = arrivals.filter((arrival) => !bad.has(arrival)).map((arrival) => ({ arrival, error }))
  return { ...matched, take: [], changed: [], misfits: [...matched.misfits, ...others] }
}

/** The columns that the files name; what does not fit is remembered as failed before anything is loaded. */
async function matchTheirs(
  turn: Turn,
  arrivals: readonly Arrival[],
  plan: LoadPlan,
  session: WarehouseSession,
): Promise<Pick<Matched, 'take' | 'plan'> | Turned> {
  const { ports, target } = turn
  const table = await session.table(plan)
  if (table === undefined) {
    const message = `the table ${plan.schema}.${plan.table} is not there, or the user has no right to it: create it, or grant it`
    return cannotConnect(turn, { kind: 'set-up', code: 'NO_SUCH_TABLE', message, fileErrors: [] })
  }
  const matched = wholeOrNothing(plan, arrivals, await matchColumns(turn, arrivals, plan, table))
  if (matched.misfits.length > 0) {
    const urls = matched.misfits.map(({ arrival }) => urlOf(arrival.object))
    const records = misfitRecords(matched.misfits, ports.now())
    const drop = matched.misfits.map(({ arrival }) => arrival)
    await dropWhatIsNotLoaded(turn, { drop, records: rememberingTable(records, await ports.files.get(target, urls)) })
  }
  if (matched.changed.length > 0) {
    await refreshArrivals(turn, matched.changed)
    return AGAIN
  }
  if (matched.take.length === 0) return AGAIN
  const leftBehind = arrivals.length - matched.misfits.length - matched.take.length
  if (plan.mode === 'replace' && leftBehind > 0) return cannotReplace(turn, { take: matched.take, leftBehind })
  return hasTime(turn) ? matched : OUT_OF_TIME
}
