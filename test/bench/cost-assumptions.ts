import dev from '../../environments/dev'
import type { Assumed } from './cost-of'

/** So many events an invocation of on-object is given at most, and so many one request of SQS. */
const EVENTS_AT_ONCE = 100
const MESSAGES_PER_REQUEST = 10

/** What an invocation of on-object takes, whatever it brings, and what each event adds. */
export const ON_OBJECT = { ms: 50, msPerEvent: 2 } as const

/** What on-load takes for a batch. */
export const ON_LOAD_SECONDS = 5

/** Where little comes: so many files, into one table. */
export const TRICKLE_PER_SECOND = 1

const deployed = {
  onObjectMs: (events: number) => ON_OBJECT.ms + ON_OBJECT.msPerEvent * events,
  onLoadSecondsPerBatch: ON_LOAD_SECONDS,
  // The three environments of this project say nothing of memory: these are the defaults.
  memoryMb: { 'on-object': dev.functions.onObject.memoryMb, 'on-load': dev.functions.onLoad.memoryMb },
  // The default of the stack: a bucket of its own, which tells the queue of everything that is written.
  tellsOfOwnObjects: true,
} as const

/** Files come as fast as they are taken: every request and every invocation is full. */
export const BUSY: Assumed = {
  ...deployed,
  eventsPerReceive: MESSAGES_PER_REQUEST,
  eventsPerInvocation: EVENTS_AT_ONCE,
  // It goes on for as long as its time lasts.
  batchesPerInvocation: Math.floor(dev.functions.onLoad.timeoutSeconds / ON_LOAD_SECONDS),
}

/** Files come one by one: nothing is shared. That is the most that it can cost. */
export const ONE_BY_ONE: Assumed = {
  ...deployed,
  eventsPerReceive: 1,
  eventsPerInvocation: 1,
  batchesPerInvocation: 1,
}

/** The files of a batch where so many come: what the window gathers, and never less than what comes while the one before is loaded. */
export function gathered(filesPerSecond: number, windowSeconds: number): number {
  return Math.max(1, Math.round(filesPerSecond * Math.max(windowSeconds, ON_LOAD_SECONDS)))
}
