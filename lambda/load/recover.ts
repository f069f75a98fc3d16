import { codeOf } from '../errors'
import { type Batch, MAX_ATTEMPTS_KEPT, type TargetState, urlOf } from '../model'
import type { Found, WarehouseSession } from '../ports'
import { type BatchContents, contentsUrl, manifestUrl, readContents } from './batch-folder'
import { cannotConnect } from './cannot-connect'
import { endBatch } from './end-batch'
import type { OpenedBatch } from './open-batch'
import { reloads } from './plan-for'
import { refreshArrivals } from './refresh-arrivals'
import { runBatch, urlsOf } from './run-batch'
import { settleLoaded } from './settle'
import { settleRefused } from './settle-refused'
import { tellOfHold } from './tell-of-hold'
import { hasTime, loadTimeMs, OUT_OF_TIME, type Turn, type Turned } from './turn'
import { holdFor } from './what-next'

type Unfinished = NonNullable<TargetState['unfinished']>

/** After so many attempts that died without a word, something kills whoever touches the batch: each further one waits for a hold to pass. */
const DEATHS_BEFORE_BLOCK = 5

/**
 * Finishes the batch that somebody began, by what the warehouse tells of it. It is committed: only the bookkeeping is left. It is
 * not, and nobody can commit it any more: the same batch is loaded again. It goes on by itself: it is left alone.
 */
export async function recover(turn: Turn, unfinished: Unfinished): Promise<Turned> {
  const { target } = turn
  const { batchId } = unfinished
  const connection = await turn.connect()
  if (connection.kind === 'refused') return cannotConnect(turn, connection.fault)
  const { session } = connection
  const isHandedOver = session.id === undefined
  if (isHandedOver !== (unfinished.isHandedOver ?? false)) {
    const message = `batch ${batchId} was begun ${unfinished.isHandedOver ? 'via data-api' : 'via pg'}, and its warehouse is reached otherwise now: nobody can tell what became of it. Set via back until it has ended`
    return held(turn, 'blocked', { code: 'WAY_CHANGED', message })
  }
  const contents = await contentsOf(turn, unfinished)
  if (unfinished.afterCommit) return endAfterCommit(turn, unfinished, contents, session)
  const found = await session.find({
    target,
    batchId,
    attempt: unfinished.attempt,
    startedAtMs: unfinished.attemptAtMs ?? unfinished.openedAtMs,
    ...(unfinished.session === undefined ? {} : { session: unfinished.session }),
    urls: urlsOf(contents?.arrivals ?? []),
    ...(contents === undefined ? {} : { plan: contents.plan, manifest: manifestUrl(unfinished.folder) }),
    timeoutMs: loadTimeMs(turn),
  })
  tell(turn, unfinished, found, isHandedOver)
  switch (found.kind) {
    case 'still-there': {
      const message = `session ${found.session} of batch ${batchId} does not end, and could still commit`
      return held(turn, 'waiting', { code: 'SESSION_DOES_NOT_END', message })
    }
    case 'running':
      if (found.session !== unfinished.session)
        turn.lease.later({ unfinished: { ...unfinished, session: found.session } })
      return { kind: 'running', isNew: false }
    case 'loaded':
    case 'refused':
    case 'nothing':
    case 'maybe-submitted':
      if (contents === undefined) return withoutFolder(turn, unfinished, found)
      return goOn(turn, unfinished, { contents, batch: await batchOf(turn, unfinished) }, found, session)
  }
}

type Ended = Exclude<Found, { kind: 'still-there' | 'running' }>

async function goOn(
  turn: Turn,
  unfinished: Unfinished,
  opened: OpenedBatch,
  found: Ended,
  session: WarehouseSession,
): Promise<Turned> {
  switch (found.kind) {
    case 'loaded': {
      const settled = await settleLoaded(turn, opened, { statements: [], ...found }, session)
      // Something has killed whoever had it before: it is not to be settled at each try.
      await turn.lease.flush()
      return settled
    }
    case 'refused':
      return settleRefused(turn, opened, found.fault, true)
    case 'maybe-submitted':
      return hasTime(turn) ? runBatch(turn, opened, session, { mayBeSubmitted: true }) : OUT_OF_TIME
    case 'nothing':
      return tryAgain(turn, unfinished, opened, session)
  }
}

/** That what was handed over has ended is as it should be; whatever else is found, somebody has died or lost the connection. */
function tell(
  { ports, target }: Turn,
  { batchId, attempt, session }: Unfinished,
  found: Found,
  isHandedOver: boolean,
): void {
  const facts = { target, batchId, attempt, ...(session === undefined ? {} : { session }) }
  if (found.kind === 'running') ports.log('info', 'load-goes-on', facts)
  else if (found.kind === 'still-there') return
  else if (isHandedOver && (found.kind === 'loaded' || found.kind === 'refused')) ports.log('info', 'load-ended', facts)
  else ports.log('warn', 'batch-recovered', { ...facts, found: found.kind, committed: found.kind === 'loaded' })
}

/** What was to be run after the batch goes on by itself, or has come to an end. */
async function endAfterCommit(
  turn: Turn,
  unfinished: Unfinished,
  contents: BatchContents | undefined,
  session: WarehouseSession,
): Promise<Turned> {
  const { rows } = unfinished.afterCommit ?? {}
  if (contents === undefined) return withoutFolder(turn, unfinished, { kind: 'loaded' })
  const opened = { contents, batch: await batchOf(turn, unfinished) }
  const settled = await settleLoaded(
    turn,
    opened,
    { kind: 'loaded', ...(rows === undefined ? {} : { rows }), statements: [] },
    session,
  )
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
async function withoutFolder(turn: Turn, unfinished: Unfinished, found: Ended): Promise<Turned> {
  const { ports, target } = turn
  const { batchId, folder, files } = unfinished
  // Whether it was asked for cannot be told without asking again, and what for lay in the folder.
  if (found.kind === 'loaded' || found.kind === 'maybe-submitted') {
    const what = found.kind === 'loaded' ? 'is committed' : 'may be under way'
    const rows = found.kind === 'loaded' && found.rows !== undefined ? `, ${found.rows} rows` : ''
    const message = `batch ${batchId} ${what} (${files} files${rows}), but ${folder}batch.json, which lists its files, is gone: put it back, for instance from an older version of the object`
    return held(turn, 'blocked', { code: 'BATCH_FOLDER_GONE', message })
  }
  ports.log('error', 'batch-given-up', { target, batchId, why: `${folder} is gone; nothing of it was committed` })
  return endBatch(
    turn,
    { batch: await batchOf(turn, unfinished) },
    { code: 'BATCH_FOLDER_GONE', message: `${folder} is gone` },
    {},
  )
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
  const own = session.id === undefined ? {} : { session: session.id }
  const { session: _, ...rest } = unfinished
  await lease.change({
    unfinished: { ...rest, attempt, attemptAtMs: ports.now(), deaths: unfinished.deaths + 1, ...own },
  })
  const attempts = [...opened.batch.attempts, { number: attempt, startedAtMs: ports.now(), ...own }]
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

/** The record of a batch; of one that was neither closed nor tried again, as its target tells it. */
async function batchOf(turn: Turn, unfinished: Unfinished): Promise<Batch> {
  const known = await turn.ports.batches.get(turn.target, unfinished.batchId)
  if (known !== undefined) return known
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
