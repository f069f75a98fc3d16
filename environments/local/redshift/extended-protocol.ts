import { errorMessage, readyForQuery } from './answers'
import { abortTransaction } from './backend'
import { asRedshiftError, notEmbedded, RedshiftError, syntaxError } from './errors'
import { faultError } from './faults'
import type { Session } from './session'
import { type Statement, splitStatements } from './sql-tokens'
import { isSpecial, kindOf } from './statement-kinds'
import type { StatementEnd } from './statement-log'
import { type Message, message, readReport, readStrings } from './wire'

/** Serves Parse, Bind, Describe, Execute, Close, Flush and Sync of one session. */
export interface ExtendedProtocol {
  receive(received: Message): Promise<void>
  /** Waits for everything that was sent and not synced. */
  settle(): Promise<void>
}

interface Prepared {
  readonly statement: Statement | undefined
  /** Whether the fake runs it itself, so that Postgres never hears of it. */
  readonly isOurs: boolean
}

/** Messages go to Postgres as they come; what the fake runs itself waits until those before it are answered. */
export function makeExtendedProtocol(session: Session): ExtendedProtocol {
  const { backend, write } = session
  const prepared = new Map<string, Prepared>()
  const portals = new Map<string, Prepared>()
  let pending: Buffer[] = []
  let unsynced = false
  let skipping = false
  const open: ((end: StatementEnd) => void)[] = []

  const pass = (bytes: Buffer) => {
    pending.push(bytes)
    unsynced = true
  }
  const ends: (() => void)[] = []
  const noteEnd = (end: StatementEnd) => {
    const close = open.shift()
    if (close !== undefined) ends.push(() => close(end))
  }
  const watch = (received: Message) => {
    if (received.type === 'C' || received.type === 'I' || received.type === 's') noteEnd({ outcome: 'ok' })
    if (received.type === 'E') {
      noteEnd({ outcome: 'error', sqlState: readReport(received.body).sqlState })
      skipping = true
    }
  }
  const settle = async () => {
    if (!unsynced) return
    const bytes = Buffer.concat([...pending, message('S')])
    pending = []
    unsynced = false
    try {
      await backend.relay(bytes, (received) => {
        watch(received)
        session.passOn(received)
      })
    } finally {
      // Only now it is known whether they have left a transaction open.
      for (const close of ends.splice(0)) close()
      for (const close of open.splice(0)) close({ outcome: 'cut' })
    }
  }
  const fail = async (error: RedshiftError) => {
    await abortTransaction(backend)
    write(errorMessage(error))
    skipping = true
  }

  async function parse({ body, raw }: Message): Promise<void> {
    const { strings, end } = readStrings(body, 2)
    const [name = '', sql = ''] = strings
    const statements = splitStatements(sql)
    const statement = statements.length === 1 ? statements[0] : undefined
    const isOurs = statement !== undefined && isSpecial(kindOf(statement))
    prepared.set(name, { statement, isOurs })
    if (isOurs) {
      await settle()
      if (skipping) return
      // Neither COPY nor its like take parameters: the grammar has no place for them.
      const parameter = statement.tokens.find(({ kind }) => kind === 'parameter')
      if (parameter !== undefined) {
        const isMerge = kindOf(statement) === 'merge'
        return fail(isMerge ? notEmbedded('take parameters in MERGE') : syntaxError(parameter.value))
      }
      return write(message('1'))
    }
    if (statement === undefined) return pass(raw)
    try {
      pass(message('P', name, session.rewrite(statement), body.subarray(end)))
    } catch (error) {
      await settle()
      if (!skipping) await fail(asRedshiftError(error))
    }
  }

  async function bind({ body, raw }: Message): Promise<void> {
    const { strings, end } = readStrings(body, 2)
    const [portal = '', name = ''] = strings
    const found = prepared.get(name)
    if (found !== undefined) portals.set(portal, found)
    if (found?.isOurs !== true) return pass(raw)
    await settle()
    if (skipping) return
    const formats = body.readInt16BE(end)
    const values = body.readInt16BE(end + 2 + formats * 2)
    if (values === 0) return write(message('2'))
    const text = `bind message supplies ${values} parameters, but prepared statement "${name}" requires 0`
    await fail(new RedshiftError('08P01', text))
  }

  async function describe({ body, raw }: Message): Promise<void> {
    const isStatement = body[0] === 'S'.charCodeAt(0)
    const name = readStrings(body.subarray(1), 1).strings[0] ?? ''
    if ((isStatement ? prepared : portals).get(name)?.isOurs !== true) return pass(raw)
    await settle()
    if (skipping) return
    if (isStatement) write(message('t', Buffer.from([0, 0])))
    write(message('n'))
  }

  async function execute({ body, raw }: Message): Promise<void> {
    const found = portals.get(readStrings(body, 1).strings[0] ?? '')
    if (found?.statement === undefined) return pass(raw)
    if (found.isOurs) {
      await settle()
      if (!skipping && (await session.runOne(found.statement, false)) === 'failed') skipping = true
      return
    }
    const close = session.logged(found.statement)
    const fault = await session.takeFault(found.statement)
    if (fault === undefined || fault.act === 'delay') {
      open.push(close)
      return pass(raw)
    }
    if (fault.act === 'error') {
      await settle()
      const error = faultError(fault)
      close({ outcome: 'error', sqlState: error.sqlState })
      return fail(error)
    }
    close({ outcome: 'cut' })
    if (fault.act === 'cut-after') await backend.relay(Buffer.concat([...pending, raw, message('S')]), () => {})
    session.hangUp()
  }

  async function close({ body, raw }: Message): Promise<void> {
    const known = body[0] === 'S'.charCodeAt(0) ? prepared : portals
    const name = readStrings(body.subarray(1), 1).strings[0] ?? ''
    const isOurs = known.get(name)?.isOurs === true
    known.delete(name)
    if (!isOurs) return pass(raw)
    await settle()
    if (!skipping) write(message('3'))
  }

  return {
    settle,
    receive: async (received) => {
      if (received.type === 'S') {
        await settle()
        skipping = false
        return write(readyForQuery(backend))
      }
      if (skipping) return
      switch (received.type) {
        case 'P':
          return parse(received)
        case 'B':
          return bind(received)
        case 'D':
          return describe(received)
        case 'E':
          return execute(received)
        case 'C':
          return close(received)
        case 'H':
          backend.send(Buffer.concat([...pending, received.raw]))
          pending = []
          return
        case 'F':
          await settle()
          await backend.relay(received.raw, session.passOn)
          return write(readyForQuery(backend))
        default:
          // CopyData, CopyDone and CopyFail of a client whose COPY FROM STDIN was refused: the protocol says ignore.
          return
      }
    },
  }
}
