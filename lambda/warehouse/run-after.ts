import { filledIn } from '../given-sql'
import type { AfterJob, AfterOutcome } from '../ports'
import { faultOf, isAnswer } from './fault-of'
import { literal } from './redshift/quote'
import { GRACE_MS, type Run } from './run'
import type { SessionDeps, SessionOf } from './session'
import type { Statement } from './statement'

/** Runs the statements one by one, each in a transaction of its own. Without an answer, nobody knows whether the last one was done. */
export async function runAfter(
  deps: Pick<SessionDeps, 'now'>,
  warehouse: SessionOf,
  run: Run,
  job: AfterJob,
): Promise<AfterOutcome> {
  const untilMs = deps.now() + job.timeoutMs
  let done = 0
  for (const statement of statementsOf(job)) {
    const leftMs = untilMs - deps.now()
    try {
      if (leftMs <= 0) throw new Error('the function has no time left for it')
      await run({ kind: 'limit-time', timeoutMs: leftMs }, leftMs + GRACE_MS)
      await run(statement, leftMs + GRACE_MS)
    } catch (error) {
      const { code, message } = faultOf(error, warehouse)
      const unknown = isAnswer(error) || leftMs <= 0 ? '' : ' (whether it was done is not known)'
      return { kind: 'ended', done, failed: { statement: done, code, message: `${message}${unknown}` } }
    }
    done += 1
  }
  return { kind: 'ended', done }
}

/** With their values filled in. */
export function statementsOf({ statements, batchId, target, files, rows }: AfterJob): readonly Statement[] {
  const values = {
    batch_id: batchId,
    target,
    files: String(files),
    ...(rows === undefined ? {} : { rows: String(rows) }),
  }
  return statements.map((text, index) => ({
    kind: 'given',
    // Nobody may be able to say how many there were.
    text: filledIn(rows === undefined ? text.replaceAll('{rows}', 'NULL') : text, values, literal),
    from: `afterCommit[${index}]`,
  }))
}
