import { ROLE, startTestRedshift, type TestClient, type TestRedshift } from './a-redshift'

let world: TestRedshift
let one: TestClient
let other: TestClient
beforeAll(async () => {
  world = await startTestRedshift()
  await world.redshift.admin('CREATE TABLE t (a int); GRANT ALL ON t TO etl')
})
afterAll(() => world.stop())
beforeEach(async () => {
  one = await world.connect()
  other = await world.connect()
})

const CANCELLED = { code: '57014', message: expect.stringMatching(/^Query \(\d+\) cancelled on user's request$/) }

async function untilItRuns(pattern: RegExp): Promise<void> {
  const runs = () =>
    world.redshift.statements.some(
      ({ pid, outcome, statement }) => pid === one.pid && outcome === 'running' && pattern.test(statement),
    )
  while (!runs()) await new Promise((resolve) => setTimeout(resolve, 2))
  await new Promise((resolve) => setTimeout(resolve, 30))
}

describe('a statement that another session cancels', () => {
  it.each([
    ['CANCEL, with a message [docs: r_CANCEL]', (pid: number) => `CANCEL ${pid} 'it takes too long'`],
    ['pg_cancel_backend [docs: PG_CANCEL_BACKEND]', (pid: number) => `SELECT pg_cancel_backend(${pid})`],
  ])('ends with 57014 and leaves its transaction aborted: %s', async (_, cancel) => {
    await one.rows('BEGIN; INSERT INTO t VALUES (1)')
    const sleeping = one.failure('SELECT pg_sleep(20)')
    await untilItRuns(/pg_sleep/)
    await other.rows(cancel(one.pid))
    expect(await sleeping).toMatchObject(CANCELLED)
    expect(await one.failure('SELECT 1')).toMatchObject({ code: '25P02' })
    await one.rows('ROLLBACK')
    expect(await one.values('SELECT count(*)::int FROM t')).toEqual([0])
  })

  it('may be a COPY, and one that waits for a lock', async () => {
    world.objects.put('lake/many.csv', Array.from({ length: 500_000 }, (_, i) => `${i}\n`).join(''))
    const load = one.failure(`COPY t FROM 's3://lake/many.csv' ${ROLE} CSV`)
    await untilItRuns(/^COPY/)
    await other.rows(`CANCEL ${one.pid}`)
    expect(await load).toMatchObject(CANCELLED)

    await other.rows('BEGIN; DELETE FROM t')
    const waiting = one.failure('DELETE FROM t')
    await untilItRuns(/^DELETE/)
    await other.rows(`CANCEL ${one.pid}`)
    expect(await waiting).toMatchObject(CANCELLED)
    await other.rows('ROLLBACK')
  })
})

it('cancels nobody who is not asked for, and refuses what is no process', async () => {
  expect(await other.failure('CANCEL everything')).toMatchObject({ code: '42601' })
  expect(await other.failure('CANCEL 1 2')).toMatchObject({ code: '42601' })
  await world.redshift.admin(`CANCEL ${one.pid}`)
  expect(await one.values('SELECT 1')).toEqual([1])
})

it('lets an ordinary user cancel and end own sessions only', async () => {
  const reader = await world.connect({ user: 'reader', password: 'reader-password' })
  for (const sql of [
    `CANCEL ${one.pid}`,
    `SELECT pg_cancel_backend(${one.pid})`,
    `SELECT pg_terminate_backend(${one.pid})`,
  ]) {
    expect(await reader.failure(sql)).toMatchObject({ code: '42501' })
  }
  expect(await one.values('SELECT 1')).toEqual([1])
})

it('ends a session with its transaction [docs: PG_TERMINATE_BACKEND]', async () => {
  await one.rows('BEGIN; INSERT INTO t VALUES (1)')
  await other.rows(`SELECT pg_terminate_backend(${one.pid})`)
  const open = `SELECT process FROM stv_sessions WHERE process = ${one.pid}`
  while ((await other.rows(open)).length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(await other.values('SELECT count(*)::int FROM t')).toEqual([0])
})
