/** A clock that all processes of a run share and that goes faster than the wall's, so that leases and retries end soon. */
export interface FastClock {
  readonly startedMs: number
  /** Milliseconds of this clock in one of the wall's. */
  readonly speed: number
}

/** What the clock shows, in milliseconds since 1970. */
export function timeOf({ startedMs, speed }: FastClock): number {
  return Math.round(startedMs + (Date.now() - startedMs) * speed)
}
