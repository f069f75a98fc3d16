import type { FakeRedshiftOptions } from '../../../environments/local/redshift/start'
import {
  type RedshiftData,
  type RedshiftDataOptions,
  startRedshiftData,
} from '../../../environments/local/redshift-data/server'
import { startTestRedshift, type TestRedshift } from '../redshift/a-redshift'

/** An answer of the service: what the SDK's client would read. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** A Data API with its warehouse, asked over plain HTTP in AWS-JSON 1.1: the SDK's client is not among the dependencies. */
export interface DataApi extends TestRedshift {
  readonly api: RedshiftData
  readonly events: Event[]
  /** Answers whatever comes; rejects when the connection is cut. */
  readonly ask: (operation: string, input?: object) => Promise<Answer>
  /** The body of an answer that must be 200. */
  readonly call: (operation: string, input?: object) => Promise<Readonly<Record<string, unknown>>>
  /** The id of a statement, run as `etl` unless the input says otherwise. */
  readonly submit: (sql: string | readonly string[], input?: object) => Promise<string>
  readonly describe: (id: string) => Promise<Described>
  /** Describes a statement when it has ended. */
  readonly ended: (id: string) => Promise<Described>
}

export interface Described extends Readonly<Record<string, unknown>> {
  readonly Status: string
  readonly Error?: string
  readonly SubStatements?: readonly Described[]
}

export interface Event {
  readonly detail: Readonly<Record<string, unknown>>
  readonly [field: string]: unknown
}

export const ON_CLUSTER = { ClusterIdentifier: 'a-cluster', Database: 'dev', DbUser: 'etl' }
export const SECRET = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:etl-AbCdEf'

/** Starts both; every event that comes is kept. */
export async function startDataApi(
  options: Partial<RedshiftDataOptions> = {},
  warehouse: Partial<FakeRedshiftOptions> = {},
): Promise<DataApi> {
  const world = await startTestRedshift(warehouse)
  const events: Event[] = []
  const api = await startRedshiftData({
    warehouse: world.redshift,
    region: 'eu-west-1',
    account: '000000000000',
    cluster: 'a-cluster',
    workgroup: 'a-workgroup',
    role: 'loader',
    secrets: { [SECRET]: { username: 'etl', password: 'etl-password' } },
    put: async (event) => void events.push(event as Event),
    ...options,
  })

  const call = async (operation: string, input?: object) => {
    const { status, body } = await ask(api.endpoint, operation, input)
    if (status !== 200) throw new Error(JSON.stringify(body))
    return body
  }
  return {
    ...world,
    api,
    events,
    ask: (operation, input) => ask(api.endpoint, operation, input),
    call,
    submit: async (sql, input = ON_CLUSTER) => {
      const body =
        typeof sql === 'string'
          ? await call('ExecuteStatement', { ...input, Sql: sql })
          : await call('BatchExecuteStatement', { ...input, Sqls: sql })
      return String(body['Id'])
    },
    describe: async (Id) => (await call('DescribeStatement', { Id })) as Described,
    ended: async (Id) => (await call('DescribeStatement', { Id, WaitTimeSeconds: 10 })) as Described,
    stop: async () => {
      await api.stop()
      await world.stop()
    },
  }
}

/** Asks a Data API for an operation. */
export async function ask(endpoint: string, operation: string, input: object = {}): Promise<Answer> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `RedshiftData.${operation}` },
    body: JSON.stringify(input),
  })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}

/** Looks again and again until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it never came to be so')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
