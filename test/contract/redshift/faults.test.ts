import { ROLE, startTestRedshift, type TestClient, type TestRedshift } from './a-redshift'

let world: TestRedshift
beforeAll(async () => {
  world = await startTestRedshift()
  await world.redshift.admin('CREATE TABLE t (a int); GRANT ALL ON t TO etl')
  world.objects.put('lake/one.csv', '1\n')
})
afterAll(() => world.stop())
beforeEach(() => world.redshift.admin('TRUNCATE t'))

/** Waits until the client's COPY runs. */
async function copyOf({ pid }: TestClient): Promise<void> {
  const runs = () =>
    world.redshift.statements.some(
      (one) => one.pid === pid && one.outcome === 'running' && /^copy/i.test(one.statement),
    )
  while (!runs()) await new Promise((resolve) => setTimeout(resolve, 1))
  await new Promise((resolve) => setTimeout(resolve, 10))
}

const rowsOfT = () => world.redshift.admin('SELECT a FROM t')

it('fails the next matching statement once, and the transaction with it', async () => {
  const client = await world.connect()
  world.redshift.failNext({ matching: /^insert/i, act: 'error', sqlState: 'XX000', message: '1023', detail: 'cycle' })
  await client.rows('BEGIN')
  expect(await client.failure('INSERT INTO t VALUES (1)')).toEqual({ code: 'XX000', message: '1023', detail: 'cycle' })
  expect(await client.failure('SELECT 1')).toMatchObject({ code: '25P02' })
  await client.rows('ROLLBACK')
  await client.rows('INSERT INTO t VALUES (2)')
  expect(await rowsOfT()).toEqual([{ a: 2 }])
})

it('fails as often as it was asked to', async () => {
  const client = await world.connect()
  world.redshift.failNext({ matching: /^copy t/i, times: 2, act: 'error', message: 'busy' })
  const copy = `COPY t FROM 's3://lake/one.csv' ${ROLE} CSV`
  expect((await client.failure(copy)).message).toBe('busy')
  expect((await client.failure(copy)).message).toBe('busy')
  await client.rows(copy)
  expect(await rowsOfT()).toEqual([{ a: 1 }])
})

it('cuts the connection before a COMMIT, which is then rolled back', async () => {
  const client = await world.connect()
  world.redshift.failNext({ matching: /^commit/i, act: 'cut-before' })
  await client.rows('BEGIN')
  await client.rows('INSERT INTO t VALUES (1)')
  expect((await client.failure('COMMIT')).message).toMatch(/terminated/)
  expect(await rowsOfT()).toEqual([])
})

it('cuts the connection after a COMMIT, whose answer is lost while its rows are there', async () => {
  const client = await world.connect()
  world.redshift.failNext({ matching: /^commit/i, act: 'cut-after' })
  await client.rows('BEGIN')
  await client.rows('INSERT INTO t VALUES (1)')
  expect((await client.failure('COMMIT')).message).toMatch(/terminated/)
  expect(await rowsOfT()).toEqual([{ a: 1 }])
})

it('hits statements with parameters as well', async () => {
  const client = await world.connect()
  world.redshift.failNext({ matching: /^insert/i, act: 'error', message: 'no' })
  expect((await client.failure('INSERT INTO t VALUES ($1)', [1])).message).toBe('no')
  await client.rows('INSERT INTO t VALUES ($1)', [2])
  world.redshift.failNext({ matching: /^insert/i, act: 'cut-after' })
  expect((await client.failure('INSERT INTO t VALUES ($1)', [3])).message).toMatch(/terminated/)
  expect(await rowsOfT()).toEqual([{ a: 2 }, { a: 3 }])
})

it('delays a statement', async () => {
  const client = await world.connect()
  world.redshift.failNext({ matching: /^select 7/i, act: 'delay', delayMs: 150 })
  const before = performance.now()
  expect(await client.values('SELECT 7')).toEqual([7])
  expect(performance.now() - before).toBeGreaterThan(140)
})

it('lets an autocommit COPY commit when its client goes away, and rolls back one in a block', async () => {
  const stream = (client: { raw: unknown }) =>
    (client.raw as { connection: { stream: { destroy(): void } } }).connection.stream
  const rows = Array.from({ length: 200_000 }, (_, i) => `${i}\n`).join('')
  world.objects.put('lake/many.csv', rows)
  const copy = `COPY t FROM 's3://lake/many.csv' ${ROLE} CSV`
  for (const [begin, expected] of [
    ['BEGIN', 0],
    ['SELECT 1', 200_000],
  ] as const) {
    const client = await world.connect()
    await client.rows(begin)
    const load = client.failure(copy).catch(() => {})
    await copyOf(client)
    stream(client).destroy()
    await load
    const open = `SELECT 1 FROM stv_sessions WHERE process = ${client.pid}`
    while ((await world.redshift.admin(open)).length > 0) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await world.redshift.admin('SELECT count(*)::int AS rows FROM t')).toEqual([{ rows: expected }])
  }
})

it('tells a client whose backend is ended in the middle of a COPY', async () => {
  const [client, other] = [await world.connect(), await world.connect()]
  world.objects.put('lake/many.csv', Array.from({ length: 500_000 }, (_, i) => `${i}\n`).join(''))
  const load = client.failure(`COPY t FROM 's3://lake/many.csv' ${ROLE} CSV`)
  await copyOf(client)
  await other.rows(`SELECT pg_terminate_backend(${client.pid})`)
  expect(await load).toMatchObject({ code: '57P01' })
  expect(await rowsOfT()).toEqual([])
})

it('remembers what every session ran and how it ended', async () => {
  const client = await world.connect()
  await client.rows('SELECT 42')
  await client.failure('SELECT nothing')
  const own = world.redshift.statements.filter(({ pid }) => pid === client.pid)
  expect(own).toEqual([
    {
      pid: client.pid,
      user: 'etl',
      statement: 'SELECT 42',
      startedAt: expect.any(Number),
      endedAt: expect.any(Number),
      startedPlace: expect.any(Number),
      endedPlace: expect.any(Number),
      outcome: 'ok',
      leaves: 'I',
    },
    expect.objectContaining({ statement: 'SELECT nothing', outcome: 'error', sqlState: '42703' }),
  ])
})
