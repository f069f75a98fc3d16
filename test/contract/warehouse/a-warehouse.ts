import { setTimeout as sleep } from 'node:timers/promises'
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { type FakeRedshift, startFakeRedshift } from '../../../environments/local/redshift/start'
import { type RedshiftData, startRedshiftData } from '../../../environments/local/redshift-data/server'
import { startS3 } from '../../../environments/local/s3/server'
import type { LoadPlan } from '../../../lambda/load-plan'
import type { S3Url } from '../../../lambda/model'
import { dataApi } from '../../../lambda/platform/data-api'
import type { Begun, Connection, Found, LoadJob, LoadOutcome, WarehouseSession } from '../../../lambda/ports'
import type { DataApiLogin } from '../../../lambda/settings'
import { byPassword } from '../../../lambda/warehouse/by-password'
import type { DataApi } from '../../../lambda/warehouse/data-api'
import { connectOverDataApi } from '../../../lambda/warehouse/over-data-api'
import { connectOverPg } from '../../../lambda/warehouse/over-pg'
import { secretsInMemory } from '../../memory/secrets-in-memory'
import { clientsFor } from '../ports/embedded'

/** The ways into the warehouse. */
export type Way = 'pg' | 'data-api'

/** A Redshift with files to load, and every way into it. */
export interface TestWarehouse {
  readonly redshift: FakeRedshift
  readonly service: RedshiftData
  /** What the service takes for now, in milliseconds; a test may put it forward. */
  readonly clock: { aheadMs: number }
  readonly api: (login?: DataApiLogin) => DataApi
  readonly connect: (way: Way, login?: DataApiLogin) => Promise<Connection>
  /** Connects or throws. */
  readonly session: (way: Way, login?: DataApiLogin) => Promise<WarehouseSession>
  /** A batch of these files, into `public.kpis` as CSV unless the plan says otherwise. */
  readonly job: (files: Readonly<Record<string, string>>, more?: MoreOfJob) => Promise<LoadJob>
  readonly put: (key: string, body: string) => Promise<S3Url>
  readonly sql: (text: string) => Promise<readonly Record<string, unknown>[]>
  readonly stop: () => Promise<void>
}

type MoreOfJob = Partial<Omit<LoadJob, 'plan'>> & { readonly plan?: Partial<LoadPlan> }

const PASSWORD = 'Right-password-1'
const PARAMETER = '/penstock/test/main/password'
export const SECRET = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:penstock-AbCdEf'
export const AS_USER: DataApiLogin = { kind: 'cluster', cluster: 'a-cluster', user: 'penstock' }
export const ROLE_USER = 'IAMR:loader'
const WAREHOUSE = {
  name: 'main',
  copyRole: 'default',
  environment: 'test',
  ifRefused: 'the database must know the user',
} as const

/** Starts it; the loader is `penstock`, who may create the receipts. */
export async function startWarehouse(): Promise<TestWarehouse> {
  const s3 = await startS3({ region: 'eu-west-1', deliver: async () => {} })
  const redshift = await startFakeRedshift({
    s3: { endpoint: s3.endpoint, region: 'eu-west-1' },
    users: { penstock: PASSWORD, guest: 'Guest-password-1' },
  })
  const clock = { aheadMs: 0 }
  const service = await startRedshiftData({
    ...{ warehouse: redshift, region: 'eu-west-1', account: '000000000000', role: 'loader' },
    cluster: 'a-cluster',
    workgroup: 'a-workgroup',
    secrets: { [SECRET]: { username: 'penstock', password: PASSWORD } },
    now: () => Date.now() + clock.aheadMs,
  })
  const clients = clientsFor({
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_REDSHIFT_DATA: service.endpoint,
  })
  await clients.s3.send(new CreateBucketCommand({ Bucket: 'files' }))
  await redshift.admin('grant create on database dev to penstock')
  const put = async (key: string, body: string): Promise<S3Url> => {
    await clients.s3.send(new PutObjectCommand({ Bucket: 'files', Key: key, Body: body }))
    return `s3://files/${key}`
  }
  const secrets = secretsInMemory({ now: Date.now })
  secrets.set(PARAMETER, PASSWORD)
  const now = () => Date.now() + clock.aheadMs
  const deps = { sleep: async (ms: number) => void (await sleep(ms / 10)), now }
  const seen = new Set<string>()
  const api = (login: DataApiLogin = AS_USER) =>
    dataApi({ client: clients.redshiftData(), database: redshift.database, login })
  const connect = async (way: Way, login: DataApiLogin = AS_USER): Promise<Connection> => {
    const { host, port, database, ca } = redshift
    return way === 'pg'
      ? connectOverPg(
          { ...deps, credentials: byPassword(secrets, { user: 'penstock', parameter: PARAMETER }) },
          { ...WAREHOUSE, host, port, database, ca, connectTimeoutMs: 5_000 },
        )
      : connectOverDataApi(
          { ...deps, api: api(login), seen, place: JSON.stringify(login) },
          { ...WAREHOUSE, host: 'cluster a-cluster' },
        )
  }

  const open: WarehouseSession[] = []
  let batches = 0
  return {
    redshift,
    service,
    clock,
    api,
    connect,
    put,
    sql: (text) => redshift.admin(text),
    session: async (way, login) => {
      const connection = await connect(way, login)
      if (connection.kind === 'refused') throw new Error(connection.fault.message)
      open.push(connection.session)
      return connection.session
    },
    job: async (files, { plan, ...more } = {}) => {
      batches += 1
      const batchId = `batch-${batches}`
      const urls = await Promise.all(Object.entries(files).map(([key, body]) => put(`${batchId}/${key}`, body)))
      const manifestOf = (of: readonly S3Url[]) =>
        JSON.stringify({ entries: of.map((url) => ({ url, mandatory: true })) })
      const manifest = await put(`${batchId}/manifest`, manifestOf(urls))
      const parts = await Promise.all(
        urls.map(async (url, at) => ({ url, manifest: await put(`${batchId}/manifest-${at}`, manifestOf([url])) })),
      )
      const base = { schema: 'public', table: 'kpis', compression: 'none', format: 'csv' } as const
      return {
        ...{ batchId, attempt: 1, manifest, urls, parts, bytes: 1, timeoutMs: 30_000 },
        target: `main/public.${plan?.table ?? base.table}`,
        plan: { ...base, ...plan } as LoadPlan,
        ...more,
      }
    },
    stop: async () => {
      await Promise.all(open.map((session) => session.close()))
      clients.close()
      await service.stop()
      await redshift.stop()
      await s3.stop()
    },
  }
}

/** What a successor knows of a job that was begun. */
export function begunAs(job: LoadJob, session?: string): Begun {
  const { target, batchId, attempt, urls, plan, manifest } = job
  return {
    ...{ target, batchId, attempt, startedAtMs: Date.now(), urls, plan, manifest, timeoutMs: 10_000 },
    ...(session === undefined ? {} : { session }),
  }
}

/** Asks again and again until what was begun has come to an end. */
export async function foundInTheEnd(session: WarehouseSession, begun: Begun): Promise<Found> {
  for (let looks = 0; ; looks += 1) {
    const found = await session.find(begun)
    if (found.kind !== 'running') return found
    if (looks > 500) throw new Error('it goes on for ever')
    await sleep(20)
  }
}

export type Ended = Exclude<LoadOutcome | Found, { readonly kind: 'submitted' | 'running' }>

/** Loads, and waits for the end where the warehouse goes on by itself. */
export async function loadToTheEnd(session: WarehouseSession, job: LoadJob): Promise<Ended> {
  const outcome = await session.load(job)
  if (outcome.kind !== 'submitted') return outcome
  const found = await foundInTheEnd(session, begunAs(job, outcome.session))
  if (found.kind === 'running') throw new Error('it goes on')
  return found
}
