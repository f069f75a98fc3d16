import { setTimeout as sleep } from 'node:timers/promises'
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { type FakeRedshift, startFakeRedshift } from '../../../environments/local/redshift/start'
import { startS3 } from '../../../environments/local/s3/server'
import type { LoadPlan } from '../../../lambda/load-plan'
import type { S3Url } from '../../../lambda/model'
import type { LoadJob, WarehouseSession } from '../../../lambda/ports'
import { byPassword } from '../../../lambda/warehouse/by-password'
import { connectOverPg } from '../../../lambda/warehouse/over-pg'
import type { Run } from '../../../lambda/warehouse/run'
import { secretsInMemory } from '../../memory/secrets-in-memory'
import { clientsFor } from '../ports/embedded'

const USER = 'penstock'
const PASSWORD = 'Right-password-1'
const PARAMETER = '/penstock/test/main/password'

/** A Redshift, an S3, and the loader's way between them, without anything else. */
export interface PgStage {
  readonly redshift: FakeRedshift
  /** A session as the loader has it; `around` sees every statement. */
  session(around?: (run: Run) => Run): Promise<WarehouseSession>
  /** Writes the files of a batch, and tells how it is to be loaded. */
  job(plan: LoadPlan, files: Readonly<Record<string, string | Buffer>>, more?: Partial<LoadJob>): Promise<LoadJob>
  stop(): Promise<void>
}

export async function startPgStage(given: { readonly isolation?: 'snapshot' | 'serializable' } = {}): Promise<PgStage> {
  const s3 = await startS3({ region: 'eu-west-1', deliver: async () => {} })
  const redshift = await startFakeRedshift({
    s3: { endpoint: s3.endpoint, region: 'eu-west-1' },
    users: { [USER]: PASSWORD },
    ...given,
  })
  const clients = clientsFor({ AWS_ENDPOINT_URL_S3: s3.endpoint })
  await clients.s3.send(new CreateBucketCommand({ Bucket: 'files' }))
  await redshift.admin(`grant create on database ${redshift.database} to ${USER}`)
  const secrets = secretsInMemory({ now: Date.now })
  secrets.set(PARAMETER, PASSWORD)
  const open: WarehouseSession[] = []
  let batches = 0

  const put = async (key: string, body: string | Buffer): Promise<S3Url> => {
    await clients.s3.send(new PutObjectCommand({ Bucket: 'files', Key: key, Body: body }))
    return `s3://files/${key}`
  }
  const manifest = (urls: readonly S3Url[], sizes: readonly number[]) =>
    JSON.stringify({
      entries: urls.map((url, at) => ({ url, mandatory: true, meta: { content_length: sizes[at] ?? 0 } })),
    })

  return {
    redshift,
    async session(around) {
      const connection = await connectOverPg(
        {
          credentials: byPassword(secrets, { user: USER, parameter: PARAMETER }),
          sleep: async (ms) => void (await sleep(ms / 10)),
          now: Date.now,
          ...(around === undefined ? {} : { around }),
        },
        {
          name: 'main',
          host: redshift.host,
          port: redshift.port,
          database: redshift.database,
          copyRole: 'default',
          ca: redshift.ca,
          connectTimeoutMs: 5_000,
        },
      )
      if (connection.kind === 'refused') throw new Error(connection.fault.message)
      open.push(connection.session)
      return connection.session
    },
    async job(plan, files, more = {}) {
      batches += 1
      const batchId = `batch-${String(batches).padStart(4, '0')}`
      const entries = Object.entries(files)
      const sizes = entries.map(([, body]) => Buffer.byteLength(body))
      const urls = await Promise.all(entries.map(([key, body]) => put(`${batchId}/${key}`, body)))
      const parts = urls.map(async (url, at) => ({
        url,
        manifest: await put(`${batchId}/manifest-${at + 1}`, manifest([url], [sizes[at] ?? 0])),
      }))
      return {
        batchId,
        target: `main/${plan.schema}.${plan.table}`,
        attempt: 1,
        plan,
        manifest: await put(`${batchId}/manifest`, manifest(urls, sizes)),
        ...(plan.lineage?.file === undefined ? {} : { parts: await Promise.all(parts) }),
        urls,
        bytes: 1,
        timeoutMs: 30_000,
        ...more,
      }
    },
    async stop() {
      await Promise.all(open.map((session) => session.close()))
      clients.close()
      await redshift.stop()
      await s3.stop()
    },
  }
}
