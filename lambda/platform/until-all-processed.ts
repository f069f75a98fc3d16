import { setTimeout as sleep } from 'node:timers/promises'
import { PenstockError } from '../errors'
import { errorName } from './aws-call'

/** How a table's adapter waits; tests give their own. */
export interface Waiting {
  /** @default a timer */
  readonly wait?: (milliseconds: number) => Promise<void>
  /** 0 ≤ x < 1. @default Math.random */
  readonly random?: () => number
}

/**
 * Requests for one chunk until DynamoDB has processed all of it. With the delays below that is 8 to 16 seconds;
 * longer is for the next delivery of the message, not for a function that bills by the second.
 */
export const MAX_REQUESTS_PER_CHUNK = 10
const FIRST_DELAY_MS = 50
const LONGEST_DELAY_MS = 5_000

/** What DynamoDB calls "not now" when it takes nothing at all. The SDK has asked several times before it comes here. */
const THROTTLED = new Set(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'])

/**
 * Asks with what is left until nothing is left. DynamoDB answers 200 to a batch of which it processed only a part.
 * `ask` returns what remains. Throws `INCOMPLETE_WRITE` when it is still not all after {@link MAX_REQUESTS_PER_CHUNK};
 * what was written stays written, and doing the whole call again is harmless because every write is idempotent.
 */
export async function untilAllProcessed<Request>(
  what: string,
  requests: readonly Request[],
  ask: (requests: readonly Request[]) => Promise<readonly Request[]>,
  { wait = sleep, random = Math.random }: Waiting,
): Promise<void> {
  let left = requests
  for (let asked = 0; asked < MAX_REQUESTS_PER_CHUNK; asked += 1) {
    if (asked > 0) await wait(delayMs(asked, random()))
    try {
      left = await ask(left)
    } catch (error) {
      throw THROTTLED.has(errorName(error)) ? incomplete(what, left.length, requests.length, error) : error
    }
    if (left.length === 0) return
  }
  throw incomplete(what, left.length, requests.length)
}

function incomplete(what: string, left: number, all: number, cause?: unknown): PenstockError {
  const message = `${what}: ${left} of ${all} items are still not processed after many tries; the table is throttled`
  return new PenstockError('INCOMPLETE_WRITE', message, { cause })
}

/** Doubles each time; half of it is random, so that functions throttled together do not come back together. */
export function delayMs(retry: number, random: number): number {
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (retry - 1))
  return full / 2 + (full / 2) * random
}
