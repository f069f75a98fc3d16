import { bulk, heal, tick } from '../pipeline'
import type { Ports } from '../ports'
import { type Runtime, runtimeWithoutWarehouses } from '../runtime'
import type { Invocation } from './invocation'

/** Every minute: wakes whoever was forgotten, goes on with bulk loads, and looks for what was never announced. */
export function makeOnTick(runtime: Pick<Runtime, 'ports' | 'flush'>) {
  return async (_event: unknown, invocation: Invocation): Promise<void> => {
    const { ports } = runtime
    const deadlineMs = ports.now() + invocation.getRemainingTimeInMillis()
    try {
      await tick(ports)
      await bulkAndHeal(ports, deadlineMs)
    } finally {
      runtime.flush()
    }
  }
}

/** Of the time that is left, a bulk load may take half. Neither is held up by what is wrong with the other. */
async function bulkAndHeal(ports: Ports, deadlineMs: number): Promise<void> {
  const nowMs = ports.now()
  try {
    await bulk(ports, { deadlineMs: nowMs + (deadlineMs - nowMs) / 2 })
  } finally {
    await heal(ports, { deadlineMs })
  }
}

/** What Lambda calls. */
export const handler = (event: unknown, invocation: Invocation) =>
  makeOnTick(runtimeWithoutWarehouses())(event, invocation)
