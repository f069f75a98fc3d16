import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { LambdaHandler } from '../../environments/local/lambda/invoke'

/** A function as it runs in the cloud: its archive, unpacked, in a process of its own that knows nothing but its variables. */
export interface Deployed {
  readonly handler: LambdaHandler<unknown>
  /** What it wrote so far, line by line: in the cloud this is its log. */
  readonly lines: () => readonly Record<string, unknown>[]
  readonly stop: () => Promise<void>
}

/** Unpacks an archive into an empty folder, where no package can be found, and starts it under plain Node. */
export function deploy(
  archive: string,
  folder: string,
  variables: Readonly<Record<string, string>>,
  handlerName: string,
): Deployed {
  unpack(archive, folder)
  const child = fork(path.join(__dirname, 'sandbox.cjs'), [], {
    execArgv: [],
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...variables,
      _HANDLER: handlerName,
      LAMBDA_TASK_ROOT: folder,
      TZ: ':UTC',
      NODE_OPTIONS: '--enable-source-maps',
      // It speaks of the Node of this machine, which is not that of the functions.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  })
  const written: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => void written.push(String(chunk)))
  let before: Promise<unknown> = Promise.resolve()
  return {
    handler: (event, { getRemainingTimeInMillis, done: _, fail: __, succeed: ___, ...context }) => {
      const deadlineMs = Date.now() + getRemainingTimeInMillis()
      // A sandbox has one invocation at a time.
      const answer = before.then(() => invoke(child, { event, context: { ...context, deadlineMs } }))
      before = answer.catch(() => {})
      return answer
    },
    lines: () => {
      const lines = written.join('').split('\n')
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>)
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      // Not before the last of what it wrote has come.
      const exited = once(child, 'close')
      child.kill()
      await exited
    },
  }
}

/** Throws what the handler threw, or how the process ended instead of an answer. */
async function invoke(child: ChildProcess, invocation: object): Promise<unknown> {
  const answered = new AbortController()
  const { signal } = answered
  try {
    const answer = once(child, 'message', { signal }) as Promise<[{ result?: unknown; error?: { message: string } }]>
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`the function ended with ${code} instead of an answer`)
    })
    child.send(invocation)
    const [{ result, error }] = await Promise.race([answer, ended])
    if (error !== undefined) throw Object.assign(new Error(error.message), error)
    return result
  } finally {
    answered.abort()
  }
}

const LOCAL_HEADER = 0x04034b50
const STORED = 0

/** The entries of an archive whose files are stored as they are. */
function unpack(archive: string, folder: string): void {
  mkdirSync(folder, { recursive: true })
  const bytes = readFileSync(archive)
  for (let at = 0; bytes.readUInt32LE(at) === LOCAL_HEADER; ) {
    if (bytes.readUInt16LE(at + 8) !== STORED) throw new Error(`${archive} is compressed`)
    const size = bytes.readUInt32LE(at + 18)
    const nameEnd = at + 30 + bytes.readUInt16LE(at + 26)
    const start = nameEnd + bytes.readUInt16LE(at + 28)
    writeFileSync(path.join(folder, bytes.toString('utf8', at + 30, nameEnd)), bytes.subarray(start, start + size))
    at = start + size
  }
}
