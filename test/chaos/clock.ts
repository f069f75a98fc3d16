/** A clock that all processes of a run share and that goes faster than the wall's, so that leases and retries end soon. */
export interface FastClock {
  readonly startedMs: number
  /** Milliseconds of this clock in one of the wall's. */
  readonly speed: number
}

/** What the clock shows, in milliseconds since 1970. */
export function timeOf(clock: FastClock): number {
  return inFastTime(clock, Date.now())
}

/** A time of the wall's as this clock showed it. */
export function inFastTime({ startedMs, speed }: FastClock, wallMs: number): number {
  return Math.round(startedMs + (wallMs - startedMs) * speed)
}
