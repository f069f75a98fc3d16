import { createServer, connect as dial, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FakeRedshift, startFakeRedshift } from '../../../environments/local/redshift/start'
import { type S3Server, startS3 } from '../../../environments/local/s3/server'
import type { LoadJob, WarehouseSession } from '../../../lambda/ports'
import { connectOverPg, type PgWarehouse } from '../../../lambda/warehouse/over-pg'
import { clientsFor } from '../../contract/ports/embedded'
import { secretsInMemory } from '../../memory/secrets-in-memory'

describe('over pg', () => {
  let s3: S3Server
  let redshift: FakeRedshift
  let close: () => void
  const secrets = secretsInMemory({ now: Date.now })
  beforeAll(async () => {
    s3 = await startS3({ region: 'eu-west-1', deliver: async () => {} })
    redshift = await startFakeRedshift({ s3: { endpoint: s3.endpoint, region: 'eu-west-1' }, users: { penstock: 'Right-password-1' } })
    const clients = clientsFor({ AWS_ENDPOINT_URL_S3: s3.endpoint })
    close = clients.close
    const { CreateBucketCommand, PutObjectCommand } = await import('@aws-sdk/client-s3')
    await clients.s3.send(new CreateBucketCommand({ Bucket: 'files' }))
    await clients.s3.send(new PutObjectCommand({ Bucket: 'files', Key: 'a.csv', Body: '1\n' }))
    await clients.s3.send(new PutObjectCommand({ Bucket: 'files', Key: 'manifest', Body: JSON.stringify({ entries: [{ url: 's3://files/a.csv', mandatory: true }] }) }))
    await clients.s3.send(new PutObjectCommand({ Bucket: 'files', Key: 'gone-manifest', Body: JSON.stringify({ entries: [{ url: 's3://files/none.parquet', mandatory: true, meta: { content_length: 10 } }] }) }))
    secrets.set('/p', 'Right-password-1')
    await redshift.admin('create table public.kpis (id bigint); grant insert on public.kpis to penstock; grant create on database dev to penstock')
  })
  afterAll(async () => { close(); await redshift.stop(); await s3.stop() })

  async function session(more: Partial<PgWarehouse> = {}): Promise<WarehouseSession> {
    const c = await connectOverPg({ secrets, sleep: async (ms) => void (await sleep(ms / 10)) }, { name: 'main', host: redshift.host, port: redshift.port, database: redshift.database, user: 'penstock', passwordParameter: '/p', copyRole: 'default', ca: redshift.ca, connectTimeoutMs: 5_000, ...more })
    if (c.kind === 'refused') throw new Error(c.fault.message)
    return c.session
  }
  let n = 0
  const job = (more: Partial<LoadJob> = {}): LoadJob => ({ batchId: `b${++n}`, target: 'main/public.kpis', plan: { schema: 'public', table: 'kpis', compression: 'none', format: 'csv' }, manifest: 's3://files/manifest', urls: ['s3://files/a.csv'], bytes: 1, timeoutMs: 30_000, ...more })

  it.each([
    ['S3ServiceException:Please reduce your request rate.,Status 503,Error SlowDown,Rid 1,CanRetry 1 s3://files/a.csv', undefined, 'passing'],
    ['Spectrum Scan Error', 'error: Spectrum Scan Error\ncode: 15007\ncontext: Forbidden: HTTP response error code: 403 Message: AccessDenied Access Denied https://s3.eu-west-1.amazonaws.com/files/a.parquet', 'set-up'],
    ['Spectrum Scan Error', 'error: Spectrum Scan Error\ncode: 15001\ncontext: S3 Query Exception. SlowDown 503 https://s3.eu-west-1.amazonaws.com/files/a.parquet', 'passing'],
    ['Mandatory url is not present in manifest file', 'code: 8001 context: s3://files/a.csv', 'gone'],
  ])('%s %s is %s and names no bad file', async (message, detail, kind) => {
    const one = await session()
    redshift.failNext({ matching: /^COPY/, act: 'error', message, ...(detail === undefined ? {} : { detail }) })
    const outcome = await one.load(job())
    await one.close()
    expect(outcome).toMatchObject({ kind: 'refused', fault: { kind, fileErrors: [] } })
  })

  it('a parquet file that is gone is gone', async () => {
    const one = await session()
    const outcome = await one.load(job({ manifest: 's3://files/gone-manifest', urls: ['s3://files/none.parquet'], plan: { schema: 'public', table: 'kpis', compression: 'none', format: 'parquet' } }))
    await one.close()
    expect(outcome).toMatchObject({ kind: 'refused', fault: { kind: 'gone' } })
  })

  it('names the bad parquet file from the detail of the error', async () => {
    const one = await session()
    redshift.failNext({ matching: /^COPY/, act: 'error', message: 'Spectrum Scan Error', detail: "error: Spectrum Scan Error\ncode: 15001\ncontext: File 'https://s3.eu-west-1.amazonaws.com/files/a.parquet' has an incompatible Parquet schema for column 'x'" })
    const outcome = await one.load(job({ urls: ['s3://files/a.parquet', 's3://files/b.parquet'] }))
    await one.close()
    expect(outcome).toMatchObject({ kind: 'refused', fault: { kind: 'data', fileErrors: [{ url: 's3://files/a.parquet' }] } })
  })

  it('a connection that falls silent ends with the time that the load may take, and can be hung up', async () => {
    const sockets: Socket[] = []
    let silent = false
    const proxy = createServer({ allowHalfOpen: true }, (a) => {
      const b = dial({ port: redshift.port, host: redshift.host, allowHalfOpen: true })
      sockets.push(a, b)
      a.on('data', (d) => { if (!silent) b.write(d) })
      b.on('data', (d) => { if (!silent) a.write(d) })
      a.on('error', () => {}); b.on('error', () => {})
    })
    await new Promise<void>((done) => { proxy.listen(0, redshift.host, done) })
    const one = await session({ port: (proxy.address() as AddressInfo).port })
    silent = true
    const late = Symbol('late')
    const outcome = await Promise.race([one.load(job({ timeoutMs: 1_000 })), sleep(6_000, late)])
    const idle = await Promise.race([one.close(), sleep(3_000, late)])
    for (const s of sockets) s.destroy()
    proxy.close()
    expect({ outcome: outcome === late ? 'never' : outcome.kind, close: idle === late ? 'never' : 'closed' }).toEqual({ outcome: 'unknown', close: 'closed' })
  })

  it('an idle connection that falls silent can be hung up', async () => {
    const sockets: Socket[] = []
    let silent = false
    const proxy = createServer({ allowHalfOpen: true }, (a) => {
      const b = dial({ port: redshift.port, host: redshift.host, allowHalfOpen: true })
      sockets.push(a, b)
      a.on('data', (d) => { if (!silent) b.write(d) })
      b.on('data', (d) => { if (!silent) a.write(d) })
      a.on('error', () => {}); b.on('error', () => {})
    })
    await new Promise<void>((done) => { proxy.listen(0, redshift.host, done) })
    const one = await session({ port: (proxy.address() as AddressInfo).port })
    silent = true
    for (const s of sockets) s.removeAllListeners('end')
    const late = Symbol('late')
    const idle = await Promise.race([one.close(), sleep(3_000, late)])
    for (const s of sockets) s.destroy()
    proxy.close()
    expect(idle === late ? 'never' : 'closed').toBe('closed')
  })
})
