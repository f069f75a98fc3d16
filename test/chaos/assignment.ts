import type { CrashPoint } from '../spec/crash-points'
import type { FastClock } from './clock'

/** Which of the product's functions a worker runs. */
export type Role = 'intake' | 'load' | 'tick'

/** At which call of each point the worker dies, whichever it comes to first; the first call is 1. */
export type Plan = Readonly<Partial<Record<CrashPoint, number>>>

/** What a worker is told, as one line on its stdin. It ends with its stdin. */
export interface Assignment {
  readonly worker: number
  readonly role: Role
  readonly plan: Plan
  /** Whether it falls silent when its first COMMIT is on its way: it hears no answer, and its connection stays open. */
  readonly fallsSilent: boolean
  readonly clock: FastClock
  /** What a function finds in its environment. */
  readonly variables: Readonly<Record<string, string>>
  readonly queueUrls: { readonly objects: string; readonly wakes: string }
}

/** What a worker tells, each as one line on its stdout. */
export type Told =
  | {
      readonly kind: 'log'
      readonly level: string
      readonly event: string
      readonly fields: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'working' }
  | { readonly kind: 'falling silent' }
  /** Its last word. */
  | { readonly kind: 'dying'; readonly at: CrashPoint | 'silent' | 'timeout' }

/** How the ids of a worker's invocations begin. */
export function invocationsOf(worker: number): string {
  return `worker-${worker}/`
}
