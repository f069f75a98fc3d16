import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

/** What a process can be asked for. What goes to it and comes back is copied. */
type Functions<Api> = { readonly [Name in keyof Api]: (given: never) => Promise<unknown> }

/** A process of its own: its memory is its own, and it has the other core. */
export interface Running<Api extends Functions<Api>> {
  readonly call: <Name extends keyof Api & string>(
    name: Name,
    given: Parameters<Api[Name]>[0],
  ) => Promise<Awaited<ReturnType<Api[Name]>>>
  readonly stop: () => Promise<void>
}

/** Starts a program that ends with {@link answerCalls}. */
export function startProcess<Api extends Functions<Api>>(program: string, execArgv: readonly string[]): Running<Api> {
  const child = fork(program, {
    execArgv: [...execArgv],
    serialization: 'advanced',
    // Metrics are lines on stdout, and nobody reads them here.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  })
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()
  child.on('message', ({ id, value, error }: { id: number; value?: never; error?: string }) => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) one?.resolve(value as never)
    else one?.reject(new Error(error))
  })
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values())
      reject(new Error(`${path.basename(program)} ended with ${signal ?? code}`))
    waiting.clear()
  })
  let calls = 0
  return {
    call: (name, given) =>
      new Promise((resolve, reject) => {
        calls += 1
        waiting.set(calls, { resolve, reject })
        child.send({ id: calls, name, given }, (error) => error && reject(error))
      }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}

/** Answers whoever started this process, and ends when that one is gone. */
export function answerCalls<Api extends Functions<Api>>(functions: Api): void {
  process.on('message', ({ id, name, given }: { id: number; name: keyof Api; given: never }) => {
    functions[name](given).then(
      (value) => process.send?.({ id, value }),
      (error: unknown) =>
        process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.on('disconnect', () => process.exit())
}
