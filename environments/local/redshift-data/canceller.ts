import type { Session } from './session'

/** Ends what a session runs, until it is told that nothing runs any more. */
export interface Canceller {
  readonly start: () => void
  readonly stop: () => void
}

const AGAIN_MS = 50

/** Asks again and again: a request that comes between two statements, or while one is delayed, ends nothing. */
export function makeCanceller(session: Pick<Session, 'cancel'>): Canceller {
  let timer: NodeJS.Timeout | undefined
  return {
    start: () => {
      if (timer !== undefined) return
      session.cancel()
      timer = setInterval(session.cancel, AGAIN_MS)
    },
    stop: () => clearInterval(timer),
  }
}
