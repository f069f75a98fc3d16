import { ROLE, startTestRedshift, type TestRedshift } from './a-redshift'

let world: TestRedshift
beforeAll(async () => {
  world = await startTestRedshift()
  await world.redshift.admin('CREATE TABLE t (a int); GRANT ALL ON t TO etl')
  world.objects.put('lake/one.csv', '7\n')
})
afterAll(() => world.stop())
beforeEach(() => world.redshift.admin('TRUNCATE t'))

const rowsOfT = () => world.redshift.admin('SELECT a FROM t ORDER BY a')

describe('a warehouse that restarts', () => {
  it('keeps what was committed and forgets what was not', async () => {
    const [committed, open] = [await world.connect(), await world.connect()]
    await committed.rows('INSERT INTO t VALUES (1)')
    await open.rows('BEGIN')
    await open.rows('INSERT INTO t VALUES (2)')
    await world.redshift.restart(0)
    expect(await rowsOfT()).toEqual([{ a: 1 }])
    expect((await open.failure('COMMIT')).message).toMatch(/terminated|not queryable/)
  })

  it('never says that a statement failed which it was cut off from', async () => {
    const client = await world.connect()
    const answer = client.raw.query('SELECT pg_sleep(10)').catch((error: unknown) => error)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await world.redshift.restart(0)
    expect(await answer).not.toMatchObject({ severity: 'ERROR' })
  })

  it('refuses logins until it is back, and then loads again', async () => {
    const restarted = world.redshift.restart(300)
    await new Promise((resolve) => setTimeout(resolve, 150))
    await expect(world.connect()).rejects.toThrow(/starting up|terminated/)
    await restarted
    const client = await world.connect()
    await client.rows(`COPY t FROM 's3://lake/one.csv' ${ROLE} CSV`)
    expect(await rowsOfT()).toEqual([{ a: 7 }])
  })
})
