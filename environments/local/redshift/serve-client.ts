import type { Duplex } from 'node:stream'
import { readyForQuery } from './answers'
import type { Backend } from './backend'
import { readClientMessages } from './client-messages'
import { makeExtendedProtocol } from './extended-protocol'
import { type Ending, makeSession, type Session, type SessionPorts } from './session'
import { type Statement, splitStatements } from './sql-tokens'
import { kindOf } from './statement-kinds'
import { message, readStrings } from './wire'

/** Serves a client that has logged in until it leaves; `backend` has answered its own greeting already. */
export async function serveClient(stream: Duplex, backend: Backend, user: string, ports: SessionPorts): Promise<void> {
  let copying = false
  const leave = () => {
    // An autocommit COPY goes on and commits when its client goes away; in a transaction block it is rolled back.
    if (!copying || backend.status() !== 'I') backend.end()
  }
  const messages = readClientMessages(stream, leave)
  const session = makeSession(stream, backend, user, ports, (is) => {
    copying = is
  })
  greet(session)
  const extended = makeExtendedProtocol(session)
  try {
    for (;;) {
      // A backend that has ended is noticed between two statements, after what it had to say about the last one.
      const received = await Promise.race([messages.next(), backend.ended])
      if (received === undefined || received === 'ended' || received.type === 'X' || stream.destroyed) break
      if (received.type === 'Q') {
        await extended.settle()
        await simpleQuery(session, readStrings(received.body, 1).strings[0] ?? '')
      } else await extended.receive(received)
    }
  } finally {
    backend.end()
    ports.log.sessionEnded(backend.pid)
  }
  stream.end()
}

function greet({ backend, write }: Session): void {
  write(message('R', Buffer.from([0, 0, 0, 0])))
  for (const received of backend.greeting) {
    const isVersion = received.type === 'S' && received.body.toString('latin1').startsWith('server_version\0')
    write(isVersion ? message('S', 'server_version', '8.0.2') : received.raw)
  }
  write(readyForQuery(backend))
}

async function simpleQuery(session: Session, text: string): Promise<void> {
  const statements = splitStatements(text)
  const [first] = statements
  let ending: Ending = 'ok'
  if (first === undefined) session.write(message('I'))
  else if (statements.length === 1) ending = await session.runOne(first, false)
  else ending = await runMany(session, statements)
  if (ending !== 'gone') session.write(readyForQuery(session.backend))
}

/** Several statements in one request are one transaction, unless they say themselves where it begins and ends. */
async function runMany(session: Session, statements: readonly Statement[]): Promise<Ending> {
  const { backend } = session
  const isImplicit =
    backend.status() === 'I' &&
    !statements.some((statement) => ['begin', 'end', 'truncate'].includes(kindOf(statement)))
  if (isImplicit) await backend.run('BEGIN')
  let ending: Ending = 'ok'
  for (const statement of statements) {
    ending = await session.runOne(statement, true)
    if (ending !== 'ok') break
  }
  if (!isImplicit || ending === 'gone') return ending
  if (ending === 'failed') await backend.run('ROLLBACK')
  else
    await backend.relay(message('Q', 'COMMIT'), (received) =>
      received.type === 'E' ? session.passOn(received) : undefined,
    )
  session.transactionEnded()
  return ending
}
