import { Client, type ClientConfig } from 'pg'
import { codeOf, messageOf } from '../errors'
import type { SecretsPort } from '../ports'
import { render } from './redshift/render'
import { PATIENCE_MS, type Run } from './run'
import type { SessionOf } from './session'

/** How to reach a Redshift database over its wire protocol. */
export interface PgWarehouse extends SessionOf {
  readonly port: number
  readonly database: string
  readonly user: string
  /** The SSM parameter that holds the user's password. */
  readonly passwordParameter: string
  /** PEM of the authority that signed the server's certificate. @default what Node trusts */
  readonly ca?: string
  /** The name in the certificate, where the host is an alias. */
  readonly serverName?: string
  readonly connectTimeoutMs: number
}

/** Connects: TLS verified, the password from SSM, read once more if the warehouse refuses it. Throws what pg throws. */
export async function logIn(secrets: SecretsPort, warehouse: PgWarehouse): Promise<Client> {
  const cached = await secrets.read(warehouse.passwordParameter)
  try {
    return await connect(warehouse, cached)
  } catch (error) {
    if (!isRefusedPassword(error)) throw error
    // It may have been rotated since it was cached.
    const fresh = await secrets.read(warehouse.passwordParameter, { fresh: true })
    if (fresh === cached) throw error
    return await connect(warehouse, fresh)
  }
}

function isRefusedPassword(error: unknown): boolean {
  const code = codeOf(error)
  return code === '28P01' || code === '28000' || /password authentication failed/i.test(messageOf(error))
}

async function connect(warehouse: PgWarehouse, password: string): Promise<Client> {
  const client = new Client(clientConfig(warehouse, password))
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

function clientConfig(warehouse: PgWarehouse, password: string): ClientConfig {
  return {
    host: warehouse.host,
    port: warehouse.port,
    database: warehouse.database,
    user: warehouse.user,
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
