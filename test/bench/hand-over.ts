import { invoke } from '../../environments/local/lambda/invoke'
import { LOCAL, TIMEOUTS_MS } from '../../environments/local/names'
import { notificationOf } from './events'
import { queueEvent, type Stage } from './stage'

/** Messages that a deployed on-object is invoked with at most. */
export const EVENTS_PER_INVOCATION = 100

/** The events of files `<prefix>0.csv`, `<prefix>1.csv` and so on, one for each. */
export function eventsOf(prefix: string, from: number, to: number): readonly string[] {
  const now = new Date()
  return Array.from({ length: to - from }, (_, at) =>
    notificationOf(`${prefix}${from + at}.csv`, from + at, 1_000, now),
  )
}

/**
 * Hands events to on-object as Lambda does, through JSON and up to {@link EVENTS_PER_INVOCATION} at a time, so many in flight: the next
 * are taken when an invocation has ended. Returns how many invocations it took. Throws if one did not end well.
 */
export async function handOver(stage: Stage, bodies: readonly string[], inFlight: number): Promise<number> {
  const perInvocation = Math.min(inFlight, EVENTS_PER_INVOCATION)
  let next = 0
  let invocations = 0
  const handNext = async () => {
    while (next < bodies.length) {
      const event = queueEvent(bodies.slice(next, next + perInvocation))
      next += perInvocation
      invocations += 1
      const { functionName, region, timeoutMs } = ON_OBJECT
      const end = await invoke(stage.handlers.onObject, event, { functionName, region, timeoutMs })
      if (end.kind === 'threw') throw end.error
      if (end.kind === 'timed out' || hasFailures(end.result)) throw new Error('on-object did not take its events')
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.floor(inFlight / perInvocation)) }, handNext))
  return invocations
}

const ON_OBJECT = { functionName: 'on-object', region: LOCAL.region, timeoutMs: TIMEOUTS_MS.onObject } as const

function hasFailures(result: unknown): boolean {
  const { batchItemFailures } = result as { readonly batchItemFailures: readonly unknown[] }
  return batchItemFailures.length > 0
}
