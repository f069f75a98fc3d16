import { setTimeout as sleep } from 'node:timers/promises'
import type { SQSEvent } from 'aws-lambda'
import { makeOnLoad } from '../../lambda/handlers/on-load'
import { makeOnObject } from '../../lambda/handlers/on-object'
import { makeOnTick } from '../../lambda/handlers/on-tick'
import type { Runtime } from '../../lambda/runtime'
import type { LambdaHandler } from './lambda/invoke'
import { invokeAsync } from './lambda/invoke-async'
import { invokeEvery } from './lambda/invoke-every'
import { pollQueue } from './lambda/poll-queue'
import { LOCAL, QUEUES, TIMEOUTS_MS } from './names'
import type { Provisioned } from './provision'
import type { Servers } from './servers'

export interface Functions {
  /** Invokes the intake as S3 does where no queue is in between. */
  readonly invokeOnObject: (event: unknown) => Promise<unknown>
  readonly tick: () => Promise<void>
  readonly quiet: () => Promise<void>
  readonly stop: () => Promise<unknown>
}

/** What Lambda calls. */
export interface Handlers {
  readonly onObject: LambdaHandler<unknown>
  readonly onLoad: LambdaHandler<SQSEvent>
  readonly onTick: LambdaHandler<unknown>
}

/** The product's handlers, in this process. */
export function handlersOf(runtime: Runtime): Handlers {
  return { onObject: makeOnObject(runtime), onLoad: makeOnLoad(runtime), onTick: makeOnTick(runtime) }
}

/** Failed messages come back after this long, instead of six times the function's timeout. */
const RETRY_DELAY_MS = 500

/** Runs handlers as Lambda runs them: from their queues, by schedule, with timeouts and partial failures. */
export function startFunctions(
  handlers: Handlers,
  { s3, queues }: Servers,
  { objects, wakes }: Provisioned,
  tickEveryMs: number,
): Functions {
  const { region } = LOCAL
  const queue = { endpoint: queues.endpoint, region, retryDelayMs: RETRY_DELAY_MS }
  const onObject = pollQueue({
    ...queue,
    functionName: 'on-object',
    queueUrl: objects.url,
    handler: handlers.onObject,
    concurrency: 4,
    timeoutMs: TIMEOUTS_MS.onObject,
  })
  const onLoad = pollQueue({
    ...queue,
    functionName: 'on-load',
    queueUrl: wakes.url,
    handler: handlers.onLoad,
    batchSize: 1,
    concurrency: 10,
    timeoutMs: TIMEOUTS_MS.onLoad,
  })
  const onTick = invokeEvery({
    functionName: 'on-tick',
    region,
    handler: handlers.onTick,
    everyMs: tickEveryMs,
    timeoutMs: TIMEOUTS_MS.onTick,
  })
  return {
    invokeOnObject: (event) =>
      invokeAsync({
        functionName: 'on-object',
        region,
        handler: handlers.onObject,
        event,
        retryDelaysMs: [RETRY_DELAY_MS, RETRY_DELAY_MS],
        timeoutMs: TIMEOUTS_MS.onObject,
      }),
    tick: async () => void (await onTick.now()),
    stop: () => Promise.all([onObject.stop(), onLoad.stop(), onTick.stop()]),
    // Twice in a row nothing to do: an invocation that ends may have sent the next message.
    async quiet() {
      for (let calm = 0; calm < 2; ) {
        await s3.settled()
        await onObject.idle()
        await onLoad.idle()
        const counts = await Promise.all(Object.values(QUEUES).map((name) => queues.counts(name)))
        calm = counts.every(({ ready, inFlight }) => ready + inFlight === 0) ? calm + 1 : 0
        if (calm < 2) await sleep(5)
      }
    },
  }
}
