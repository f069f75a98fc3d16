import { setTimeout as sleep } from 'node:timers/promises'
import type { SQSEvent } from 'aws-lambda'
import { batchOutcome } from './batch-outcome'
import { type InvocationLog, invoke, type LambdaFunction, type LambdaHandler } from './invoke'
import { makeQueueClient, type QueueAddress } from './queue-client'
import { type ReceivedMessage, sqsEvent } from './sqs-event'

export interface PollOptions extends LambdaFunction, QueueAddress {
  readonly handler: LambdaHandler<SQSEvent>
  /** Most messages per invocation. @default 10 */
  readonly batchSize?: number
  /** How long an unfinished batch waits for more messages. @default 0 */
  readonly windowMs?: number
  /** Most invocations at once. @default 2, the least that Lambda allows */
  readonly concurrency?: number
  /** When failed messages become visible again. @default the queue's own visibility timeout */
  readonly retryDelayMs?: number | undefined
  readonly onLog?: (log: PollLog) => void
}

export type PollLog =
  | InvocationLog
  | { readonly event: 'batch failed'; readonly functionName: string; readonly why: string; readonly messages: number }
  | { readonly event: 'queue unreachable'; readonly functionName: string; readonly error: unknown }

export interface Poller {
  /**
   * Resolves when no message can be received and no invocation runs. Messages that wait for the end of a delay or of the
   * queue's visibility timeout do not count; those that wait for `retryDelayMs` do.
   */
  readonly idle: () => Promise<void>
  /** Receives nothing more and resolves when the running invocations have ended and are settled. */
  readonly stop: () => Promise<void>
}

// A waiting request outlives its client on the emulator's side and takes messages that arrive meanwhile: so, a short one.
const LONG_POLL_SECONDS = 1
const LOOK_AGAIN_MS = 10
const UNREACHABLE_PAUSE_MS = 200

/** An event source: brings the messages of a queue to a function, and deletes those that it has dealt with. */
export function pollQueue(options: PollOptions): Poller {
  const { functionName, region, handler, batchSize = 10, windowMs = 0, concurrency = 2, onLog = () => {} } = options
  const queue = makeQueueClient(options)
  const queueArn = arnOf(options.queueUrl, region)
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  const retries = makeRetries(options.retryDelayMs, queue.putBack)
  let gathering = false

  async function gather(): Promise<ReceivedMessage[]> {
    const { signal } = stopping
    const messages = await queue.receive(batchSize, LONG_POLL_SECONDS, signal)
    gathering = messages.length > 0
    const deadline = performance.now() + windowMs
    // A full answer means that there may be more at once; only a window makes worth waiting for it.
    while (gathering && messages.length < batchSize && performance.now() < deadline && !signal.aborted) {
      const more = await queue.receive(batchSize - messages.length, 0, signal).catch(() => [])
      messages.push(...more)
      if (more.length === 0) await sleep(LOOK_AGAIN_MS)
    }
    return messages
  }

  async function process(messages: readonly ReceivedMessage[]): Promise<void> {
    const end = await invoke(handler, sqsEvent(messages, queueArn, region), options, onLog)
    const outcome = batchOutcome(end, new Set(messages.map(({ MessageId }) => MessageId)))
    if (outcome.kind === 'all failed') {
      onLog({ event: 'batch failed', functionName, why: outcome.why, messages: messages.length })
    }
    const failed = messages.filter(
      ({ MessageId }) =>
        outcome.kind === 'all failed' || (outcome.kind === 'some failed' && outcome.messageIds.has(MessageId)),
    )
    await queue.remove(messages.filter((message) => !failed.includes(message)))
    retries.add(failed)
  }

  function start(messages: readonly ReceivedMessage[]): void {
    const invocation = process(messages)
      .catch((error: unknown) => onLog({ event: 'queue unreachable', functionName, error }))
      .finally(() => running.delete(invocation))
    running.add(invocation)
  }

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (running.size >= concurrency) {
        await Promise.race(running)
        continue
      }
      try {
        const messages = await gather()
        if (messages.length > 0 && stopping.signal.aborted) await queue.putBack(messages)
        else if (messages.length > 0) start(messages)
      } catch (error) {
        if (stopping.signal.aborted) return
        onLog({ event: 'queue unreachable', functionName, error })
        await sleep(UNREACHABLE_PAUSE_MS)
      } finally {
        gathering = false
      }
    }
  }

  async function isQuiet(): Promise<boolean> {
    const quiet = () => running.size === 0 && !gathering && retries.waiting() === 0
    return quiet() && (await queue.ready()) === 0 && quiet()
  }

  const polling = poll()
  return {
    idle: async () => {
      // Twice in a row: messages may just be on their way from the queue to here.
      for (let inARow = 0; inARow < 2; ) {
        inARow = (await isQuiet()) ? inARow + 1 : 0
        if (inARow < 2) await sleep(LOOK_AGAIN_MS)
      }
    },
    stop: async () => {
      stopping.abort()
      await polling
      await Promise.all(running)
      await retries.flush()
      queue.close()
    },
  }
}

interface Retries {
  readonly add: (messages: readonly ReceivedMessage[]) => void
  readonly waiting: () => number
  /** Puts everything back now. */
  readonly flush: () => Promise<void>
}

// SQS knows whole seconds only, so the delay is waited for here and the messages are put back at its end.
function makeRetries(
  delayMs: number | undefined,
  putBack: (messages: readonly ReceivedMessage[]) => Promise<void>,
): Retries {
  const waiting = new Map<NodeJS.Timeout, readonly ReceivedMessage[]>()
  let before = Promise.resolve()

  function release(timer: NodeJS.Timeout): Promise<void> {
    const messages = waiting.get(timer) ?? []
    clearTimeout(timer)
    // An unreachable queue makes them visible by itself in the end.
    before = before.then(() => putBack(messages)).catch(() => {})
    return before.finally(() => waiting.delete(timer))
  }

  return {
    add: (messages) => {
      if (delayMs === undefined || messages.length === 0) return
      const timer = setTimeout(() => void release(timer), delayMs)
      waiting.set(timer, messages)
    },
    waiting: () => waiting.size,
    flush: async () => {
      await Promise.all([...waiting.keys()].map(release))
    },
  }
}

function arnOf(queueUrl: string, region: string): string {
  const [, account = '', name = ''] = new URL(queueUrl).pathname.split('/')
  return `arn:aws:sqs:${region}:${account}:${name}`
}
