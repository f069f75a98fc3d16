import { heal, tick } from '../pipeline'
import { type Runtime, runtimeWithoutWarehouses } from '../runtime'
import type { Invocation } from './invocation'

/** Every minute: wakes whoever was forgotten, and looks for what was never announced. */
export function makeOnTick(runtime: Pick<Runtime, 'ports' | 'flush'>) {
  return async (_event: unknown, invocation: Invocation): Promise<void> => {
    const { ports } = runtime
    const deadlineMs = ports.now() + invocation.getRemainingTimeInMillis()
    try {
      await tick(ports)
      await heal(ports, { deadlineMs })
    } finally {
      runtime.flush()
    }
  }
}

/** What Lambda calls. */
export const handler = (event: unknown, invocation: Invocation) =>
  makeOnTick(runtimeWithoutWarehouses())(event, invocation)
