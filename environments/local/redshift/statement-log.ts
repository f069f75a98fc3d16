import type { TransactionStatus } from './backend'

/** One statement that a session ran. */
export interface StatementLogEntry {
  /** The backend's process id, as `pg_backend_pid()` and `session_id` give it. */
  readonly pid: number
  readonly user: string
  /** The first 1,000 characters. */
  readonly statement: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly endedAt?: number
  /**
   * Places in one count of all beginnings and ends, of all sessions: what has the smaller number was first. Of a statement
   * that waits for a lock the beginning is before the wait.
   */
  readonly startedPlace: number
  readonly endedPlace?: number
  /** `cut`: the connection was gone before the answer could be given. */
  readonly outcome: 'running' | 'ok' | 'error' | 'cut'
  readonly sqlState?: string
  /** How it left its session: `T` inside a transaction block, `E` inside a failed one, `I` in none. */
  readonly leaves?: TransactionStatus
  /** In a session's last entry: the place of its end. A transaction that was open is rolled back then, or shortly after. */
  readonly sessionEndedPlace?: number
}

/** How a statement ended. */
export type StatementEnd = { readonly outcome: 'ok' | 'cut' } | { readonly outcome: 'error'; readonly sqlState: string }

/** Closes an entry. */
export type CloseEntry = (end: StatementEnd, leaves: TransactionStatus) => void

/** The last statements of all sessions, oldest first. */
export interface StatementLog {
  readonly entries: readonly StatementLogEntry[]
  /** Opens an entry and gives the function that closes it. */
  start(pid: number, user: string, sql: string): CloseEntry
  /** The transaction that a request of several statements makes around them has ended, behind the last of them. */
  transactionEnded(pid: number): void
  sessionEnded(pid: number): void
}

const MOST_ENTRIES = 2_000
const MOST_CHARACTERS = 1_000

/** An empty log; the oldest entries make room for new ones. */
export function makeStatementLog(now: () => number): StatementLog {
  const entries: StatementLogEntry[] = []
  let place = 0
  const amendLast = (pid: number, amended: (last: StatementLogEntry) => StatementLogEntry) => {
    const at = entries.findLastIndex((entry) => entry.pid === pid)
    const last = entries[at]
    if (last !== undefined) entries[at] = amended(last)
  }
  return {
    entries,
    start: (pid, user, sql) => {
      let entry: StatementLogEntry = {
        pid,
        user,
        statement: sql.slice(0, MOST_CHARACTERS),
        startedAt: now(),
        startedPlace: ++place,
        outcome: 'running',
      }
      entries.push(entry)
      if (entries.length > MOST_ENTRIES) entries.splice(0, entries.length - MOST_ENTRIES)
      return (end, leaves) => {
        const at = entries.lastIndexOf(entry)
        if (at < 0) return
        entry = { ...entry, ...end, endedAt: now(), endedPlace: ++place, leaves }
        entries[at] = entry
      }
    },
    transactionEnded: (pid) => amendLast(pid, (last) => ({ ...last, endedPlace: ++place, leaves: 'I' })),
    sessionEnded: (pid) => amendLast(pid, (last) => ({ ...last, sessionEndedPlace: ++place })),
  }
}
