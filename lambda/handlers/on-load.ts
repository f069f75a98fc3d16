import { messageOf } from '../errors'
import { readWake } from '../load/wake'
import type { TargetId } from '../model'
import { loadTarget } from '../pipeline'
import { functionRuntime, type Runtime } from '../runtime'
import type { Invocation, QueueEvent, QueueResponse } from './invocation'

/** Left at the end of an invocation to answer. */
const ANSWER_MS = 1_000

/** Wakes → loads. The targets of one invocation load side by side; each wake settles on its own. */
export function makeOnLoad(runtime: Pick<Runtime, 'ports' | 'flush'>) {
  return async (event: QueueEvent, invocation: Invocation): Promise<QueueResponse> => {
    try {
      const { ports } = runtime
      const deadlineMs = ports.now() + invocation.getRemainingTimeInMillis() - ANSWER_MS
      const loads = new Map<TargetId, Promise<void>>()
      const settled = await Promise.allSettled(
        event.Records.map(async ({ messageId, body }) => {
          const target = readWake(body)
          const owner = `${invocation.awsRequestId}/${messageId}`
          const load = loads.get(target) ?? loadTarget(ports, target, { owner, deadlineMs })
          loads.set(target, load)
          await load
        }),
      )
      return {
        batchItemFailures: event.Records.flatMap(({ messageId, body }, index) => {
          const result = settled[index]
          if (result?.status !== 'rejected') return []
          ports.log('error', 'load-failed', {
            messageId,
            wake: body,
            why: messageOf(result.reason),
            error: result.reason,
          })
          return [{ itemIdentifier: messageId }]
        }),
      }
    } finally {
      runtime.flush()
    }
  }
}

/** What Lambda calls. */
export const handler = (event: QueueEvent, invocation: Invocation) => makeOnLoad(functionRuntime())(event, invocation)
