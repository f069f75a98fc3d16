import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { SQSEvent } from 'aws-lambda'
import { type Handlers, handlersOf } from '../../environments/local/functions'
import { pollQueue } from '../../environments/local/lambda/poll-queue'
import { LOCAL, TIMEOUTS_MS } from '../../environments/local/names'
import { type Clients, makeClients } from '../../lambda/platform/clients'
import { makeRuntime, type Runtime } from '../../lambda/runtime'
import type { SettingsInput } from '../../lambda/settings'
import type { Run } from '../../lambda/warehouse/run'
import type { Aws, Started } from './aws-process'
import type { Counted } from './counted'
import { startProcess } from './own-process'

export interface StageOptions {
  readonly settings: Partial<SettingsInput>
  /** Around every statement that goes to the warehouse. */
  readonly around?: (run: Run) => Run
}

/** The product's handlers in this process; everything that they talk to in another one, over sockets. */
export interface Stage extends Started {
  readonly runtime: Runtime
  readonly handlers: Handlers
  readonly clients: Clients
  readonly counted: () => Promise<Counted>
  /** Resolves when every event of the bucket is delivered. */
  readonly settled: () => Promise<void>
  /** A statement of the warehouse's superuser. */
  readonly admin: (sql: string) => Promise<readonly Record<string, unknown>[]>
  /** Processor time of what stands in for AWS and the warehouse so far, Postgres' own left out, in milliseconds. */
  readonly awsCpuMs: () => Promise<number>
  readonly stop: () => Promise<void>
}

/** Starts all of it; a second or two. */
export async function startStage({ settings, around }: StageOptions): Promise<Stage> {
  // What stands in for AWS is not what is measured: it may take more memory and collect less often.
  const aws = startProcess<Aws>(path.join(__dirname, 'aws-process.ts'), ['--max-semi-space-size=64', '--import', 'tsx'])
  const stop = async () => {
    await aws.call('stop', undefined).finally(aws.stop)
  }
  try {
    const started = await aws.call('start', settings)
    const quiet = { log: () => {}, measure: () => {} }
    const runtime = makeRuntime(started.variables, { ...quiet, ...(around === undefined ? {} : { around }) })
    const clients = makeClients(started.variables)
    return {
      ...started,
      runtime,
      handlers: handlersOf(runtime),
      clients,
      counted: () => aws.call('counted', undefined),
      settled: () => aws.call('settled', undefined),
      admin: (sql) => aws.call('admin', sql),
      awsCpuMs: () => aws.call('cpuMs', undefined),
      async stop() {
        runtime.close()
        clients.close()
        await stop()
      },
    }
  } catch (error) {
    await stop().catch(() => {})
    throw error
  }
}

/** The loads of a stage, as they run from their queue. */
export interface Loads {
  /** Invocations so far that have ended. */
  readonly invocations: () => number
  /** When the last of them ended, by `performance.now()`. */
  readonly lastEndedMs: () => number
  /** Resolves when no wake is left but those that wait for their time, and nothing runs. */
  readonly idle: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Runs on-load from its queue, as Lambda does. */
export function runLoads({ handlers, queueUrls, variables }: Stage): Loads {
  let invocations = 0
  let lastEndedMs = 0
  const { idle, stop } = pollQueue({
    endpoint: variables['AWS_ENDPOINT_URL_SQS'] ?? '',
    region: LOCAL.region,
    functionName: 'on-load',
    queueUrl: queueUrls.wakes,
    handler: handlers.onLoad,
    batchSize: 1,
    concurrency: 10,
    timeoutMs: TIMEOUTS_MS.onLoad,
    retryDelayMs: 500,
    onLog: () => {
      invocations += 1
      lastEndedMs = performance.now()
    },
  })
  return { invocations: () => invocations, lastEndedMs: () => lastEndedMs, idle, stop }
}

/** Runs on-object from its queue with the batches of the deployed function, or at once where nothing is waited for. */
export function runIntake(
  { handlers, queueUrls, variables }: Stage,
  { windowMs = 1_000 }: { readonly windowMs?: number } = {},
): Pick<Loads, 'idle' | 'stop'> {
  return pollQueue({
    endpoint: variables['AWS_ENDPOINT_URL_SQS'] ?? '',
    region: LOCAL.region,
    functionName: 'on-object',
    queueUrl: queueUrls.objects,
    handler: handlers.onObject,
    batchSize: windowMs === 0 ? 10 : 100,
    windowMs,
    concurrency: 10,
    timeoutMs: TIMEOUTS_MS.onObject,
    retryDelayMs: 500,
  })
}

/** The event of a queue with these messages. */
export function queueEvent(bodies: readonly string[]): SQSEvent {
  return {
    Records: bodies.map((body) => ({
      messageId: randomUUID(),
      receiptHandle: 'none',
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '0',
        SenderId: 'bench',
        ApproximateFirstReceiveTimestamp: '0',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:${LOCAL.region}:${LOCAL.account}:objects`,
      awsRegion: LOCAL.region,
    })),
  }
}
