import { type Arrival, urlOf } from '../../lambda/model'
import { urlHash } from '../../lambda/platform/item-keys'
import type { ArrivalsPort } from '../../lambda/ports'
import { stored } from './stored'

/** The waiting objects in a map. */
export function arrivalsInMemory(): ArrivalsPort {
  const waiting = new Map<string, Arrival>()
  return {
    async put(arrivals) {
      for (const arrival of arrivals) waiting.set(identity(arrival), stored(arrival))
    },
    async oldest(target, limit) {
      const ofTarget = [...waiting.values()].filter((arrival) => arrival.target === target)
      return ofTarget.sort(byAge).slice(0, limit)
    },
    async remove(arrivals) {
      for (const arrival of arrivals) waiting.delete(identity(arrival))
    },
  }
}

function identity({ target, object }: Arrival): string {
  return JSON.stringify([target, object.eventTimeMs, object.sequencer?.replace(/^0+/, '').toUpperCase(), urlOf(object)])
}

/** By time, then sequencer, one without before all; what is equal until here in an order that is at least always the same. */
function byAge({ object: a }: Arrival, { object: b }: Arrival): number {
  return (
    a.eventTimeMs - b.eventTimeMs ||
    bySequencer(a.sequencer, b.sequencer) ||
    compare(urlHash(urlOf(a)), urlHash(urlOf(b)))
  )
}

function bySequencer(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  const digits = Math.max(a.length, b.length)
  return compare(a.toUpperCase().padStart(digits, '0'), b.toUpperCase().padStart(digits, '0'))
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
