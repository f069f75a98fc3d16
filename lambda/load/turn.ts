import type { Hold, TargetId } from '../model'
import type { Connection, Ports } from '../ports'
import type { Settings } from '../settings'
import type { Lease } from './lease'

/** What every step of a load works with. */
export interface Turn {
  readonly ports: Ports
  readonly settings: Settings
  readonly target: TargetId
  readonly lease: Lease
  /** Connects at the first call and keeps the session for the batches that follow. */
  readonly connect: () => Promise<Connection>
  /** When the invocation must have settled everything, in milliseconds since 1970. */
  readonly deadlineMs: number
}

/** How a turn ended: look again at once, or let go of the target. */
export type Turned =
  | { readonly kind: 'again' }
  | { readonly kind: 'release'; readonly wakeAtMs?: number; readonly hold?: Hold }

export const AGAIN: Turned = { kind: 'again' }
