import { messageOf } from '../errors'
import type { Arrival, TargetState } from '../model'
import type { Ports } from '../ports'

/** Each target costs a request. Those that are known to wait for longest come first; of what is left out a log line tells. */
const MOST_TARGETS = 1_000
const AT_ONCE = 20
/** A table that throttles must not take from the tick the time in which it wakes and heals. */
const MOST_MS = 10_000

/**
 * Measures for how long the oldest file of each target has been waiting, and the longest of all without a dimension, 0 if none
 * waits: an alarm tells by it of a file that waits too long, whatever the reason. A target that could not be read is
 * logged and stops nobody; the longest is not measured then, since it may be that one.
 */
export async function measureLag(
  ports: Pick<Ports, 'arrivals' | 'log' | 'measure' | 'now'>,
  states: readonly TargetState[],
): Promise<void> {
  const waiting = states.filter(mayWait).sort((one, other) => knownSince(one) - knownSince(other))
  const left = waiting.slice(0, MOST_TARGETS)
  const untilMs = ports.now() + MOST_MS
  let longest = 0
  let failed = 0
  const measureNext = async (): Promise<void> => {
    while (ports.now() < untilMs) {
      const state = left.shift()
      if (state === undefined) return
      try {
        const seconds = await measureOf(ports, state)
        longest = Math.max(longest, seconds)
      } catch (error) {
        failed += 1
        ports.log('error', 'lag-not-measured', { target: state.target, why: messageOf(error) })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, measureNext))

  const leftOut = left.length + Math.max(0, waiting.length - MOST_TARGETS)
  if (leftOut > 0) ports.log('warn', 'lag-measured-in-part', { waiting: waiting.length, leftOut })
  // Also when nothing waits: a level that is not measured stays where it was.
  if (failed + left.length === 0) ports.measure('OldestArrivalSeconds', longest, {})
}

async function measureOf(
  { arrivals, measure, now }: Pick<Ports, 'arrivals' | 'measure' | 'now'>,
  state: TargetState,
): Promise<number> {
  const { target } = state
  const [oldest] = await arrivals.oldest(target, 1)
  if (oldest === undefined) return 0
  const seconds = Math.max(0, Math.round((now() - waitsSince(oldest, state)) / 1000))
  measure('OldestArrivalSeconds', seconds, { target })
  return seconds
}

/** The count is a hint: whoever holds the lease, or died with it, may know of a file that is not counted. */
function mayWait({ waitingFiles, unfinished, lease }: TargetState): boolean {
  return waitingFiles > 0 || unfinished !== undefined || lease !== undefined
}

/**
 * An event bears the time at which its file came, and a sequencer. What was found by listing may have lain there for years before it
 * was asked for: it waits since the target shows that something does, or since its last load.
 */
function waitsSince({ object }: Arrival, state: TargetState): number {
  return object.sequencer === undefined ? Math.max(object.eventTimeMs, knownSince(state)) : object.eventTimeMs
}

/** Since when a target shows by itself that something waits. One that shows nothing has just been served. */
function knownSince({ hold, unfinished, wakeAtMs, lastLoad }: TargetState): number {
  const signs = [hold?.sinceMs, unfinished?.openedAtMs, wakeAtMs].filter((atMs) => atMs !== undefined)
  return signs.length > 0 ? Math.min(...signs) : (lastLoad?.atMs ?? Number.MAX_SAFE_INTEGER)
}
