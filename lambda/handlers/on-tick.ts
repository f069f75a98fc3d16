import { tick } from '../pipeline'
import { functionRuntime, type Runtime } from '../runtime'

/** Every minute: wakes whoever was forgotten. */
export function makeOnTick(runtime: Pick<Runtime, 'ports' | 'flush'>) {
  return async (): Promise<void> => {
    try {
      await tick(runtime.ports)
    } finally {
      runtime.flush()
    }
  }
}

/** What Lambda calls. */
export const handler = () => makeOnTick(functionRuntime())()
