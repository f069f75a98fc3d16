import type { TargetState } from '../model'
import { LONGEST_WAKE_DELAY_SECONDS, type Thresholds } from './thresholds'

/** A wake to send, in seconds from now, or none. */
export type Wake = { readonly kind: 'send'; readonly delaySeconds: number } | { readonly kind: 'none' }

/** A noted wake that is later than this is taken for lost. */
const LOST_AFTER_MS = 60_000

/**
 * After arrivals were counted: does somebody have to be woken?
 * Whoever sees the lease held sends nothing, because the holder looks at the counts when it releases. The count and
 * the release are writes of one item, so one of the two always sees the other.
 */
export function wakeAfterArrivals(
  state: TargetState,
  own: { readonly wakeAtMs: number },
  thresholds: Thresholds,
  nowMs: number,
): Wake {
  if (isHeld(state, nowMs) || isOnHold(state, nowMs)) return { kind: 'none' }
  if (isFull(state, thresholds)) return { kind: 'send', delaySeconds: 0 }
  // The one whose time was noted sends the wake; a redelivered event finds its own time again.
  if (state.wakeAtMs === own.wakeAtMs) return { kind: 'send', delaySeconds: delayUntil(own.wakeAtMs, nowMs) }
  if (state.wakeAtMs === undefined || state.wakeAtMs < nowMs - LOST_AFTER_MS) return { kind: 'send', delaySeconds: 0 }
  return { kind: 'none' }
}

/** After the lease was released: the wakes that arrivals left to the holder, and its own if files are waiting for their time. */
export function wakeAfterRelease(state: TargetState, thresholds: Thresholds, nowMs: number): Wake {
  if (state.hold !== undefined) return wakeAfterHold(state.hold, nowMs)
  if (state.unfinished !== undefined || isFull(state, thresholds)) return { kind: 'send', delaySeconds: 0 }
  if (state.waitingFiles <= 0) return { kind: 'none' }
  return { kind: 'send', delaySeconds: delayUntil(state.wakeAtMs ?? nowMs, nowMs) }
}

/** What the tick sees: is this target due for a look? */
export function wakeAtTick(state: TargetState, nowMs: number): boolean {
  if (isHeld(state, nowMs)) return false
  if (state.hold !== undefined) return state.hold.kind !== 'paused' && state.hold.retryAtMs <= nowMs
  if (state.unfinished !== undefined) return true
  if (state.wakeAtMs !== undefined) return state.wakeAtMs <= nowMs
  return state.waitingFiles > 0
}

/** Whether a load may begin at this time. */
export function mayStart(state: TargetState, nowMs: number): boolean {
  return !isHeld(state, nowMs) && !isOnHold(state, nowMs)
}

function wakeAfterHold(hold: NonNullable<TargetState['hold']>, nowMs: number): Wake {
  return hold.kind === 'paused' ? { kind: 'none' } : { kind: 'send', delaySeconds: delayUntil(hold.retryAtMs, nowMs) }
}

function isHeld(state: TargetState, nowMs: number): boolean {
  return state.lease !== undefined && state.lease.untilMs > nowMs
}

function isOnHold(state: TargetState, nowMs: number): boolean {
  return state.hold !== undefined && (state.hold.kind === 'paused' || state.hold.retryAtMs > nowMs)
}

function isFull(state: TargetState, thresholds: Thresholds): boolean {
  const files = Math.min(thresholds.files, state.batchFiles ?? thresholds.files)
  return state.waitingFiles >= files || state.waitingBytes >= thresholds.bytes
}

function delayUntil(atMs: number, nowMs: number): number {
  return Math.min(LONGEST_WAKE_DELAY_SECONDS, Math.max(0, Math.ceil((atMs - nowMs) / 1000)))
}
