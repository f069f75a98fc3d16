import { splitStatements } from '../redshift/sql-tokens'
import { kindOf } from '../redshift/statement-kinds'
import { makeCanceller } from './canceller'
import { errorText } from './error-text'
import { bindParameters } from './named-parameters'
import type { Answer, Session } from './session'
import { hasEnded, type Part, type Statements, type Submission } from './statements'
import type { Warehouse } from './warehouse-of'

export interface RunDeps {
  readonly statements: Statements
  readonly open: (warehouse: Warehouse) => Promise<Session>
  /** How long a statement may run. */
  readonly longestMs: number
}

/** Runs what was submitted on a session of its own, and leaves it in a state that it does not leave again. */
export async function run({ statements, open, longestMs }: RunDeps, submission: Submission): Promise<void> {
  let started: bigint | undefined
  if (submission.isCancelled) return end('ABORTED')
  statements.move(submission, { status: 'PICKED' })
  let session: Session
  try {
    session = await open(submission.warehouse)
  } catch (error) {
    return end('FAILED', errorText(error))
  }
  submission.pid = session.pid
  const canceller = makeCanceller(session)
  submission.cancel = canceller.start
  if (submission.isCancelled) canceller.start()
  const deadline = setTimeout(() => {
    submission.isCancelled = true
    canceller.start()
  }, longestMs)
  statements.move(submission, { status: 'STARTED' })
  started = process.hrtime.bigint()
  try {
    if (submission.isTransaction) await session.run('BEGIN')
    const failure = await runParts(session)
    if (submission.isTransaction) await commit(session)
    canceller.stop()
    if (failure !== undefined) throw failure.error
    end('FINISHED')
  } catch (error) {
    canceller.stop()
    if (submission.isTransaction) await session.run('ROLLBACK').catch(() => {})
    await rememberFailedCopy(session)
    const isOurs = submission.isCancelled && isCancellation(error)
    end(isOurs ? 'ABORTED' : 'FAILED', isOurs ? undefined : errorText(error))
  } finally {
    clearTimeout(deadline)
    await session.end()
  }

  /** By itself, a statement that fails is no matter of the others [SDK: BatchExecuteStatementInput, ExecutionMode]. */
  async function runParts(on: Session): Promise<{ readonly error: unknown } | undefined> {
    let first: { readonly error: unknown } | undefined
    for (const part of submission.parts) {
      try {
        await runPart(on, part)
      } catch (error) {
        if (submission.isTransaction || submission.isCancelled) throw error
        first ??= { error }
      }
    }
    return first
  }

  async function commit(on: Session): Promise<void> {
    if (submission.isCancelled) throw new Cancelled()
    const { command } = await on.run('COMMIT')
    // A transaction that has failed takes a COMMIT without an error, and is rolled back.
    if (command !== 'COMMIT') throw new Error('The transaction was rolled back')
  }

  async function runPart(on: Session, part: Part): Promise<void> {
    // A cancellation may have come between two statements, where the warehouse had nothing to cancel.
    if (submission.isCancelled) throw new Cancelled()
    statements.move(part, { status: 'STARTED' })
    const from = process.hrtime.bigint()
    try {
      const { text, values } = bindParameters(part.sql, submission.parameters)
      const answer = await on.run(text, values)
      const facts = await factsOf(on, answer).catch((error: unknown) => {
        // Alone, the statement has been committed: what is not known of it must not make it fail.
        if (submission.isTransaction) throw error
        return UNKNOWN
      })
      statements.move(part, { ...facts, status: 'FINISHED', durationNs: since(from) })
    } catch (error) {
      const isOurs = submission.isCancelled && isCancellation(error)
      const failure = isOurs ? { status: 'ABORTED' as const } : { status: 'FAILED' as const, error: errorText(error) }
      statements.move(part, { ...failure, durationNs: since(from) })
      throw error
    }
  }

  /** A COPY that failed has a number as well, under which its load errors are found. */
  async function rememberFailedCopy(on: Session): Promise<void> {
    const failed = submission.parts.find(({ status }) => status === 'FAILED')
    if (failed && splitStatements(failed.sql).some((each) => kindOf(each) === 'copy'))
      failed.queryId = (await lastCopy(on).catch(() => UNKNOWN)).queryId
  }

  function end(status: 'FINISHED' | 'FAILED' | 'ABORTED', error?: string): void {
    for (const part of submission.parts) if (!hasEnded(part)) statements.move(part, { status: 'ABORTED' })
    const [first] = submission.parts
    const isAlone = submission.kind === 'statement'
    const rows = submission.parts.reduce((sum, part) => sum + Math.max(part.rows, 0), 0)
    statements.move(submission, {
      status,
      ...(error === undefined ? {} : { error }),
      rows: isAlone ? first.rows : rows,
      queryId: isAlone ? first.queryId : 0,
      durationNs: isAlone || started === undefined ? first.durationNs : since(started),
    })
  }
}

class Cancelled extends Error {
  override readonly name = 'Cancelled'
}

function isCancellation(error: unknown): boolean {
  return error instanceof Cancelled || (error instanceof Error && 'code' in error && error.code === '57014')
}

const UNKNOWN = { rows: -1, queryId: -1 } as const

async function factsOf(session: Session, answer: Answer): Promise<Pick<Part, 'rows' | 'queryId' | 'result'>> {
  // The tag of a COPY carries no count; -1 stands for null [API reference: DescribeStatement].
  if (answer.command === 'COPY') return lastCopy(session)
  const rows = answer.count ?? -1
  if (answer.columns.length === 0) return { rows, queryId: -1 }
  return { rows, queryId: -1, result: { columns: answer.columns, rows: answer.rows } }
}

async function lastCopy(session: Session): Promise<Pick<Part, 'rows' | 'queryId'>> {
  const { rows } = await session.run('SELECT pg_last_copy_count(), pg_last_copy_id()')
  const [[count, id] = []] = rows
  return { rows: Number(count ?? -1), queryId: Number(id ?? -1) }
}

function since(start: bigint): number {
  return Number(process.hrtime.bigint() - start)
}
