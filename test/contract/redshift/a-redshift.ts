import { Client, type ClientConfig } from 'pg'
import {
  type FakeRedshift,
  type FakeRedshiftOptions,
  startFakeRedshift,
} from '../../../environments/local/redshift/start'
import { serveObjects, type TestObjects } from './objects'

/** The role that every COPY of these tests names. */
export const ROLE = "IAM_ROLE 'arn:aws:iam::123456789012:role/loader'"

/** A fake Redshift with its S3, and clients for it. */
export interface TestRedshift {
  readonly redshift: FakeRedshift
  readonly objects: TestObjects
  /** Logs in over TLS as `etl`; the client is closed with the rest. */
  connect(config?: ClientConfig): Promise<TestClient>
  /** Once is enough; further calls wait for the first. */
  stop(): Promise<void>
}

/** A client that remembers what it was told. */
export interface TestClient {
  readonly pid: number
  readonly notices: string[]
  /** The rows of a statement. */
  rows(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  /** The first column of a statement's rows. */
  values(sql: string): Promise<unknown[]>
  /** The error of a statement that must fail. */
  failure(sql: string, values?: unknown[]): Promise<Failure>
  readonly raw: Client
}

/** What a client sees of an error. */
export interface Failure {
  readonly code: string | undefined
  readonly message: string
  readonly detail: string | undefined
}

/** Starts both; users are `etl` and `reader`. */
export async function startTestRedshift(options: Partial<FakeRedshiftOptions> = {}): Promise<TestRedshift> {
  const objects = await serveObjects()
  const redshift = await startFakeRedshift({
    s3: { endpoint: objects.endpoint, region: 'eu-west-1' },
    users: { etl: 'etl-password', reader: 'reader-password' },
    ...options,
  })
  const clients: Client[] = []
  const stop = async () => {
    await Promise.all(clients.map((client) => client.end().catch(() => {})))
    await redshift.stop()
    await objects.stop()
  }
  let stopped: Promise<void> | undefined
  return {
    redshift,
    objects,
    connect: async (config = {}) => {
      const raw = new Client({
        host: 'localhost',
        port: redshift.port,
        database: redshift.database,
        user: 'etl',
        password: 'etl-password',
        ssl: { ca: redshift.ca, rejectUnauthorized: true },
        ...config,
      })
      raw.on('error', () => {})
      await raw.connect()
      clients.push(raw)
      return testClient(raw)
    },
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}

function testClient(raw: Client): TestClient {
  const notices: string[] = []
  raw.on('notice', ({ message }) => notices.push(message ?? ''))
  const rows = async (sql: string, values?: unknown[]): Promise<Record<string, unknown>[]> =>
    (await raw.query(sql, values)).rows
  return {
    raw,
    notices,
    pid: (raw as unknown as { readonly processID: number }).processID,
    rows,
    values: async (sql) => (await rows(sql)).map((row) => Object.values(row)[0]),
    failure: async (sql, values) => {
      try {
        await raw.query(sql, values)
      } catch (error) {
        const { code, message, detail } = error as Failure
        return { code, message, detail }
      }
      throw new Error(`this should have failed: ${sql}`)
    },
  }
}
