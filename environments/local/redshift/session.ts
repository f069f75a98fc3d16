import type { Duplex } from 'node:stream'
import { errorMessage, infoMessage, writeTogether } from './answers'
import { abortTransaction, type Backend } from './backend'
import { type Cancels, cancelledBy } from './cancels'
import { asRedshiftError, FailedLoad, RedshiftError } from './errors'
import { type FaultRule, type Faults, faultError } from './faults'
import { runMerge } from './merge'
import { rewriteStatement, type SessionFacts } from './rewrite'
import { runSpecial, type SpecialResult } from './run-special'
import type { Statement } from './sql-tokens'
import { isSpecial, kindOf, nameOf, type StatementKind } from './statement-kinds'
import type { StatementEnd, StatementLog } from './statement-log'
import { type Isolation, translateError } from './translate-error'
import { withoutPassword } from './users'
import { type Message, message, readReport } from './wire'

/** What a session needs of the fake around it. */
export interface SessionPorts {
  readonly faults: Faults
  readonly log: StatementLog
  readonly isolation: Isolation
  readonly copy: RunCopy
  readonly cancels: Cancels
}

/** Runs a COPY on a session's backend; throws RedshiftError. */
export type RunCopy = (
  session: { readonly backend: Backend; readonly refuseIfCancelled: () => void },
  statement: Statement,
) => Promise<CopyResult>

/** What a COPY tells its client and leaves to `pg_last_copy_id()` and `pg_last_copy_count()`. */
export interface CopyResult extends SpecialResult {
  readonly queryId: number
  readonly rowCount: number
}

/** How a statement ended for its session: `gone` is a connection that a fault has cut. */
export type Ending = 'ok' | 'failed' | 'gone'

/** One client's session: its own backend, and everything that Redshift does differently from it. */
export interface Session {
  readonly backend: Backend
  readonly write: (bytes: Buffer) => void
  readonly rewrite: (statement: Statement) => string
  /** The fault for a statement, with a delay already waited for. */
  readonly takeFault: (statement: Statement) => Promise<FaultRule | undefined>
  /** Opens a log entry for a statement and gives what closes it. */
  readonly logged: (statement: Statement) => (end: StatementEnd) => void
  /** The transaction around the statements of one request has ended. */
  readonly transactionEnded: () => void
  /** Runs one statement, writes its answer without ReadyForQuery, and logs it. */
  readonly runOne: (statement: Statement, inMany: boolean) => Promise<Ending>
  /** Passes one answer of the backend on to the client, in Redshift's words. */
  readonly passOn: (received: Message) => void
  readonly hangUp: () => void
}

const SESSION_ENDED = new RedshiftError('57P01', 'terminating connection due to administrator command')

/** Makes the session of a client that has logged in; `setCopying` hears when a COPY starts and ends. */
export function makeSession(
  stream: Duplex,
  backend: Backend,
  user: string,
  ports: SessionPorts,
  setCopying: (is: boolean) => void,
): Session {
  let facts: SessionFacts = {
    pg_last_copy_id: -1,
    pg_last_copy_count: 0,
    pg_last_unload_id: -1,
    pg_last_unload_count: 0,
  }
  const write = writeTogether(stream, backend)
  const hangUp = () => {
    stream.destroy()
    backend.end()
  }
  const session: Session = {
    backend,
    write,
    hangUp,
    rewrite: (statement) => rewriteStatement(statement, facts),
    logged: (statement) => {
      const close = ports.log.start(backend.pid, user, withoutPassword(statement))
      return (end) => close(end, backend.status())
    },
    transactionEnded: () => ports.log.transactionEnded(backend.pid),
    takeFault: async (statement) => {
      const fault = ports.faults.take(statement)
      if (fault?.act === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? 100))
      return fault
    },
    passOn: (received) => {
      if (received.type !== 'E') return write(received.raw)
      const { severity, sqlState, message: text, detail } = readReport(received.body)
      const error = translateError(new RedshiftError(sqlState, text, detail), ports.isolation, backend.pid)
      write(error.sqlState === sqlState && error.message === text ? received.raw : errorMessage(error, severity))
    },
    runOne: async (statement, inMany) => {
      const close = session.logged(statement)
      const fault = await session.takeFault(statement)
      if (fault?.act === 'cut-before') {
        close({ outcome: 'cut' })
        hangUp()
        return 'gone'
      }
      const answers: Buffer[] = []
      const answer = fault?.act === 'cut-after' ? (bytes: Buffer) => void answers.push(bytes) : write
      try {
        if (fault?.act === 'error') throw faultError(fault)
        const sqlState = await runUnharmed(session, statement, inMany, answer)
        if (sqlState === undefined) for (const pid of cancelledBy(statement.tokens)) ports.cancels.cancel(pid)
        if (sqlState !== undefined) close({ outcome: 'error', sqlState })
        else close({ outcome: fault?.act === 'cut-after' || stream.destroyed ? 'cut' : 'ok' })
        if (fault?.act === 'cut-after') {
          hangUp()
          return 'gone'
        }
        return sqlState === undefined ? 'ok' : 'failed'
      } catch (error) {
        // Nobody knows whether the statement was done. An ERROR would say that it was not, a FATAL is the session's last word.
        if (backend.hasEnded()) {
          close({ outcome: 'cut' })
          answer(errorMessage(SESSION_ENDED, 'FATAL'))
          return 'gone'
        }
        const known = translateError(asRedshiftError(error), ports.isolation, backend.pid)
        await abortTransaction(backend)
        close({ outcome: 'error', sqlState: known.sqlState })
        answer(errorMessage(known))
        return 'failed'
      }
    },
  }

  /** Gives the SQLSTATE of an error that Postgres has already told the client. */
  async function runUnharmed(
    { passOn }: Session,
    statement: Statement,
    inMany: boolean,
    answer: (bytes: Buffer) => void,
  ): Promise<string | undefined> {
    const kind = kindOf(statement)
    if (isSpecial(kind)) {
      refuseIfFailed(backend)
      refuseInBlock(backend, statement, kind, inMany)
    }
    if (kind === 'copy') {
      setCopying(true)
      const load = ports.cancels.begin(backend.pid)
      try {
        const { notices, tag, queryId, rowCount } = await ports.copy(
          { backend, refuseIfCancelled: load.refuse },
          statement,
        )
        facts = { ...facts, pg_last_copy_id: queryId, pg_last_copy_count: rowCount }
        finish(answer, notices, tag)
      } catch (error) {
        const queryId = error instanceof FailedLoad ? error.queryId : facts.pg_last_copy_id
        facts = { ...facts, pg_last_copy_id: queryId }
        throw error
      } finally {
        load.end()
        setCopying(false)
      }
      return undefined
    }
    if (isSpecial(kind) && kind !== 'alone') {
      const { notices, tag } =
        kind === 'merge'
          ? await runMerge(backend, statement, session.rewrite)
          : await runSpecial(backend, statement, kind)
      finish(answer, notices, tag)
      return undefined
    }
    let sqlState: string | undefined
    await backend.relay(message('Q', session.rewrite(statement)), (received) => {
      if (received.type === 'E') sqlState ??= readReport(received.body).sqlState
      if (answer === write) passOn(received)
    })
    return sqlState
  }
  return session
}

function refuseIfFailed(backend: Backend): void {
  if (backend.status() !== 'E') return
  throw new RedshiftError('25P02', 'current transaction is aborted, commands ignored until end of transaction block')
}

function refuseInBlock(backend: Backend, statement: Statement, kind: StatementKind, inMany: boolean): void {
  if (kind !== 'vacuum' && kind !== 'append' && kind !== 'alone') return
  if (backend.status() === 'I' && !inMany) return
  throw new RedshiftError('25001', `${nameOf(statement)} cannot run inside a transaction block`)
}

function finish(answer: (bytes: Buffer) => void, notices: readonly string[], tag: string): void {
  for (const notice of notices) answer(infoMessage(notice))
  answer(message('C', tag))
}
