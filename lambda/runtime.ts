/** The composition root: the only place where the pipeline's ports meet their adapters. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ulid } from 'ulid'
import { PenstockError } from './errors'
import type { S3Url } from './model'
import { arrivalsInDynamoDb } from './platform/arrivals-in-dynamodb'
import { batchesInDynamoDb } from './platform/batches-in-dynamodb'
import { type LoginClients, makeLoginClients, makeStateClients } from './platform/clients'
import { contentsInDynamoDb } from './platform/contents-in-dynamodb'
import { credentialsInRedshift } from './platform/credentials-in-redshift'
import { dataApi } from './platform/data-api'
import { deadLettersInSqs } from './platform/dead-letters-in-sqs'
import { filesInDynamoDb } from './platform/files-in-dynamodb'
import { makeLog } from './platform/log'
import { makeMeasure } from './platform/measure'
import { noticesInSns } from './platform/notices-in-sns'
import { objectsInS3 } from './platform/objects-in-s3'
import { makeRedactor, type Redactor } from './platform/redact'
import { secretsInSsm } from './platform/secrets-in-ssm'
import { settingsInS3 } from './platform/settings-in-s3'
import { targetsInDynamoDb } from './platform/targets-in-dynamodb'
import { wakesInSqs } from './platform/wakes-in-sqs'
import type { Connection, CredentialsPort, Log, Measure, Ports, SettingsPort, WarehousesPort } from './ports'
import { type DataApiLogin, type OverDataApiSettings, type OverPgSettings, settingsFrom } from './settings'
import { byPassword } from './warehouse/by-password'
import { connectOverDataApi } from './warehouse/over-data-api'
import { connectOverPg } from './warehouse/over-pg'
import type { Run } from './warehouse/run'

/** What a handler works with. */
export interface Runtime {
  readonly ports: Ports
  /** Writes out what was measured; belongs at the end of an invocation. */
  flush(): void
  /** Closes every connection. Only tests and the embedded environment need it. */
  close(): void
}

/** The variables that the infrastructure gives every function. */
export const VARIABLES = {
  settings: 'PENSTOCK_SETTINGS_URL',
  arrivals: 'PENSTOCK_ARRIVALS_TABLE',
  files: 'PENSTOCK_FILES_TABLE',
  batches: 'PENSTOCK_BATCHES_TABLE',
  targets: 'PENSTOCK_TARGETS_TABLE',
  wakes: 'PENSTOCK_WAKES_QUEUE_URL',
  deadObjects: 'PENSTOCK_DEAD_OBJECTS_QUEUE_URL',
  deadWakes: 'PENSTOCK_DEAD_WAKES_QUEUE_URL',
} as const

/** The namespace of an environment's metrics, such as `Penstock/dev`. @default 'Penstock' */
export const METRICS_NAMESPACE = 'PENSTOCK_METRICS_NAMESPACE'

type Variables = Readonly<Record<string, string | undefined>>

let ofThisProcess: Runtime | undefined

/** The runtime of a function that loads: made at the first invocation, used by all that follow. */
export function functionRuntime(): Runtime {
  ofThisProcess ??= makeRuntime(process.env)
  return ofThisProcess
}

/**
 * The runtime of a function that loads nothing. It names no driver and no login, so the bundle of such a function holds none:
 * half of what Lambda would have to read at a cold start.
 */
export function runtimeWithoutWarehouses(): Runtime {
  ofThisProcess ??= wire(process.env, {}, noWarehouses)
  return ofThisProcess
}

/** What tests and the embedded environment put in the place of, or around, what a function has. */
export interface Listen {
  /** Instead of lines on stdout. */
  readonly log?: Log
  readonly measure?: Measure
  /** Around every statement that goes to a warehouse. */
  readonly around?: (run: Run) => Run
}

/** Wires the adapters by environment variables. */
export function makeRuntime(env: Variables, listen: Listen = {}): Runtime {
  return wire(env, listen, warehousesOf)
}

/** What the way to the warehouses is made of. */
interface Wired {
  readonly env: Variables
  readonly listen: Listen
  readonly settings: SettingsPort
  readonly redactor: Redactor
  readonly now: () => number
}

interface Warehouses {
  readonly warehouses: WarehousesPort
  close(): void
}

function wire(env: Variables, listen: Listen, openWarehouses: (wired: Wired) => Warehouses): Runtime {
  const clients = makeStateClients(env)
  const { dynamodb: client } = clients
  const redactor = makeRedactor()
  const namespace = env[METRICS_NAMESPACE]
  const metrics = makeMeasure(namespace === undefined ? {} : { namespace })
  const now = () => Date.now()
  const random = () => Math.random()
  const settings = settingsInS3({
    client: clients.s3,
    url: required(env, 'settings') as S3Url,
    read: settingsFrom,
    now,
  })
  const { warehouses, close } = openWarehouses({ env, listen, settings, redactor, now })

  return {
    flush: metrics.flush,
    close() {
      clients.close()
      close()
    },
    ports: {
      settings,
      arrivals: arrivalsInDynamoDb({ client, table: required(env, 'arrivals') }),
      files: filesInDynamoDb({ client, table: required(env, 'files') }),
      contents: contentsInDynamoDb({ client, table: required(env, 'files') }),
      batches: batchesInDynamoDb({ client, table: required(env, 'batches') }),
      targets: targetsInDynamoDb({ client, table: required(env, 'targets') }),
      objects: objectsInS3({ client: clients.s3 }),
      wakes: wakesInSqs({ client: clients.sqs, queueUrl: required(env, 'wakes') }),
      deadLetters: deadLettersInSqs({
        client: clients.sqs,
        queueUrls: { objects: required(env, 'deadObjects'), wakes: required(env, 'deadWakes') },
      }),
      notices: noticesInSns({ client: clients.sns, redactor }),
      warehouses,
      log: listen.log ?? makeLog({ redactor }),
      measure: listen.measure ?? metrics.measure,
      now,
      random,
      newBatchId: (nowMs) => ulid(nowMs),
    },
  }
}

/** Nothing that on-object or on-tick does leads to a warehouse. */
function noWarehouses(): Warehouses {
  const connect = async (name: string): Promise<never> => {
    throw new PenstockError(
      'UNKNOWN_WAREHOUSE',
      `this function has no way to a warehouse, and was to connect to ${name}`,
    )
  }
  return { warehouses: { connect }, close: () => {} }
}

/** Each warehouse by the way that its settings name. */
function warehousesOf(wired: Wired): Warehouses {
  const clients = makeLoginClients(wired.env)
  const overPg = waysOverPg(wired, clients)
  const overDataApi = waysOverDataApi(wired, clients)
  const warehouses: WarehousesPort = {
    async connect(name) {
      const settings = await wired.settings()
      const warehouse = settings.warehouses[name]
      if (warehouse === undefined) {
        const message = `the settings name no warehouse ${JSON.stringify(name)} any more; its files wait`
        return { kind: 'refused', fault: { kind: 'set-up', code: 'UNKNOWN_WAREHOUSE', message, fileErrors: [] } }
      }
      return warehouse.via === 'pg' ? overPg(name, warehouse) : overDataApi(name, warehouse, settings.name)
    },
  }
  return { warehouses, close: clients.close }
}

function waysOverPg({ listen: { around }, redactor: { learn }, now }: Wired, clients: LoginClients) {
  const secrets = secretsInSsm({ client: clients.ssm, now, learn })
  const temporary = credentialsInRedshift({ clients, now, learn })
  const credentialsOf = ({ login, database }: OverPgSettings): CredentialsPort =>
    login.kind === 'password' ? byPassword(secrets, login) : temporary({ ...login, database })
  return (name: string, warehouse: OverPgSettings): Promise<Connection> => {
    const { host, port, database, copyRole, filesRegion, tls, connectTimeoutSeconds } = warehouse
    return connectOverPg(
      {
        credentials: credentialsOf(warehouse),
        sleep: async (ms) => void (await sleep(ms)),
        now,
        ...(around === undefined ? {} : { around }),
      },
      {
        name,
        host,
        port,
        database,
        copyRole,
        connectTimeoutMs: connectTimeoutSeconds * 1000,
        ...(filesRegion === undefined ? {} : { filesRegion }),
        ...(tls.ca === undefined ? {} : { ca: tls.ca }),
        ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
      },
    )
  }
}

function waysOverDataApi({ listen: { around }, now }: Wired, { redshiftData }: LoginClients) {
  const seen = new Set<string>()
  return (name: string, warehouse: OverDataApiSettings, environment: string): Promise<Connection> => {
    const { database, copyRole, filesRegion, login } = warehouse
    return connectOverDataApi(
      {
        api: dataApi({ client: redshiftData(login.region), database, login }),
        sleep: async (ms) => void (await sleep(ms)),
        now,
        seen,
        place: JSON.stringify([database, login]),
        ...(around === undefined ? {} : { around }),
      },
      {
        name,
        environment,
        host: login.kind === 'cluster' ? `cluster ${login.cluster}` : `workgroup ${login.workgroup}`,
        copyRole,
        ...(filesRegion === undefined ? {} : { filesRegion }),
        ...(login.kind === 'cluster' && login.user !== undefined ? { user: login.user } : {}),
        ifRefused: ifRefused(login),
      },
    )
  }
}

function ifRefused(login: DataApiLogin): string {
  if (login.secretArn !== undefined) {
    return 'the secret must hold username and password of a user of the database, and the function may need to read it and its key'
  }
  const user = login.kind === 'cluster' ? login.user : undefined
  const name = user === undefined ? "IAMR:<the function's role>" : user
  return `the database must know the user: CREATE USER ${JSON.stringify(name)} PASSWORD DISABLE, and what it may do must be granted to it`
}

function required(env: Variables, variable: keyof typeof VARIABLES): string {
  const value = env[VARIABLES[variable]]
  if (value === undefined || value === '') {
    throw new PenstockError('MALFORMED_SETTINGS', `the function lacks the environment variable ${VARIABLES[variable]}`)
  }
  return value
}
