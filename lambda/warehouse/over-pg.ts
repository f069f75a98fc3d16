import { Client, type ClientConfig, DatabaseError } from 'pg'
import { codeOf, messageOf } from '../errors'
import type { Receipt, S3Url, TargetId } from '../model'
import type { Connection, Fault, LoadJob, LoadOutcome, SecretsPort, WarehouseSession } from '../ports'
import { classify } from './redshift/faults'
import { fileErrorInText, fileErrorsOf, type LoadErrorRow } from './redshift/load-errors'
import { render } from './redshift/render'
import type { CopyRole, Statement } from './statement'

/** How to reach a Redshift database over its wire protocol. */
export interface PgWarehouse {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  /** The SSM parameter that holds the user's password. */
  readonly passwordParameter: string
  readonly copyRole: CopyRole
  /** The region of the files, where it is not the warehouse's own. */
  readonly filesRegion?: string
  /** PEM of the authority that signed the server's certificate. @default what Node trusts */
  readonly ca?: string
  /** The name in the certificate, where the host is an alias. */
  readonly serverName?: string
  readonly connectTimeoutMs: number
}

export interface OverPgDeps {
  readonly secrets: SecretsPort
  readonly sleep: (ms: number) => Promise<void>
}

/** Connects to Redshift with `pg`: TLS verified, the password from SSM, read once more if the warehouse refuses it. */
export async function connectOverPg(deps: OverPgDeps, warehouse: PgWarehouse): Promise<Connection> {
  try {
    const client = await logIn(deps, warehouse)
    try {
      return { kind: 'connected', session: await openSession(deps, warehouse, client) }
    } catch (error) {
      await hangUp(client)
      throw error
    }
  } catch (error) {
    return { kind: 'refused', fault: faultOf(error, warehouse) }
  }
}

async function logIn(deps: OverPgDeps, warehouse: PgWarehouse): Promise<Client> {
  const cached = await deps.secrets.read(warehouse.passwordParameter)
  try {
    return await connect(warehouse, cached)
  } catch (error) {
    if (!isRefusedPassword(error)) throw error
    // It may have been rotated since it was cached.
    const fresh = await deps.secrets.read(warehouse.passwordParameter, { fresh: true })
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

async function openSession(deps: OverPgDeps, warehouse: PgWarehouse, client: Client): Promise<WarehouseSession> {
  const run = (statement: Statement) => client.query(render(statement))
  const id = String((await run({ kind: 'read-session-id' })).rows[0].id)
  await ensureReceiptsTable(deps, run)

  return {
    id,
    load: (job) => load(deps, warehouse, run, job),
    receipt: async (target, batchId) => receiptOf((await run({ kind: 'read-receipt', target, batchId })).rows[0]),
    end: (sessionId) => endOther(deps, run, id, sessionId),
    close: () => hangUp(client),
  }
}

type Run = (statement: Statement) => Promise<{ readonly rows: readonly Record<string, unknown>[] }>

/** Two loaders may create it at once: the one that comes second fails, maybe before the first has finished. */
const TRIES_TO_CREATE = 5

async function ensureReceiptsTable(deps: OverPgDeps, run: Run): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    if ((await run({ kind: 'find-receipts-table' })).rows.length > 0) return
    try {
      await run({ kind: 'create-receipts-schema' })
      await run({ kind: 'create-receipts-table' })
      return
    } catch (error) {
      if (tries === TRIES_TO_CREATE || !isAnswer(error)) throw error
      await deps.sleep(100 * tries)
    }
  }
}

async function load(deps: OverPgDeps, warehouse: PgWarehouse, run: Run, job: LoadJob): Promise<LoadOutcome> {
  const copy: Statement = {
    kind: 'copy',
    plan: job.plan,
    manifest: job.manifest,
    role: warehouse.copyRole,
    ...(warehouse.filesRegion === undefined ? {} : { region: warehouse.filesRegion }),
  }
  try {
    await run({ kind: 'limit-time', timeoutMs: job.timeoutMs })
    await run({ kind: 'begin' })
    await run(copy)
    const rows = Number((await run({ kind: 'count-copied' })).rows[0]?.['rows'])
    await run({ kind: 'write-receipt', receipt: { ...job, files: job.urls.length, rows } })
    await run({ kind: 'commit' })
    return { kind: 'loaded', rows, statements: [render(copy)] }
  } catch (error) {
    return await notLoaded(deps, warehouse, run, job, error)
  }
}

/**
 * An answer means that nothing was committed, also if COMMIT was refused; without one nobody knows. After an answer it
 * rolls back, then asks which files were at fault: the views can be read only outside the broken transaction.
 */
async function notLoaded(
  deps: OverPgDeps,
  warehouse: PgWarehouse,
  run: Run,
  job: LoadJob,
  error: unknown,
): Promise<LoadOutcome> {
  const fault = faultOf(error, warehouse)
  if (!isAnswer(error)) return { kind: 'unknown', fault }
  try {
    await run({ kind: 'rollback' })
    if (fault.kind !== 'data') return { kind: 'refused', fault: withFileInText(fault, job.urls) }
    const fileErrors = await readLoadErrors(deps, run, job.urls)
    return {
      kind: 'refused',
      fault: fileErrors.length > 0 ? { ...fault, fileErrors } : withFileInText(fault, job.urls),
    }
  } catch (lost) {
    // The refusal was an answer, so the transaction is gone either way; only the details are missing.
    return { kind: 'refused', fault: { ...withFileInText(fault, job.urls), cause: lost } }
  }
}

/** A file that the text names is at fault, whatever else the text says, unless it is the file that could not be found. */
function withFileInText(fault: Fault, urls: readonly S3Url[]): Fault {
  const fileErrors = fault.kind === 'gone' ? [] : fileErrorInText(fault.message, urls)
  return fileErrors.length === 0 ? fault : { ...fault, fileErrors }
}

/** The views are filled a moment after the COPY has failed. */
const LOAD_ERRORS_DELAYS_MS = [0, 200, 800]

async function readLoadErrors(deps: OverPgDeps, run: Run, urls: readonly S3Url[]): Promise<Fault['fileErrors']> {
  for (const delay of LOAD_ERRORS_DELAYS_MS) {
    if (delay > 0) await deps.sleep(delay)
    const { rows } = await run({ kind: 'read-load-errors' })
    if (rows.length > 0) return fileErrorsOf(rows as unknown as readonly LoadErrorRow[], urls)
  }
  return []
}

/** After this many looks, a quarter of a second apart, a session that will not end is reported. */
const LOOKS_FOR_THE_END = 120

async function endOther(deps: OverPgDeps, run: Run, own: string, sessionId: string): Promise<void> {
  if (sessionId === own) return
  for (let look = 0; look < LOOKS_FOR_THE_END; look += 1) {
    if ((await run({ kind: 'find-session', sessionId })).rows.length === 0) return
    await run({ kind: 'end-session', sessionId })
    await deps.sleep(250)
  }
  throw Object.assign(new Error(`session ${sessionId} of an earlier attempt does not end`), { code: 'ETIMEDOUT' })
}

function receiptOf(row: Record<string, unknown> | undefined): Receipt | undefined {
  if (row === undefined) return undefined
  return {
    batchId: String(row['batch_id']),
    target: String(row['target']) as TargetId,
    files: Number(row['files']),
    rows: Number(row['row_count']),
    bytes: Number(row['bytes']),
    manifest: String(row['manifest']) as S3Url,
  }
}

/** Whether the server has answered the statement and the session goes on. A FATAL message is its last word: the session is over. */
function isAnswer(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity === 'ERROR'
}

function faultOf(error: unknown, warehouse: PgWarehouse): Fault {
  const message = messageOf(error)
  const code = codeOf(error)
  const { kind, remedy } = classify({ code, message })
  return {
    kind,
    code: code ?? 'UNKNOWN',
    message: `warehouse ${warehouse.name} (${warehouse.host}): ${message}${remedy === undefined ? '' : `; ${remedy}`}`,
    fileErrors: [],
    cause: error,
  }
}

async function hangUp(client: Client): Promise<void> {
  // The connection may be broken already: then there is nothing left to end.
  await client.end().catch(() => {})
}
