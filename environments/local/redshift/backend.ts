import { connect, type Socket } from 'node:net'
import { RedshiftError } from './errors'
import { int32, type Message, makeFramer, message, type Report, readReport, readRow, writeAndWait } from './wire'

/** Idle, in a transaction, or in a failed one: what ReadyForQuery says. */
export type TransactionStatus = 'I' | 'T' | 'E'

/** What a statement of our own answered. */
export interface Answer {
  readonly rows: readonly (readonly (string | null)[])[]
  readonly tag: string
}

/** Takes the rows of a COPY; `write` resolves when Postgres can take more, and its result is false when it has refused. */
export type CopyFeed = (write: (data: Buffer) => Promise<boolean> | boolean) => Promise<void>

/** One real Postgres session behind one client. */
export interface Backend {
  readonly pid: number
  /** ParameterStatus and BackendKeyData as Postgres sent them, to be shown to the client. */
  readonly greeting: readonly Message[]
  readonly status: () => TransactionStatus
  /** Runs a statement of our own and keeps its answer; a Postgres error is thrown as a RedshiftError. */
  run(sql: string): Promise<Answer>
  /** Runs `COPY … FROM STDIN` on this session, so it is part of the client's transaction. */
  copyIn(sql: string, feed: CopyFeed): Promise<Answer>
  /** Sends a client's messages on and gives every answer up to ReadyForQuery, which is not passed, to `each`. */
  relay(bytes: Buffer, each: (message: Message) => void): Promise<TransactionStatus>
  /** Sends bytes that are answered later, e.g. Parse before its Sync; their answers go to `each` of the next relay. */
  send(bytes: Buffer): void
  /** Stops and resumes reading answers, when the client is slower than Postgres. */
  pause(): void
  resume(): void
  /** Ends the session; what it had not committed is rolled back. */
  end(): void
  readonly hasEnded: () => boolean
  /** Settles when the session has ended, whoever ended it. */
  readonly ended: Promise<'ended'>
}

/** How to log in to the real Postgres. */
export interface BackendLogin {
  readonly socketPath: string
  readonly parameters: Readonly<Record<string, string>>
  /** What comes when nobody waits for anything (a FATAL of an administrator, a parameter that changed). */
  readonly onUnasked: (message: Message) => void
}

/** Opens a session; a refusal (no such role, too many connections) is thrown as a RedshiftError. */
export function openBackend(login: BackendLogin): Promise<Backend> {
  return new Promise((resolve, reject) => {
    const socket = connect(login.socketPath, () => socket.write(startupMessage(login.parameters)))
    const frame = makeFramer()
    const greeting: Message[] = []
    let pid = 0
    let status: TransactionStatus = 'I'
    let ready = false
    let over = false
    let receive: ((message: Message) => void) | undefined
    let fail: ((error: Error) => void) | undefined
    let tellEnd: (how: 'ended') => void = () => {}
    const ended = new Promise<'ended'>((tell) => {
      tellEnd = tell
    })

    socket.on('data', (chunk: Buffer) => {
      for (const received of frame(chunk)) {
        if (received.type === 'Z') status = String.fromCharCode(received.body[0] ?? 73) as TransactionStatus
        if (ready) (receive ?? login.onUnasked)(received)
        else if (received.type === 'E') reject(asError(readReport(received.body)))
        else if (received.type === 'S' || received.type === 'K') greeting.push(received)
        else if (received.type === 'Z') {
          pid = greeting.find(({ type }) => type === 'K')?.body.readInt32BE(0) ?? 0
          ready = true
          resolve(backend)
        }
      }
    })
    socket.on('error', (error) => reject(error))
    socket.on('close', () => {
      over = true
      reject(new RedshiftError('08006', 'the server closed the connection'))
      fail?.(new RedshiftError('57P01', 'terminating connection due to administrator command'))
      tellEnd('ended')
    })

    const exchange = (bytes: Buffer, each: (message: Message) => void) =>
      new Promise<TransactionStatus>((done, failed) => {
        if (socket.destroyed) return failed(new RedshiftError('08006', 'the session has ended'))
        fail = failed
        receive = (received) => {
          if (received.type !== 'Z') return each(received)
          receive = undefined
          fail = undefined
          done(status)
        }
        socket.write(bytes)
      })

    const backend: Backend = {
      get pid() {
        return pid
      },
      greeting,
      status: () => status,
      run: (sql) => collect(exchange, sql, () => {}),
      copyIn: (sql, feed) => copyIn(socket, exchange, sql, feed),
      relay: exchange,
      send: (bytes) => void socket.write(bytes),
      pause: () => void socket.pause(),
      resume: () => void socket.resume(),
      end: () => void socket.destroy(),
      hasEnded: () => over,
      ended,
    }
  })
}

/** An error of our own must leave the client's transaction as broken as one of Postgres would. */
export async function abortTransaction(backend: Backend): Promise<void> {
  if (backend.status() === 'T') await backend.run('abort this transaction').catch(() => {})
}

type Exchange = (bytes: Buffer, each: (message: Message) => void) => Promise<TransactionStatus>

function startupMessage(parameters: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(parameters).flatMap(([name, value]) => [
    Buffer.from(`${name}\0`),
    Buffer.from(`${value}\0`),
  ])
  const body = Buffer.concat([int32(196_608), ...pairs, Buffer.from([0])])
  return Buffer.concat([int32(body.length + 4), body])
}

async function collect(exchange: Exchange, sql: string, onOther: (message: Message) => void): Promise<Answer> {
  const rows: (string | null)[][] = []
  let tag = ''
  let problem: Report | undefined
  await exchange(message('Q', sql), (received) => {
    if (received.type === 'D') rows.push(readRow(received.body))
    else if (received.type === 'C') tag = received.body.toString('utf8', 0, received.body.length - 1)
    else if (received.type === 'E') {
      problem ??= readReport(received.body)
      onOther(received)
    } else onOther(received)
  })
  if (problem !== undefined) throw asError(problem)
  return { rows, tag }
}

async function copyIn(socket: Socket, exchange: Exchange, sql: string, feed: CopyFeed): Promise<Answer> {
  let refused = false
  let stopped = false
  let feeding: Promise<void> | undefined
  let feedError: { readonly cause: unknown } | undefined
  const write = (data: Buffer) => {
    const goesOn = () => {
      stopped ||= refused || socket.destroyed
      return !stopped
    }
    if (!goesOn()) return false
    return writeAndWait(socket, data)?.then(goesOn) ?? true
  }
  const answer = collect(exchange, sql, (received) => {
    if (received.type === 'E') refused = true
    if (received.type !== 'G') return
    feeding = feed(write).then(
      () => void (refused || socket.write(message('c'))),
      (cause: unknown) => {
        feedError = { cause }
        if (!refused) socket.write(message('f', 'the data cannot be loaded'))
      },
    )
  })
  const [outcome] = await Promise.allSettled([answer])
  await feeding
  // Our own reason is better than Postgres' "COPY from stdin failed: …", which it caused.
  if (feedError !== undefined && !stopped) throw feedError.cause
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}

function asError({ sqlState, message: text, detail, where }: Report): RedshiftError {
  return new RedshiftError(sqlState, text, detail, where)
}
