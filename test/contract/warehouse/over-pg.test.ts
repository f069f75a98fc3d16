import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FakeRedshift, startFakeRedshift } from '../../../environments/local/redshift/start'
import { type S3Server, startS3 } from '../../../environments/local/s3/server'
import type { CopyPlan } from '../../../lambda/copy-plan'
import type { S3Url } from '../../../lambda/model'
import type { Fault, LoadJob, WarehouseSession } from '../../../lambda/ports'
import { byPassword } from '../../../lambda/warehouse/by-password'
import { connectOverPg } from '../../../lambda/warehouse/over-pg'
import type { PgWarehouse } from '../../../lambda/warehouse/over-pg-connection'
import { secretsInMemory } from '../../memory/secrets-in-memory'
import { clientsFor } from '../ports/embedded'

const PARAMETER = '/penstock/test/main/password'
const PLAN: CopyPlan = { schema: 'public', table: 'kpis', compression: 'none', format: 'csv' }

describe('a warehouse over pg', () => {
  let s3: S3Server
  let redshift: FakeRedshift
  let put: (key: string, body: string) => Promise<S3Url>
  let close: () => void
  const secrets = secretsInMemory({ now: Date.now })
  const open: WarehouseSession[] = []

  beforeAll(async () => {
    s3 = await startS3({ region: 'eu-west-1', deliver: async () => {} })
    redshift = await startFakeRedshift({
      s3: { endpoint: s3.endpoint, region: 'eu-west-1' },
      users: { penstock: 'Right-password-1', guest: 'Guest-password-1' },
    })
    const clients = clientsFor({ AWS_ENDPOINT_URL_S3: s3.endpoint })
    close = clients.close
    const { CreateBucketCommand, PutObjectCommand } = await import('@aws-sdk/client-s3')
    await clients.s3.send(new CreateBucketCommand({ Bucket: 'files' }))
    put = async (key, body) => {
      await clients.s3.send(new PutObjectCommand({ Bucket: 'files', Key: key, Body: body }))
      return `s3://files/${key}`
    }
    secrets.set(PARAMETER, 'Right-password-1')
    await redshift.admin(
      'create table public.kpis (id bigint); grant insert on public.kpis to penstock; grant create on database dev to penstock',
    )
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((session) => session.close()))
    await redshift.admin('delete from public.kpis')
  })
  afterAll(async () => {
    close()
    await redshift.stop()
    await s3.stop()
  })

  const PENSTOCK = { user: 'penstock', parameter: PARAMETER }
  const at = (more: Partial<PgWarehouse> = {}, login = PENSTOCK) =>
    connectOverPg(
      { credentials: byPassword(secrets, login), sleep: async (ms) => void (await sleep(ms / 10)), now: Date.now },
      {
        name: 'main',
        host: redshift.host,
        port: redshift.port,
        database: redshift.database,
        copyRole: 'default',
        ca: redshift.ca,
        connectTimeoutMs: 5_000,
        ...more,
      },
    )

  async function session(): Promise<WarehouseSession> {
    const connection = await at()
    if (connection.kind === 'refused') throw new Error(connection.fault.message)
    open.push(connection.session)
    return connection.session
  }

  async function refusal(more: Partial<PgWarehouse>): Promise<Fault> {
    const connection = await at(more)
    if (connection.kind === 'refused') return connection.fault
    await connection.session.close()
    throw new Error('it was let in')
  }

  let batches = 0
  async function job(files: Readonly<Record<string, string>>, more: Partial<LoadJob> = {}): Promise<LoadJob> {
    batches += 1
    const batchId = `batch-${batches}`
    const urls = await Promise.all(Object.entries(files).map(([key, body]) => put(`${batchId}/${key}`, body)))
    const entries = urls.map((url) => ({ url, mandatory: true }))
    const manifest = await put(`${batchId}/manifest`, JSON.stringify({ entries }))
    return {
      batchId,
      target: 'main/public.kpis',
      attempt: 1,
      plan: PLAN,
      manifest,
      urls,
      bytes: 1,
      timeoutMs: 30_000,
      ...more,
    }
  }

  /** What another session finds of a batch, once it has ended the one that was at it. */
  const find = (
    by: WarehouseSession,
    { batchId, target }: Pick<LoadJob, 'batchId' | 'target'>,
    of?: WarehouseSession,
  ) =>
    by.find({
      batchId,
      target,
      attempt: 1,
      startedAtMs: 0,
      urls: [],
      timeoutMs: 10_000,
      ...(of?.id === undefined ? {} : { session: of.id }),
    })
  const NONE = { batchId: 'none', target: 'main/public.kpis' } as const

  const rows = async () => Number((await redshift.admin('select count(*) as rows from public.kpis'))[0]?.['rows'])

  it('loads a batch and its receipt in one transaction, and counts the rows', async () => {
    const one = await session()
    const batch = await job({ 'a.csv': '1\n2\n', 'b.csv': '3\n' })
    expect(await one.load(batch)).toEqual({
      kind: 'loaded',
      rows: 3,
      statements: [expect.stringContaining('COPY "public"."kpis"')],
    })
    expect(await rows()).toBe(3)
    const receipts = await redshift.admin(
      `select target, files, row_count, bytes, manifest from penstock.receipts where batch_id = '${batch.batchId}'`,
    )
    expect(receipts).toEqual([
      { target: batch.target, files: '2', row_count: '3', bytes: '1', manifest: batch.manifest },
    ])
    expect(await find(one, batch)).toEqual({ kind: 'loaded', rows: 3 })
    expect(await find(one, { ...batch, target: 'main/public.other' })).toEqual({ kind: 'nothing' })
  })

  it('writes the receipt as the last statement before COMMIT, and reads no receipt inside (S3)', async () => {
    const one = await session()
    const before = redshift.statements.length
    await one.load(await job({ 'a.csv': '1\n' }))
    const heads = redshift.statements
      .slice(before)
      .map(({ statement }) => statement.split(/\s/).slice(0, 2).join(' ').toUpperCase())
    expect(heads).toEqual([
      'SET STATEMENT_TIMEOUT',
      'BEGIN',
      'COPY "PUBLIC"."KPIS"',
      'SELECT PG_LAST_COPY_COUNT()',
      'INSERT INTO',
      'COMMIT',
    ])
  })

  it('leaves nothing of a refused batch, names the file, line, column and value, and can load the next one', async () => {
    const one = await session()
    const bad = await job({ 'good.csv': '1\n2\n', 'bad.csv': '3\nx\n' })
    expect(await one.load(bad)).toMatchObject({
      kind: 'refused',
      fault: {
        kind: 'data',
        fileErrors: [{ url: `s3://files/${bad.batchId}/bad.csv`, line: 2, column: 'id', value: 'x' }],
      },
    })
    expect(await rows()).toBe(0)
    expect(await find(one, bad)).toEqual({ kind: 'nothing' })
    expect((await one.load(await job({ 'good.csv': '1\n2\n' }))).kind).toBe('loaded')
    expect(await rows()).toBe(2)
  })

  describe('a batch with many bad files', () => {
    /** Files 0, 1, …; those that are odd hold rows that are no numbers. */
    const manyFiles = (count: number, bad = 'x\nx\nx\n') =>
      Object.fromEntries(
        Array.from({ length: count }, (_, file) => [`${file}.csv`, file % 2 === 0 ? '1\n' : `1\n${bad}`]),
      )
    const bad = ({ urls }: LoadJob) => urls.filter((_, file) => file % 2 === 1)
    const copies = (from: number) => redshift.statements.slice(from).filter(({ statement }) => /^copy/i.test(statement))
    const said = (from: number) =>
      redshift.statements.slice(from).map(({ statement }) => statement.split(/\s/)[0]?.toUpperCase())

    it('has all of them named after one load and one look, each with its first error; nothing is loaded, and the next batch loads', async () => {
      const one = await session()
      const batch = await job(manyFiles(120))
      const before = redshift.statements.length
      const outcome = await one.load(batch)
      expect(outcome).toMatchObject({ kind: 'refused', fault: { kind: 'data' } })
      const { fileErrors } = outcome.kind === 'refused' ? outcome.fault : { fileErrors: [] }
      expect(new Set(fileErrors.map(({ url }) => url))).toEqual(new Set(bad(batch)))
      expect(fileErrors).toHaveLength(60)
      expect(new Set(fileErrors.map(({ line, column, value }) => `${line} ${column} ${value}`))).toEqual(
        new Set(['2 id x']),
      )
      expect(copies(before).map(({ statement }) => /NOLOAD\s+MAXERROR AS 100000$/.test(statement))).toEqual([
        false,
        true,
      ])
      // Load, roll back, what it named; then the look, outside any transaction, and what that named.
      expect(said(before)).toEqual('SET BEGIN COPY ROLLBACK SET SELECT SET COPY SET SELECT'.split(' '))
      expect(await rows()).toBe(0)
      expect((await one.load(await job({ 'good.csv': '1\n' }))).kind).toBe('loaded')
    })

    it('are named as far as they were noted when there are more errors than may be passed over', async () => {
      const one = await session()
      const batch = await job({ '0.csv': 'x\n', '1.csv': '1\n', '2.csv': 'x\n'.repeat(100_000), '3.csv': '1\n' })
      const outcome = await one.load(batch)
      const named = outcome.kind === 'refused' ? outcome.fault.fileErrors.map(({ url }) => url) : []
      expect(named).toEqual([batch.urls[0], batch.urls[2]])
      expect(await rows()).toBe(0)
    })

    it('that is one file is not looked at again', async () => {
      const one = await session()
      const before = redshift.statements.length
      await one.load(await job({ 'a.csv': 'x\n' }))
      expect(copies(before)).toHaveLength(1)
    })

    it('is not looked at when there is no time left for it', async () => {
      const one = await session()
      const before = redshift.statements.length
      const batch = await job(manyFiles(4), { timeoutMs: 4_900 })
      expect(await one.load(batch)).toMatchObject({ kind: 'refused', fault: { fileErrors: [{ url: batch.urls[1] }] } })
      expect(copies(before)).toHaveLength(1)
    })

    it.each([
      ['fails', { act: 'error', message: 'S3ServiceException:Please reduce your request rate.' }],
      ['is cut off', { act: 'error', sqlState: '57014', message: "Query (1) cancelled on user's request" }],
      ['never answers', { act: 'cut-before' }],
    ] as const)('keeps what the load has named when the look %s', async (_what, fault) => {
      const one = await session()
      const batch = await job(manyFiles(4))
      redshift.failNext({ matching: /noload/i, times: 1, ...fault })
      expect(await one.load(batch)).toMatchObject({
        kind: 'refused',
        fault: { kind: 'data', fileErrors: [{ url: batch.urls[1], line: 2 }] },
      })
    })

    it('is left to whoever has taken it over and ended the session during the look', async () => {
      const [one, two] = [await session(), await session()]
      const batch = await job(manyFiles(4))
      redshift.failNext({ matching: /noload/i, times: 1, act: 'delay', delayMs: 700 })
      const load = one.load(batch)
      await sleep(350)
      expect((await find(two, NONE, one)).kind).toBe('nothing')
      expect(await load).toMatchObject({ kind: 'unknown', fault: { kind: 'passing', code: '57P01' } })
      expect(await find(two, batch)).toEqual({ kind: 'nothing' })
    })

    it('of columns that nobody can look at row by row is not looked at', async () => {
      const one = await session()
      const batch = await job({ 'a.parquet': 'no Parquet', 'b.parquet': 'no Parquet' }, {})
      const before = redshift.statements.length
      redshift.failNext({ matching: /^copy/i, times: 1, act: 'error', message: 'Spectrum Scan Error' })
      await one.load({ ...batch, plan: { schema: 'public', table: 'kpis', compression: 'none', format: 'parquet' } })
      expect(copies(before)).toHaveLength(1)
    })
  })

  it('does not take the load errors of an earlier batch for those of this one', async () => {
    const one = await session()
    await one.load(await job({ 'bad.csv': 'x\n' }))
    const outcome = await one.load(await job({ 'a.csv': '1\n' }, { plan: { ...PLAN, table: 'nowhere' } }))
    expect(outcome).toMatchObject({ kind: 'refused', fault: { kind: 'set-up', code: '42P01', fileErrors: [] } })
  })

  it('says that a file is gone when the manifest names one that is not there', async () => {
    const one = await session()
    const batch = await job({ 'a.csv': '1\n' })
    await put(
      `${batch.batchId}/manifest`,
      JSON.stringify({ entries: [{ url: 's3://files/missing.csv', mandatory: true }] }),
    )
    expect(await one.load(batch)).toMatchObject({ kind: 'refused', fault: { kind: 'gone' } })
  })

  it.each([
    ['cut-after', 1],
    ['cut-before', 0],
  ] as const)('does not guess when the answer to COMMIT is lost (%s): the receipt tells', async (act, committed) => {
    const one = await session()
    const batch = await job({ 'a.csv': '1\n' })
    redshift.failNext({ matching: /^commit/i, times: 1, act })
    expect(await one.load(batch)).toMatchObject({ kind: 'unknown', fault: { kind: 'passing' } })
    const two = await session()
    expect(await find(two, batch, one)).toEqual(committed ? { kind: 'loaded', rows: 1 } : { kind: 'nothing' })
    expect(await rows()).toBe(committed)
  })

  it('treats a serialization conflict at COMMIT as an answer: nothing is there, and it may be tried again', async () => {
    const one = await session()
    redshift.failNext({ matching: /^commit/i, times: 1, act: 'error', sqlState: 'XX000', message: '1023' })
    expect(await one.load(await job({ 'a.csv': '1\n' }))).toMatchObject({ kind: 'refused', fault: { kind: 'passing' } })
    expect(await rows()).toBe(0)
  })

  it.each([
    ['Please reduce your request rate.,Status 503,Error SlowDown', undefined, 'passing'],
    ['Spectrum Scan Error', 'context: Forbidden: HTTP response error code: 403 Message: AccessDenied', 'set-up'],
    ['Spectrum Scan Error', 'context: S3 Query Exception. SlowDown 503', 'passing'],
  ])('reads the detail of a refusal too, and calls no file bad for it: %s %s', async (message, detail, kind) => {
    const one = await session()
    const batch = await job({ 'a.csv': '1\n' })
    const named = `${detail ?? ''} https://s3.eu-west-1.amazonaws.com/files/${batch.batchId}/a.csv`
    redshift.failNext({ matching: /^copy/i, times: 1, act: 'error', message, detail: named })
    expect(await one.load(batch)).toMatchObject({ kind: 'refused', fault: { kind, fileErrors: [] } })
  })

  it('names the bad Parquet file from the detail of the error', async () => {
    const one = await session()
    const batch = await job({ 'a b.parquet': 'no Parquet', 'c.parquet': 'no Parquet' })
    const detail = `File 'https://s3.eu-west-1.amazonaws.com/files/${batch.batchId}/a%20b.parquet' has an invalid version number`
    redshift.failNext({ matching: /^copy/i, times: 1, act: 'error', message: 'Spectrum Scan Error', detail })
    expect(await one.load(batch)).toMatchObject({
      kind: 'refused',
      fault: { kind: 'data', fileErrors: [{ url: `s3://files/${batch.batchId}/a b.parquet` }] },
    })
  })

  it('refuses a batch of which a file was overwritten while it was loaded', async () => {
    const one = await session()
    const outcome = await one.load(await job({ 'a.csv': '1\n' }, { stillCurrent: async () => false }))
    expect(outcome).toMatchObject({ kind: 'refused', fault: { kind: 'gone', code: 'FILES_CHANGED' } })
    expect(await rows()).toBe(0)
  })

  it('gives up a connection that falls silent when the load has had its time, and can be hung up', async () => {
    const wire = await silentWire(redshift)
    const connection = await at({ port: wire.port })
    if (connection.kind === 'refused') throw new Error(connection.fault.message)
    const batch = await job({ 'a.csv': '1\n' }, { timeoutMs: 1 })
    wire.fallSilent()
    expect((await connection.session.load(batch)).kind).toBe('unknown')
    await connection.session.close()
    wire.close()
  })

  it('ends another session of its user, and comes back only when it is gone', async () => {
    const [one, two] = [await session(), await session()]
    await find(two, NONE, one)
    const [alive] = await redshift.admin(`select count(*) as sessions from pg_stat_activity where pid = ${one.id}`)
    expect(alive).toEqual({ sessions: '0' })
    await find(two, NONE, one)
    await find(two, NONE, two)
    expect(await find(two, NONE)).toEqual({ kind: 'nothing' })
  })

  it('gives up a load that takes longer than it may', async () => {
    const one = await session()
    redshift.failNext({
      matching: /^copy/i,
      times: 1,
      act: 'error',
      sqlState: '57014',
      message: "Query (1) cancelled on user's request",
    })
    expect(await one.load(await job({ 'a.csv': '1\n' }))).toMatchObject({
      kind: 'refused',
      fault: { kind: 'too-long' },
    })
  })

  it('reads the password once more when it is refused, and says what to do when it stays wrong', async () => {
    await redshift.setPassword('penstock', 'Rotated-password-2')
    const fault = await refusal({})
    expect(fault).toMatchObject({ kind: 'set-up', message: expect.stringMatching(/password.*parameter/) })
    secrets.set(PARAMETER, 'Rotated-password-2')
    expect((await session()).id).toMatch(/^\d+$/)
    expect(JSON.stringify(fault)).not.toMatch(/Right-password|Rotated-password/)
  })

  it('refuses a server whose certificate nobody vouches for', async () => {
    expect(await refusal({ ca: OTHER_AUTHORITY })).toMatchObject({
      kind: 'set-up',
      message: expect.stringContaining('tls.ca'),
    })
  })

  it('tells a closed port from a wrong name', async () => {
    expect(await refusal({ port: 1 })).toMatchObject({ kind: 'passing', code: 'ECONNREFUSED' })
    expect(await refusal({ host: 'no-such-host.invalid' })).toMatchObject({
      code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    })
  })

  it('needs no right to create anything once the receipts are there', async () => {
    await session()
    await redshift.admin(
      'grant usage on schema penstock to guest; grant select, insert on penstock.receipts to guest; grant insert on public.kpis to guest',
    )
    secrets.set('/guest', 'Guest-password-1')
    const connection = await at({}, { user: 'guest', parameter: '/guest' })
    if (connection.kind === 'refused') throw new Error(connection.fault.message)
    open.push(connection.session)
    expect((await connection.session.load(await job({ 'a.csv': '1\n' }))).kind).toBe('loaded')
  })

  it('creates the receipts once when two loaders come at the same time', async () => {
    await redshift.admin('drop table penstock.receipts; drop schema penstock')
    const all = await Promise.all(Array.from({ length: 8 }, () => session()))
    expect(all).toHaveLength(8)
  })
})

/** A proxy that stops passing anything on, as a network does that drops packets. */
async function silentWire({ host, port }: FakeRedshift) {
  const sockets: Socket[] = []
  let silent = false
  const proxy = createServer({ allowHalfOpen: true }, (client) => {
    const server = dial({ port, host, allowHalfOpen: true })
    sockets.push(client, server)
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('data', (data) => silent || to.write(data))
      from.on('error', () => {})
    }
  })
  await new Promise<void>((listening) => proxy.listen(0, host, listening))
  return {
    port: (proxy.address() as AddressInfo).port,
    fallSilent: () => {
      silent = true
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      proxy.close()
    },
  }
}

/** A certificate that has signed nothing here. */
const OTHER_AUTHORITY = `-----BEGIN CERTIFICATE-----
MIIBtjCCAVugAwIBAgITBmyf1XSXNmY/Owua2eiedgPySjAKBggqhkjOPQQDAjA5
MQswCQYDVQQGEwJVUzEPMA0GA1UEChMGQW1hem9uMRkwFwYDVQQDExBBbWF6b24g
Um9vdCBDQSAzMB4XDTE1MDUyNjAwMDAwMFoXDTQwMDUyNjAwMDAwMFowOTELMAkG
A1UEBhMCVVMxDzANBgNVBAoTBkFtYXpvbjEZMBcGA1UEAxMQQW1hem9uIFJvb3Qg
Q0EgMzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCmXp8ZBf8ANm+gBG1bG8lKl
ui2yEujSLtf6ycXYqm0fc4E7O5hrOXwzpcVOho6AF2hiRVd9RFgdszflZwjrZt6j
QjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgGGMB0GA1UdDgQWBBSr
ttvXBp43rDCGB5Fwx5zEGbF4wDAKBggqhkjOPQQDAgNJADBGAiEA4IWSoxe3jfkr
BqWTrBqYaGFy+uGh0PsceGCmQ5nFuMQCIQCcAu/xlJyzlvnrxir4tiz+OpAUFteM
YyRIHN8wfdVoOw==
-----END CERTIFICATE-----`
