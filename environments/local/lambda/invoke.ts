import { randomUUID } from 'node:crypto'
import type { Context } from 'aws-lambda'

/** A Lambda handler as it is exported, without the callback of old. */
export type LambdaHandler<Event> = (event: Event, context: Context) => Promise<unknown>

/** What an invocation needs to know of its function. */
export interface LambdaFunction {
  readonly functionName: string
  readonly region: string
  /** The invocation is given up when it takes longer. */
  readonly timeoutMs: number
}

/** How an invocation ended. */
export type InvocationEnd =
  | { readonly kind: 'returned'; readonly result: unknown }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'timed out' }

/** One line about an invocation, for whoever wants to watch. */
export interface InvocationLog {
  readonly event: 'invocation'
  readonly functionName: string
  readonly requestId: string
  readonly end: InvocationEnd['kind']
  readonly tookMs: number
  readonly error?: unknown
}

/**
 * Invokes a handler as Lambda does: event and result go through JSON, and at the timeout nobody waits any more. In one
 * process the handler cannot be killed: abandoned, it may go on, and what it does then is what a frozen sandbox could do.
 */
export async function invoke<Event>(
  handler: LambdaHandler<Event>,
  event: Event,
  { functionName, region, timeoutMs }: LambdaFunction,
  onLog: (log: InvocationLog) => void = () => {},
): Promise<InvocationEnd> {
  const requestId = randomUUID()
  const started = performance.now()
  const context = contextOf(functionName, region, requestId, () => started + timeoutMs - performance.now())
  const end = await ended(handler, throughJson(event) as Event, context, timeoutMs)
  const tookMs = Math.round(performance.now() - started)
  const error = end.kind === 'threw' ? { error: end.error } : {}
  onLog({ event: 'invocation', functionName, requestId, end: end.kind, tookMs, ...error })
  return end
}

async function ended<Event>(
  handler: LambdaHandler<Event>,
  event: Event,
  context: Context,
  timeoutMs: number,
): Promise<InvocationEnd> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<InvocationEnd>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'timed out' }), timeoutMs)
  })
  try {
    return await Promise.race([run(handler, event, context), timeout])
  } finally {
    clearTimeout(timer)
  }
}

// Never rejects, so that a handler which throws after its timeout troubles nobody.
async function run<Event>(handler: LambdaHandler<Event>, event: Event, context: Context): Promise<InvocationEnd> {
  try {
    return { kind: 'returned', result: throughJson(await handler(event, context)) }
  } catch (error) {
    return { kind: 'threw', error }
  }
}

function throughJson(value: unknown): unknown {
  const json = JSON.stringify(value)
  return json === undefined ? null : JSON.parse(json)
}

function contextOf(functionName: string, region: string, awsRequestId: string, remainingMs: () => number): Context {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${region}:000000000000:function:${functionName}`,
    memoryLimitInMB: '512',
    awsRequestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: `local/[$LATEST]${awsRequestId}`,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(remainingMs())),
    // Leftovers of Node 0.10 that the type still asks for; in Lambda they do nothing useful either.
    done: () => {},
    fail: () => {},
    succeed: () => {},
  }
}
