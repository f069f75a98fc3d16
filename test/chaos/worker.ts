/** One process of the product: its own handlers, from their queues, until it dies where its plan says. */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context, ScheduledEvent } from 'aws-lambda'
import type { LambdaHandler } from '../../environments/local/lambda/invoke'
import { invokeEvery } from '../../environments/local/lambda/invoke-every'
import { type PollLog, pollQueue } from '../../environments/local/lambda/poll-queue'
import { messageOf } from '../../lambda/errors'
import { makeOnLoad } from '../../lambda/handlers/on-load'
import { makeOnObject } from '../../lambda/handlers/on-object'
import { makeOnTick } from '../../lambda/handlers/on-tick'
import type { Ports } from '../../lambda/ports'
import { makeRuntime } from '../../lambda/runtime'
import { type Around, type CrashPoint, portsThrough, runThrough } from '../spec/crash-points'
import { type Assignment, invocationsOf, type Told } from './assignment'
import { inFastTime, timeOf } from './clock'

/** On the wall: what is done in a second may take several on a busy machine. */
const TIMEOUT_MS = 10_000
const RETRY_DELAY_MS = 300
/** For something to be sent and received. */
const SEND_MS = 400

function work(assignment: Assignment): void {
  const { role, clock, variables, queueUrls } = assignment
  const runtime = { ports: mortalPorts(assignment), flush: () => {} }
  const region = variables['AWS_REGION'] ?? ''
  const queue = {
    endpoint: variables['AWS_ENDPOINT_URL_SQS'] ?? '',
    region,
    retryDelayMs: RETRY_DELAY_MS,
    timeoutMs: TIMEOUT_MS,
  }
  const withContext = <Event>(handler: LambdaHandler<Event>): LambdaHandler<Event> => {
    return (event, context) => handler(event, contextOf(context, assignment))
  }
  tell({ kind: 'working' })
  switch (role) {
    case 'intake':
      pollQueue({
        ...queue,
        functionName: 'on-object',
        queueUrl: queueUrls.objects,
        handler: withContext(makeOnObject(runtime)),
        onLog: endAtTimeout,
      })
      return
    case 'load':
      pollQueue({
        ...queue,
        functionName: 'on-load',
        queueUrl: queueUrls.wakes,
        batchSize: 1,
        handler: withContext(makeOnLoad(runtime)),
        onLog: endAtTimeout,
      })
      return
    case 'tick':
      invokeEvery({
        functionName: 'on-tick',
        region,
        timeoutMs: TIMEOUT_MS,
        everyMs: 60_000 / clock.speed,
        handler: withContext<ScheduledEvent>(makeOnTick(runtime)),
        onLog: endAtTimeout,
      })
  }
}

/** The product's ports, where the process dies at the calls of its plan. Time is that of the fast clock. */
function mortalPorts({ plan, fallsSilent, clock, variables }: Assignment): Ports {
  const calls = new Map<CrashPoint, number>()
  const mayDie = (point: CrashPoint) => {
    const call = (calls.get(point) ?? 0) + 1
    calls.set(point, call)
    if (plan[point] === call) die(point)
  }
  const around: Around = async (call, make) => {
    mayDie(`${call}:before`)
    if (fallsSilent && call === 'statement.commit') return fallSilent(make)
    const result = await make()
    mayDie(`${call}:after`)
    return result
  }
  const { ports } = makeRuntime(variables, {
    log: (level, event, fields) => tell({ kind: 'log', level, event, fields: withoutErrors(fields) }),
    measure: () => {},
    around: (run) => runThrough(run, around),
  })
  // Queues know the wall's time only.
  const wakes: Ports['wakes'] = {
    send: (all) =>
      ports.wakes.send(
        all.map(({ target, delaySeconds }) => ({ target, delaySeconds: Math.ceil(delaySeconds / clock.speed) })),
      ),
  }
  // And so does S3.
  const objects: Ports['objects'] = {
    ...ports.objects,
    list: async (...asked) => {
      const listed = await ports.objects.list(...asked)
      return {
        ...listed,
        objects: listed.objects.map((one) => ({ ...one, lastModifiedMs: inFastTime(clock, one.lastModifiedMs) })),
      }
    },
  }
  return portsThrough({ ...ports, wakes, objects, now: () => timeOf(clock) }, around)
}

/** Told in fast time, and by whom: a lease bears the id of its invocation, and so of the process that dies with it. */
function contextOf(context: Context, { worker, clock }: Assignment): Context {
  return {
    ...context,
    awsRequestId: `${invocationsOf(worker)}${context.awsRequestId}`,
    getRemainingTimeInMillis: () => context.getRemainingTimeInMillis() * clock.speed,
  }
}

/** Lambda ends the process of an invocation that takes too long. */
function endAtTimeout(log: PollLog): void {
  if (log.event === 'invocation' && log.end === 'timed out') die('timeout')
}

/** The parent sees to it that the COMMIT takes long: whoever comes next finds a session that may still commit. */
async function fallSilent(commit: () => Promise<unknown>): Promise<never> {
  tell({ kind: 'falling silent' })
  await sleep(SEND_MS)
  commit().catch(() => {})
  await sleep(SEND_MS)
  return die('silent')
}

function die(at: Extract<Told, { kind: 'dying' }>['at']): never {
  tell({ kind: 'dying', at })
  process.kill(process.pid, at === 'silent' ? 'SIGSTOP' : 'SIGKILL')
  // Nothing more happens in this process, however long the signal takes.
  for (;;);
}

/** At once, since there may be no later. */
function tell(told: Told): void {
  const bytes = Buffer.from(`${JSON.stringify(told)}\n`)
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(1, bytes, written)
    } catch (error) {
      // A full pipe of a process that does not wait.
      if (!messageOf(error).includes('EAGAIN')) throw error
    }
  }
}

function withoutErrors(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? messageOf(value) : value]),
  )
}

// Bound to its parent: without it, nobody would end this process.
const orders = createInterface({ input: process.stdin })
orders.once('line', (line) => work(JSON.parse(line) as Assignment))
orders.once('close', () => process.exit())
