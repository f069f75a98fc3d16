import type { Batch, TargetState } from '../model'
import { MAX_ATTEMPTS_KEPT, urlOf } from '../model'
import type { WarehouseSession } from '../ports'
import { type BatchContents, contentsUrl, readContents } from './batch-folder'
import { cannotConnect } from './cannot-connect'
import { bytesOf } from './lease'
import type { OpenedBatch } from './open-batch'
import { runBatch } from './run-batch'
import { settleLoaded } from './settle'
import { tellOfHold } from './tell'
import type { Turn, Turned } from './turn'
import { holdFor } from './what-next'

/** After so many attempts that died without a word, something kills whoever touches the batch: each further one waits for a hold to pass. */
const ATTEMPTS_BEFORE_BLOCK = 5

/**
 * Finishes the batch that somebody began: ends the session that may still be at it, then reads the receipt. It is
 * there: the rows are, and only the bookkeeping is left. It is not: nothing is, and the same batch is loaded again.
 */
export async function recover(turn: Turn, unfinished: NonNullable<TargetState['unfinished']>): Promise<Turned> {
  const { ports, target } = turn
  const connection = await turn.connect()
  if (connection.kind === 'refused') return cannotConnect(turn, connection.fault)
  const { session } = connection

  // Until it is gone, the old session could still commit after we have looked.
  if (unfinished.session !== undefined) await session.end(unfinished.session)
  const receipt = await session.receipt(target, unfinished.batchId)
  const contents = readContents(await ports.objects.get(contentsUrl(unfinished.folder)))
  const batch = (await ports.batches.get(target, unfinished.batchId)) ?? batchOf(turn, unfinished, contents)
  ports.log('warn', 'batch-recovered', {
    target,
    batchId: unfinished.batchId,
    attempt: unfinished.attempt,
    committed: receipt !== undefined,
  })

  if (receipt !== undefined) {
    return settleLoaded(turn, { contents, batch }, { kind: 'loaded', rows: receipt.rows, statements: [] })
  }
  return tryAgain(turn, unfinished, { contents, batch }, session)
}

async function tryAgain(
  turn: Turn,
  unfinished: NonNullable<TargetState['unfinished']>,
  opened: OpenedBatch,
  session: WarehouseSession,
): Promise<Turned> {
  const { ports, target, lease } = turn
  const { hold } = lease.state()
  const attempt = unfinished.attempt + 1
  const holdsDue = unfinished.attempt - ATTEMPTS_BEFORE_BLOCK + 1
  const holdsPassed = hold?.kind === 'blocked' && hold.code === 'BATCH_KEEPS_DYING' ? hold.tries : 0
  if (holdsPassed < holdsDue) {
    const blocked = holdFor(
      'blocked',
      {
        code: 'BATCH_KEEPS_DYING',
        message: `batch ${unfinished.batchId} of ${opened.contents.arrivals.length} files, the first ${firstFile(opened)}, was begun ${unfinished.attempt} times and never came to an end: has the function enough memory and time?`,
      },
      hold,
      ports.now(),
      ports.random(),
    )
    await tellOfHold(turn, blocked)
    return { kind: 'release', hold: blocked }
  }

  // The attempt is written down before it begins, so that whoever comes after a crash counts it.
  await lease.change({ unfinished: { ...unfinished, attempt, session: session.id } })
  const batch: Batch = {
    ...opened.batch,
    status: 'open',
    fence: lease.fence,
    attempts: [...opened.batch.attempts, { number: attempt, startedAtMs: ports.now(), session: session.id }].slice(
      -MAX_ATTEMPTS_KEPT,
    ),
  }
  await ports.batches.put(batch)
  ports.log('info', 'batch-tried-again', { target, batchId: batch.batchId, attempt })
  return runBatch(turn, { contents: opened.contents, batch }, session)
}

function firstFile({ contents }: OpenedBatch): string {
  const [first] = contents.arrivals
  return first === undefined ? '(none)' : urlOf(first.object)
}

/** The record of a batch whose holder died before writing it. */
function batchOf(turn: Turn, unfinished: NonNullable<TargetState['unfinished']>, contents: BatchContents): Batch {
  const { batchId, folder, openedAtMs, attempt, session } = unfinished
  return {
    target: turn.target,
    batchId,
    status: 'open',
    fence: turn.lease.fence,
    folder,
    files: contents.arrivals.length,
    bytes: bytesOf(contents.arrivals),
    openedAtMs,
    attempts: [{ number: attempt, startedAtMs: openedAtMs, ...(session === undefined ? {} : { session }) }],
  }
}
