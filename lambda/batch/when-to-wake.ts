import type { TargetState } from '../model'
import { LONGEST_WAKE_DELAY_SECONDS, type Thresholds } from './thresholds'

/** A wake to send, in seconds from now, or none. */
export type Wake = { readonly kind: 'send'; readonly delaySeconds: number } | { readonly kind: 'none' }

/** A noted wake that is later than this is taken for lost. */
const LOST_AFTER_MS = 60_000
/** A noted wake is good enough for a file that is due this little earlier. */
const GOOD_ENOUGH_MS = 5_000

/**
 * After arrivals were counted: does somebody have to be woken?
 * Whoever sees the lease held sends nothing, because the holder looks at the counts when it releases. The count and
 * the release are writes of one item, so one of the two always sees the other.
 */
export function wakeAfterArrivals(
  state: TargetState,
  own: { readonly wakeAtMs: number; readonly files: number; readonly bytes: number },
  thresholds: Thresholds,
  nowMs: number,
): Wake {
  if (!mayStart(state, nowMs)) return { kind: 'none' }
  // Only those who fill the queue wake for it, or each of a thousand events would. If that wake gets lost, the noted one comes.
  const before = {
    ...state,
    waitingFiles: state.waitingFiles - own.files,
    waitingBytes: state.waitingBytes - own.bytes,
  }
  if (isFull(state, thresholds) && !isFull(before, thresholds)) return { kind: 'send', delaySeconds: 0 }
  // The one whose time was noted sends the wake.
  if (state.wakeAtMs === own.wakeAtMs) return { kind: 'send', delaySeconds: delayUntil(own.wakeAtMs, nowMs) }
  if (state.wakeAtMs === undefined || state.wakeAtMs < nowMs - LOST_AFTER_MS) return { kind: 'send', delaySeconds: 0 }
  // A late event, or a window that has become shorter, does not wait for the others.
  if (own.wakeAtMs < state.wakeAtMs - GOOD_ENOUGH_MS) {
    return { kind: 'send', delaySeconds: delayUntil(own.wakeAtMs, nowMs) }
  }
  return { kind: 'none' }
}

/** After the lease was released: the wakes that arrivals left to the holder, and its own if files are waiting for their time. */
export function wakeAfterRelease(
  state: TargetState,
  thresholds: Thresholds,
  nowMs: number,
  stoppedForTime: boolean,
): Wake {
  if (state.hold !== undefined && state.hold.retryAtMs > nowMs) {
    return { kind: 'send', delaySeconds: delayUntil(state.hold.retryAtMs, nowMs) }
  }
  if (stoppedForTime || state.unfinished !== undefined || isFull(state, thresholds)) {
    return { kind: 'send', delaySeconds: 0 }
  }
  if (state.waitingFiles <= 0) return { kind: 'none' }
  return { kind: 'send', delaySeconds: delayUntil(state.wakeAtMs ?? nowMs, nowMs) }
}

/** What the tick sees: is this target due for a look? */
export function wakeAtTick(state: TargetState, thresholds: Thresholds, nowMs: number): boolean {
  if (!mayStart(state, nowMs)) return false
  // A hold whose time has come is ended by whoever looks, also if nothing waits any more.
  if (state.unfinished !== undefined || state.hold !== undefined) return true
  // Its holder died, and with it what it knew: the count may be too low, by a file that was loaded before it was counted.
  if (state.lease !== undefined) return true
  if (state.wakeAtMs === undefined) return state.waitingFiles > 0
  // Nobody notes a wake later than the window: one that is was noted when the window was longer.
  return state.wakeAtMs <= nowMs || state.wakeAtMs > nowMs + thresholds.seconds * 1000 + LOST_AFTER_MS
}

/** Whether a load may begin at this time. */
export function mayStart(state: TargetState, nowMs: number): boolean {
  const isHeld = state.lease !== undefined && state.lease.untilMs > nowMs
  const isOnHold = state.hold !== undefined && state.hold.retryAtMs > nowMs
  return !isHeld && !isOnHold
}

function isFull(state: TargetState, thresholds: Thresholds): boolean {
  const files = Math.min(thresholds.files, state.batchFiles ?? thresholds.files)
  return state.waitingFiles >= files || state.waitingBytes >= thresholds.bytes
}

function delayUntil(atMs: number, nowMs: number): number {
  return Math.min(LONGEST_WAKE_DELAY_SECONDS, Math.max(0, Math.ceil((atMs - nowMs) / 1000)))
}
