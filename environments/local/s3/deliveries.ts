import { setTimeout as sleep } from 'node:timers/promises'
import type { Destination } from './notification-rules'

/** Hands an event to its destination; rejects when that did not work. */
export type Deliver = (destination: Destination, event: unknown) => Promise<void>

/** A delivery that was given up. */
export interface DeliveryProblem {
  readonly destination: Destination
  readonly event: unknown
  readonly cause: unknown
}

/** Deliveries on their way. */
export interface Deliveries {
  /** Starts a delivery that nobody waits for. */
  readonly send: (destination: Destination, event: unknown) => void
  /** Delivers and waits; rejects when every attempt has failed. */
  readonly attempt: Deliver
  /** Resolves once nothing is on its way any more. */
  readonly settled: () => Promise<void>
  /** No further attempts. */
  readonly stop: () => void
}

// S3 itself keeps trying for hours. Here a destination in the same process either works soon or never will.
const PAUSES_MS = [20, 100, 400]

export function makeDeliveries(deliver: Deliver, onProblem: (problem: DeliveryProblem) => void): Deliveries {
  const underWay = new Set<Promise<void>>()
  const stopping = new AbortController()

  async function attempt(destination: Destination, event: unknown): Promise<void> {
    for (const pause of PAUSES_MS) {
      try {
        return await deliver(destination, event)
      } catch {
        // Tried again below; only the last failure is told.
        await sleep(pause, undefined, { signal: stopping.signal })
      }
    }
    return deliver(destination, event)
  }

  return {
    attempt,
    send: (destination, event) => {
      const delivery = attempt(destination, event)
        .catch((cause: unknown) => {
          if (!stopping.signal.aborted) onProblem({ destination, event, cause })
        })
        .finally(() => underWay.delete(delivery))
      underWay.add(delivery)
    },
    settled: async () => {
      // A delivery may cause another write and with it another delivery.
      while (underWay.size > 0) await Promise.all(underWay)
    },
    stop: () => stopping.abort(),
  }
}
