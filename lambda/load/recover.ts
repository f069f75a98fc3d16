import { codeOf } from '../errors'
import type { Receipt } from '../model'
import { type Batch, MAX_ATTEMPTS_KEPT, type TargetState, urlOf } from '../model'
import type { WarehouseSession } from '../ports'
import { type BatchContents, contentsUrl, readContents } from './batch-folder'
import { cannotConnect } from './cannot-connect'
import { endBatch } from './end-batch'
import type { OpenedBatch } from './open-batch'
import { reloads } from './plan-for'
import { refreshArrivals } from './refresh-arrivals'
import { runBatch } from './run-batch'
import { settleLoaded } from './settle'
import { tellOfHold } from './tell-of-hold'
import { hasTime, loadTimeMs, OUT_OF_TIME, type Turn, type Turned } from './turn'
import { holdFor } from './what-next'

type Unfinished = NonNullable<TargetState['unfinished']>

/** After so many attempts that died without a word, something kills whoever touches the batch: each further one waits for a hold to pass. */
const DEATHS_BEFORE_BLOCK = 5

/**
 * Finishes the batch that somebody began: ends the session that may still be at it, then reads the receipt. It is
 * there: the rows are, and only the bookkeeping is left. It is not: nothing is, and the same batch is loaded again.
 */
export async function recover(turn: Turn, unfinished: Unfinished): Promise<Turned> {
  const { ports, target } = turn
  const { batchId, attempt } = unfinished
  const connection = await turn.connect()
  if (connection.kind === 'refused') return cannotConnect(turn, connection.fault)
  const { session } = connection

  // Until it is gone, the old session could still commit after we have looked.
  const isGone = unfinished.session === undefined || (await session.end(unfinished.session, loadTimeMs(turn)))
  if (!isGone) {
    const message = `session ${unfinished.session} of batch ${batchId} does not end, and could still commit`
    return held(turn, 'waiting', { code: 'SESSION_DOES_NOT_END', message })
  }
  const receipt = await session.receipt(target, batchId)
  const contents = await contentsOf(turn, unfinished)
  ports.log('warn', 'batch-recovered', { target, batchId, attempt, committed: receipt !== undefined })
  if (contents === undefined) return withoutFolder(turn, unfinished, receipt)

  const batch = (await ports.batches.get(target, batchId)) ?? batchOf(turn, unfinished)
  if (receipt === undefined) return tryAgain(turn, unfinished, { contents, batch }, session)
  const settled = await settleLoaded(turn, { contents, batch }, { kind: 'loaded', rows: receipt.rows, statements: [] })
  // Something has killed whoever had it before: it is not to be settled at each try.
  await turn.lease.flush()
  return settled
}

async function contentsOf({ ports }: Turn, { folder }: Unfinished): Promise<BatchContents | undefined> {
  try {
    return readContents(await ports.objects.get(contentsUrl(folder)))
  } catch (error) {
    if (codeOf(error) === 'OBJECT_GONE') return undefined
    throw error
  }
}

/** Somebody has removed the batch's objects. Uncommitted, its files still wait; committed, nobody can tell which they were. */
async function withoutFolder(turn: Turn, unfinished: Unfinished, receipt: Receipt | undefined): Promise<Turned> {
  const { ports, target } = turn
  const { batchId, folder } = unfinished
  if (receipt !== undefined) {
    const message = `batch ${batchId} is committed (${receipt.files} files, ${receipt.rows} rows), but ${folder}batch.json, which lists its files, is gone: put it back, for instance from an older version of the object`
    return held(turn, 'blocked', { code: 'BATCH_FOLDER_GONE', message })
  }
  ports.log('error', 'batch-given-up', { target, batchId, why: `${folder} is gone; nothing of it was committed` })
  const batch = (await ports.batches.get(target, batchId)) ?? batchOf(turn, unfinished)
  return endBatch(turn, { batch }, { code: 'BATCH_FOLDER_GONE', message: `${folder} is gone` }, {})
}

async function tryAgain(
  turn: Turn,
  unfinished: Unfinished,
  opened: OpenedBatch,
  session: WarehouseSession,
): Promise<Turned> {
  const { ports, target, lease } = turn
  if (unfinished.deaths >= DEATHS_BEFORE_BLOCK && unfinished.heldAtAttempt !== unfinished.attempt) {
    await lease.change({ unfinished: { ...unfinished, heldAtAttempt: unfinished.attempt } })
    const [first] = opened.contents.arrivals
    const message = `batch ${unfinished.batchId} of ${opened.contents.arrivals.length} files, the first ${first ? urlOf(first.object) : '(none)'}, was begun ${unfinished.deaths} times and never came to an end: has the function enough memory and time?`
    return held(turn, 'blocked', { code: 'BATCH_KEEPS_DYING', message })
  }
  const { arrivals } = opened.contents
  if (reloads(arrivals, turn.settings())) {
    const fresh = await refreshArrivals(turn, arrivals)
    if (fresh.length < arrivals.length || fresh.some((arrival, index) => arrival !== arrivals[index])) {
      const message =
        'files were overwritten or deleted before it was loaded; what is there now goes into another batch'
      return endBatch(turn, opened, { code: 'FILES_CHANGED', message }, {})
    }
  }
  if (!hasTime(turn)) return OUT_OF_TIME

  // The attempt is written down before it begins, so that whoever comes after a crash counts it.
  const attempt = unfinished.attempt + 1
  await lease.change({ unfinished: { ...unfinished, attempt, deaths: unfinished.deaths + 1, session: session.id } })
  const attempts = [...opened.batch.attempts, { number: attempt, startedAtMs: ports.now(), session: session.id }]
  const batch: Batch = {
    ...opened.batch,
    status: 'open',
    fence: lease.fence,
    attempts: attempts.slice(-MAX_ATTEMPTS_KEPT),
  }
  await ports.batches.put(batch)
  ports.log('info', 'batch-tried-again', { target, batchId: batch.batchId, attempt })
  return runBatch(turn, { contents: opened.contents, batch }, session)
}

async function held(
  turn: Turn,
  kind: 'blocked' | 'waiting',
  fault: { readonly code: string; readonly message: string },
): Promise<Turned> {
  const { ports, lease } = turn
  const hold = holdFor(kind, fault, lease.state().hold, ports.now(), ports.random())
  return { kind: 'release', hold: await tellOfHold(turn, hold) }
}

/** The record of a batch that was neither closed nor tried again. */
function batchOf(turn: Turn, unfinished: Unfinished): Batch {
  const { batchId, folder, files, bytes, openedAtMs, attempt, session } = unfinished
  return {
    target: turn.target,
    batchId,
    status: 'open',
    fence: turn.lease.fence,
    folder,
    files,
    bytes,
    openedAtMs,
    attempts: [{ number: attempt, startedAtMs: openedAtMs, ...(session === undefined ? {} : { session }) }],
  }
}
