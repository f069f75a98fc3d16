import type { Arrival } from '../model'
import type { Thresholds } from './thresholds'

/** An event that claims to come from further in the future has a clock that is no measure: its file does not wait. */
const CLOCK_SKEW_MS = 5 * 60_000

export type Due = { readonly due: true } | { readonly due: false; readonly untilMs: number }

/** Whether the waiting files of a target are to be loaded now, and if not, when the oldest will have waited long enough. */
export function isItDue(waiting: readonly Arrival[], thresholds: Thresholds, nowMs: number): Due {
  if (waiting.length >= thresholds.files) return { due: true }
  const bytes = waiting.reduce((sum, { object }) => sum + object.sizeBytes, 0)
  if (bytes >= thresholds.bytes) return { due: true }
  const oldestMs = waiting.reduce(
    (oldest, { object }) => Math.min(oldest, object.eventTimeMs),
    Number.POSITIVE_INFINITY,
  )
  const untilMs = oldestMs + thresholds.seconds * 1000
  if (oldestMs > nowMs + CLOCK_SKEW_MS) return { due: true }
  return untilMs <= nowMs ? { due: true } : { due: false, untilMs }
}
