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
  /** `cut`: the connection was gone before the answer could be given. */
  readonly outcome: 'running' | 'ok' | 'error' | 'cut'
  readonly sqlState?: string
}

/** How a statement ended. */
export type StatementEnd = { readonly outcome: 'ok' | 'cut' } | { readonly outcome: 'error'; readonly sqlState: string }

/** The last statements of all sessions, oldest first. */
export interface StatementLog {
  readonly entries: readonly StatementLogEntry[]
  /** Opens an entry and gives the function that closes it. */
  start(pid: number, user: string, sql: string): (end: StatementEnd) => void
}

const MOST_ENTRIES = 2_000
const MOST_CHARACTERS = 1_000

/** An empty log; the oldest entries make room for new ones. */
export function makeStatementLog(now: () => number): StatementLog {
  const entries: StatementLogEntry[] = []
  return {
    entries,
    start: (pid, user, sql) => {
      const entry: StatementLogEntry = {
        pid,
        user,
        statement: sql.slice(0, MOST_CHARACTERS),
        startedAt: now(),
        outcome: 'running',
      }
      entries.push(entry)
      if (entries.length > MOST_ENTRIES) entries.splice(0, entries.length - MOST_ENTRIES)
      return (end) => {
        const at = entries.lastIndexOf(entry)
        if (at >= 0) entries[at] = { ...entry, ...end, endedAt: now() }
      }
    },
  }
}
