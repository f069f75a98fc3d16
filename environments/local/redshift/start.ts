import crypto from 'node:crypto'
import { once } from 'node:events'
import net, { type Server, type Socket } from 'node:net'
import path from 'node:path'
import tls from 'node:tls'
import { type EmbeddedPostgres, startPostgres } from '../postgres'
import { alwaysOpen } from './always-open'
import { errorMessage } from './answers'
import { type Backend, openBackend } from './backend'
import { makeCancels } from './cancels'
import { bootSql } from './catalogue.sql'
import { makeCertificate } from './certificate'
import { makeCopy } from './copy'
import { RedshiftError } from './errors'
import { type FaultRule, makeFaults } from './faults'
import { inTurn } from './in-turn'
import { type Doorkeeper, receiveClient } from './login'
import { serveClient } from './serve-client'
import type { SessionPorts } from './session'
import { makeStatementLog, type StatementLogEntry } from './statement-log'
import { makeSystemTables } from './system-tables'
import { makeTemporaryLogins, type TemporaryLogins } from './temporary-logins'
import type { Isolation } from './translate-error'
import { hashed, makeUsers } from './users'

/** How to start a fake Redshift. */
export interface FakeRedshiftOptions {
  /** Any S3 endpoint; it is asked in path style, with dummy credentials. */
  readonly s3: { readonly endpoint: string; readonly region: string }
  /** @default 'dev' */
  readonly database?: string
  /** Login name to password; each is an ordinary user. `awsuser` is there anyway and is the superuser. */
  readonly users: Readonly<Record<string, string>>
  /** Port on 127.0.0.1. @default a free one */
  readonly port?: number
  /** Let clients in without TLS, like `require_ssl = false`. @default false */
  readonly allowPlaintext?: boolean
  /** How clients prove their password. @default 'md5' */
  readonly auth?: 'md5' | 'cleartext'
  /** The database's isolation level. @default 'snapshot', as for new Redshift databases */
  readonly isolation?: Isolation
}

/** A Redshift of one's own: honest in what it takes, refuses and says, small in everything else. */
export interface FakeRedshift {
  readonly host: string
  readonly port: number
  readonly database: string
  /** PEM of the certificate authority; the listener's certificate is for `localhost` and 127.0.0.1. */
  readonly ca: string
  /** Changes a password for new sessions, as ALTER USER does; those that are open stay open. */
  setPassword(user: string, password: string): Promise<void>
  /** Passwords that end by themselves, as IAM authentication gives them. Who logs in with one must be a user. */
  readonly temporary: Pick<TemporaryLogins, 'give' | 'revoke'>
  /**
   * Runs SQL as the superuser `awsuser`, through the same front as any client. Gives the rows of the last statement;
   * a transaction must end in the call that begins it.
   */
  admin(sql: string): Promise<Record<string, unknown>[]>
  /** The last 2,000 statements of all sessions, oldest first. */
  readonly statements: readonly StatementLogEntry[]
  /** Makes one of the next statements fail, once or more often. */
  failNext(rule: FaultRule): void
  /** Ends all sessions and refuses connections, as a paused cluster does. */
  pause(): Promise<void>
  /** Accepts connections again, on the same port. */
  resume(): Promise<void>
  isPaused(): boolean
  /**
   * The warehouse itself goes down and comes back after so long, with everything that was committed: sessions end in the
   * middle of whatever they do, and logins are refused meanwhile.
   */
  restart(downMs: number): Promise<void>
  /** Ends everything; leaves no process, port or folder. */
  stop(): Promise<void>
}

const SUPERUSER = 'awsuser'

/**
 * Starts a fake Redshift: a front that speaks the Postgres protocol and Redshift's SQL before a real Postgres.
 *
 * @throws Error when Postgres cannot be started or the port is taken
 */
export async function startFakeRedshift(options: FakeRedshiftOptions): Promise<FakeRedshift> {
  const { database = 'dev', isolation = 'snapshot' } = options
  const [postgres, certificate] = await Promise.all([
    startPostgres({
      superuser: SUPERUSER,
      settings: { client_connection_check_interval: '200ms', deadlock_timeout: '200ms' },
    }),
    makeCertificate(),
  ])
  const stops: (() => Promise<void> | void)[] = [() => postgres.stop()]
  const stop = async () => {
    for (let next = stops.pop(); next !== undefined; next = stops.pop()) await next()
  }
  try {
    const system = await bootDatabase(postgres, database, isolation)
    stops.push(() => system.end())
    const users = await makeUsers(system, () => openSystemBackend(postgres, database), options.users, SUPERUSER)

    const temporary = makeTemporaryLogins(Date.now)

    const faults = makeFaults()
    const log = makeStatementLog(Date.now)
    const copy = makeCopy({ s3: options.s3, system: makeSystemTables(system, database) })
    const ports: SessionPorts = { faults, log, isolation, copy: copy.run, cancels: makeCancels() }
    stops.push(() => copy.close())

    const door: Doorkeeper = {
      secureContext: tls.createSecureContext({ key: certificate.key, cert: certificate.cert }),
      allowPlaintext: options.allowPlaintext ?? false,
      auth: options.auth ?? 'md5',
      database,
      hashOf: users.hashOf,
      temporaryOf: async (login) => {
        const [first, ...others] = temporary.of(login)
        return first !== undefined && (await users.exists(first.user)) ? [first, ...others] : []
      },
    }
    const clients = makeListener(postgres, database, door, ports)
    const port = await clients.listen({ host: '127.0.0.1', port: options.port ?? 0 })
    stops.push(() => clients.close())

    let isPaused = false
    const admin = await startAdmin(postgres, database, door, ports)
    stops.push(() => admin.close())

    return {
      host: '127.0.0.1',
      port,
      database,
      ca: certificate.ca,
      setPassword: users.setPassword,
      temporary,
      admin: admin.query,
      statements: log.entries,
      failNext: (rule) => faults.add(rule),
      pause: async () => {
        isPaused = true
        await clients.close()
      },
      resume: async () => {
        await clients.listen({ host: '127.0.0.1', port })
        isPaused = false
      },
      isPaused: () => isPaused,
      restart: async (downMs) => {
        await postgres.halt()
        await new Promise((resolve) => setTimeout(resolve, downMs))
        await postgres.start()
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function bootDatabase(
  postgres: EmbeddedPostgres,
  database: string,
  isolation: Isolation,
): Promise<Pick<Backend, 'run' | 'end'>> {
  const log = (name: string) => openSystemBackend(postgres, name)
  // The cluster's own database is renamed: creating another one would copy it.
  if (database !== 'postgres') {
    const first = await log('template1')
    await first.run(`ALTER DATABASE postgres RENAME TO "${database.replace(/"/g, '""')}"`)
    first.end()
  }
  const system = inTurn(alwaysOpen(() => log(database)))
  await system.run(bootSql(database, isolation))
  return system
}

function openSystemBackend(postgres: EmbeddedPostgres, database: string): Promise<Backend> {
  return openBackend({
    socketPath: postgres.socketPath,
    parameters: { user: SUPERUSER, database, application_name: 'penstock_system', client_encoding: 'UTF8' },
    onUnasked: () => {},
  })
}

interface Listener {
  listen(where: net.ListenOptions): Promise<number>
  /** Stops listening and ends all sessions. */
  close(): Promise<void>
}

function makeListener(postgres: EmbeddedPostgres, database: string, door: Doorkeeper, ports: SessionPorts): Listener {
  const sockets = new Set<Socket>()
  let server: Server | undefined
  const accept = (socket: Socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    serve(socket, postgres, database, door, ports).catch(() => socket.destroy())
  }
  return {
    listen: async (where) => {
      const next = net.createServer(accept)
      next.listen(where)
      await once(next, 'listening')
      server = next
      const address = next.address()
      return typeof address === 'object' && address !== null ? address.port : 0
    },
    close: async () => {
      const last = server
      server = undefined
      const closed = last === undefined ? undefined : new Promise((resolve) => last.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

async function serve(
  socket: Socket,
  postgres: EmbeddedPostgres,
  database: string,
  door: Doorkeeper,
  ports: SessionPorts,
): Promise<void> {
  const arrival = await receiveClient(socket, door)
  if (arrival.kind === 'refused') return
  if (arrival.kind === 'cancel') {
    const cancel = net.connect(postgres.socketPath, () => cancel.end(arrival.request))
    cancel.on('error', () => {})
    return
  }
  const { stream, user, parameters } = arrival
  let backend: Backend
  try {
    backend = await openBackend({
      socketPath: postgres.socketPath,
      parameters: { ...parameters, database, client_encoding: 'UTF8' },
      onUnasked: (received) => void stream.write(received.raw),
    })
  } catch (error) {
    const refusal =
      error instanceof RedshiftError ? error : new RedshiftError('57P03', 'the database system is starting up')
    stream.end(errorMessage(refusal, 'FATAL'))
    return
  }
  await serveClient(stream, backend, user, ports)
}

/** The superuser's own way in: a socket in Postgres' private folder, which stays open while the cluster is paused. */
async function startAdmin(postgres: EmbeddedPostgres, database: string, door: Doorkeeper, ports: SessionPorts) {
  const password = crypto.randomUUID()
  const port = postgres.port + 1
  const ownDoor: Doorkeeper = {
    ...door,
    allowPlaintext: true,
    hashOf: async (user) => (user === SUPERUSER ? hashed(user, password) : undefined),
  }
  const listener = makeListener(postgres, database, ownDoor, ports)
  await listener.listen({ path: path.join(postgres.socketFolder, `.s.PGSQL.${port}`) })
  const { Pool } = await import('pg')
  const pool = new Pool({
    host: postgres.socketFolder,
    port,
    user: SUPERUSER,
    password,
    database,
    max: 5,
    idleTimeoutMillis: 0,
  })
  pool.on('error', () => {})
  return {
    query: async (sql: string): Promise<Record<string, unknown>[]> => {
      const result: unknown = await pool.query(sql)
      const last = Array.isArray(result) ? result[result.length - 1] : result
      return (last as { readonly rows: Record<string, unknown>[] }).rows
    },
    close: async () => {
      await pool.end()
      await listener.close()
    },
  }
}
