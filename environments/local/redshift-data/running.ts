import { setTimeout as sleep } from 'node:timers/promises'
import { run } from './run'
import type { Session } from './session'
import { hasEnded, type Statements, type Submission } from './statements'
import type { Warehouse } from './warehouse-of'

/** What runs, whoever asks for it. */
export interface Running {
  readonly start: (submission: Submission) => void
  /** Cancels what runs, then drops what goes on. */
  readonly stop: () => Promise<void>
}

export interface RunningDeps {
  readonly statements: Statements
  readonly open: (warehouse: Warehouse) => Promise<Session>
  readonly longestMs: number
  readonly onEnd: (submission: Submission) => void
}

// A real warehouse queues as well. Postgres has a hundred sessions for everybody.
const MOST_AT_ONCE = 30
const FAREWELL_MS = 1_000

/** Runs so many at a time, in the order in which they came; the others wait as SUBMITTED. */
export function makeRunning({ statements, open, longestMs, onEnd }: RunningDeps): Running {
  const waiting: Submission[] = []
  const underWay = new Map<Submission, Promise<void>>()
  const sessions = new Set<Session>()
  let isStopped = false

  const openKnown = async (warehouse: Warehouse): Promise<Session> => {
    const session = await open(warehouse)
    sessions.add(session)
    return { ...session, end: () => session.end().finally(() => sessions.delete(session)) }
  }

  function fill(): void {
    while (underWay.size < MOST_AT_ONCE) {
      const next = waiting.shift()
      if (next === undefined) return
      underWay.set(next, runToItsEnd(next))
    }
  }

  async function runToItsEnd(submission: Submission): Promise<void> {
    // The request is answered before anything happens.
    await sleep(0)
    await run({ statements, open: openKnown, longestMs }, submission)
    underWay.delete(submission)
    if (isStopped) return
    onEnd(submission)
    fill()
  }

  return {
    start: (submission) => {
      waiting.push(submission)
      fill()
    },
    stop: async () => {
      isStopped = true
      waiting.length = 0
      for (const submission of underWay.keys()) {
        if (hasEnded(submission)) continue
        submission.isCancelled = true
        submission.cancel?.()
      }
      const all = Promise.allSettled(underWay.values())
      const patience = new AbortController()
      await Promise.race([all, sleep(FAREWELL_MS, undefined, { signal: patience.signal }).catch(() => {})])
      patience.abort()
      for (const session of sessions) session.drop()
      await all
    },
  }
}
