import type { Hold, TargetId } from '../model'
import type { Connection, Ports } from '../ports'
import type { Settings } from '../settings'
import type { Lease } from './lease'

/** What every step of a load works with. */
export interface Turn {
  readonly ports: Ports
  readonly target: TargetId
  readonly lease: Lease
  readonly settings: () => Settings
  /** Asks for newer settings, for all further steps. */
  readonly refreshSettings: () => Promise<void>
  /** Connects at the first call and keeps the session for the batches that follow. */
  readonly connect: () => Promise<Connection>
  /** When the invocation began, and when it must have settled everything, in milliseconds since 1970. */
  readonly startedMs: number
  readonly deadlineMs: number
}

/** How a turn ended: look again at once, or let go of the target. */
export type Turned =
  | { readonly kind: 'again' }
  | { readonly kind: 'release'; readonly wakeAtMs?: number; readonly hold?: Hold }
  /** There is more to do and no time for it: somebody else goes on at once. */
  | { readonly kind: 'out-of-time' }
  /** The warehouse is at work without us: there is nothing to do until it has ended. */
  | { readonly kind: 'running'; readonly isNew: boolean }

export const AGAIN: Turned = { kind: 'again' }
export const OUT_OF_TIME: Turned = { kind: 'out-of-time' }

/** Left for the bookkeeping after a transaction. */
const SETTLE_MS = 8_000
/** No transaction is begun for less. */
const LEAST_LOAD_MS = 4_000

/** How long a transaction that begins now may take. */
export function loadTimeMs({ ports, deadlineMs }: Turn): number {
  return deadlineMs - SETTLE_MS - ports.now()
}

/** Whether a batch may still be begun. It is asked again after whatever takes long. */
export function hasTime(turn: Turn): boolean {
  return loadTimeMs(turn) >= LEAST_LOAD_MS
}

/** Whether a transaction that had this long was given about all that an invocation has. */
export function wasFullTime({ startedMs, deadlineMs }: Turn, givenMs: number): boolean {
  return givenMs >= 0.75 * (deadlineMs - SETTLE_MS - startedMs)
}
