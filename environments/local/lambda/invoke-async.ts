import { setTimeout as sleep } from 'node:timers/promises'
import { type InvocationEnd, type InvocationLog, invoke, type LambdaFunction, type LambdaHandler } from './invoke'

export interface AsyncInvocation<Event> extends LambdaFunction {
  readonly handler: LambdaHandler<Event>
  readonly event: Event
  /** Pauses before each further attempt. @default Lambda's: one minute, then two */
  readonly retryDelaysMs?: readonly number[]
  readonly onLog?: (log: InvocationLog) => void
}

const LAMBDA_RETRIES_MS = [60_000, 120_000]

/** Invokes a function as S3, SNS or EventBridge do: nobody waits for the result, an error is tried twice more. */
export async function invokeAsync<Event>(invocation: AsyncInvocation<Event>): Promise<InvocationEnd> {
  const { handler, event, onLog, retryDelaysMs = LAMBDA_RETRIES_MS } = invocation
  for (const delay of retryDelaysMs) {
    const end = await invoke(handler, event, invocation, onLog)
    if (end.kind === 'returned') return end
    await sleep(delay, undefined, { ref: false })
  }
  return invoke(handler, event, invocation, onLog)
}
