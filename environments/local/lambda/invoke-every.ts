import { randomUUID } from 'node:crypto'
import type { ScheduledEvent } from 'aws-lambda'
import { type InvocationEnd, type InvocationLog, invoke, type LambdaFunction, type LambdaHandler } from './invoke'

export interface ScheduleOptions extends LambdaFunction {
  readonly everyMs: number
  readonly handler: LambdaHandler<ScheduledEvent>
  readonly onLog?: (log: InvocationLog) => void
}

export interface Schedule {
  /** Invokes now, whatever the schedule says, and waits for the end. */
  readonly now: () => Promise<InvocationEnd>
  /** No further invocations; resolves when the running ones have ended. */
  readonly stop: () => Promise<void>
}

/** Invokes a function at a fixed rate. A turn that comes while the one before still runs is left out. */
export function invokeEvery({ everyMs, handler, onLog, ...lambda }: ScheduleOptions): Schedule {
  const running = new Set<Promise<InvocationEnd>>()

  function now(): Promise<InvocationEnd> {
    const invocation = invoke(handler, scheduledEvent(lambda.region), lambda, onLog).finally(() =>
      running.delete(invocation),
    )
    running.add(invocation)
    return invocation
  }

  const timer = setInterval(() => {
    if (running.size === 0) void now()
  }, everyMs)
  return {
    now,
    stop: async () => {
      clearInterval(timer)
      await Promise.all(running)
    },
  }
}

function scheduledEvent(region: string): ScheduledEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: `${new Date().toISOString().slice(0, 19)}Z`,
    region,
    resources: [`arn:aws:events:${region}:000000000000:rule/local`],
    detail: {},
  }
}
