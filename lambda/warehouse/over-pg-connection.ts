import { Client, type ClientConfig } from 'pg'
import { codeOf, messageOf } from '../errors'
import type { Credentials, CredentialsPort } from '../ports'
import { render } from './redshift/render'
import { PATIENCE_MS, type Run } from './run'
import type { SessionOf } from './session'

/** How to reach a Redshift database over its wire protocol. */
export interface PgWarehouse extends SessionOf {
  readonly port: number
  readonly database: string
  /** PEM of the authority that signed the server's certificate. @default what Node trusts */
  readonly ca?: string
  /** The name in the certificate, where the host is an alias. */
  readonly serverName?: string
  readonly connectTimeoutMs: number
}

/** The warehouse does not let in who we say that we are: its own words, and what a person can do. */
class LoginRefused extends Error {
  override readonly name = 'LoginRefused'
  readonly code: string
  constructor(refusal: unknown, { ifRefused }: Credentials) {
    super(`${messageOf(refusal)}; ${ifRefused}`, { cause: refusal })
    this.code = codeOf(refusal) ?? '28000'
  }
}

/** Connects: TLS verified, with credentials that are asked for once more if the warehouse refuses them. Throws what pg throws. */
export async function logIn(credentials: CredentialsPort, warehouse: PgWarehouse): Promise<Client> {
  const known = await credentials()
  try {
    return await connect(warehouse, known)
  } catch (error) {
    if (!isRefusedLogin(error)) throw error
    // The password may have been rotated, or temporary credentials withdrawn, since they were read.
    const fresh = await credentials({ fresh: true })
    if (fresh.user === known.user && fresh.password === known.password) throw new LoginRefused(error, fresh)
    return await secondTry(warehouse, fresh)
  }
}

async function secondTry(warehouse: PgWarehouse, fresh: Credentials): Promise<Client> {
  try {
    return await connect(warehouse, fresh)
  } catch (error) {
    throw isRefusedLogin(error) ? new LoginRefused(error, fresh) : error
  }
}

function isRefusedLogin(error: unknown): boolean {
  const code = codeOf(error)
  return code === '28P01' || code === '28000' || /password authentication failed/i.test(messageOf(error))
}

async function connect(warehouse: PgWarehouse, credentials: Credentials): Promise<Client> {
  const client = new Client(clientConfig(warehouse, credentials))
  // A connection that breaks while nobody waits for it would end the process; the next query reports it.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    await hangUp(client)
    throw error
  }
  return client
}

function clientConfig(warehouse: PgWarehouse, { user, password }: Credentials): ClientConfig {
  return {
    host: warehouse.host,
    port: warehouse.port,
    database: warehouse.database,
    user,
    password,
    ssl: {
      rejectUnauthorized: true,
      ...(warehouse.ca === undefined ? {} : { ca: warehouse.ca }),
      ...(warehouse.serverName === undefined ? {} : { servername: warehouse.serverName }),
    },
    connectionTimeoutMillis: warehouse.connectTimeoutMs,
    application_name: 'penstock',
    // NAT gateways and endpoints drop flows that are idle for 350 s; a COPY is silent for longer.
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
  }
}

/** pg ends the wait by itself, which its types do not know. */
function withPatience(text: string, patienceMs: number): { text: string } {
  const query = { text, query_timeout: patienceMs }
  return query
}

/** The statements of one connection, one at a time. */
export function runOn(client: Client): Run {
  return (statement, patienceMs = PATIENCE_MS) => client.query(withPatience(render(statement), patienceMs))
}

/** A silent network never answers to a farewell. */
const FAREWELL_MS = 1_000

/** Ends the connection, and does not wait for a server that is silent. */
export async function hangUp(client: Client): Promise<void> {
  // The connection may be broken already: then there is nothing left to end.
  const ended = client.end().catch(() => {})
  const timer = setTimeout(() => socketOf(client)?.destroy(), FAREWELL_MS)
  await ended
  clearTimeout(timer)
}

/** pg does not show its socket, and `end` waits for the server's. */
function socketOf(client: Client): { destroy(): unknown } | undefined {
  const { connection } = client as unknown as { readonly connection?: { readonly stream?: { destroy(): unknown } } }
  return connection?.stream
}
