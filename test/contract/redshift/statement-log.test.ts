import { startTestRedshift, type TestClient, type TestRedshift } from './a-redshift'

let world: TestRedshift
beforeAll(async () => {
  world = await startTestRedshift({ isolation: 'serializable' })
  await world.redshift.admin('CREATE TABLE t (a int); GRANT ALL ON t TO etl')
})
afterAll(() => world.stop())

const of = ({ pid }: TestClient) => world.redshift.statements.filter((entry) => entry.pid === pid)
const left = (client: TestClient) => of(client).map(({ leaves }) => leaves)

describe('the log of statements', () => {
  it('tells what was in a transaction, whichever protocol it came by', async () => {
    const client = await world.connect()
    await client.rows('SELECT 1')
    await client.rows('BEGIN')
    await client.rows('SELECT $1::int', [1])
    await client.failure('SELECT nothing')
    await client.rows('ROLLBACK')
    await client.raw.query({ text: 'BEGIN', values: [], name: 'begin' })
    await client.raw.query({ text: 'COMMIT', values: [], name: 'commit' })
    expect(left(client)).toEqual(['I', 'T', 'T', 'E', 'I', 'T', 'I'])
  })

  it('closes the transaction that a request of several statements makes', async () => {
    const client = await world.connect()
    await client.rows('INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)')
    await client.failure('INSERT INTO t VALUES (3); SELECT nothing')
    await client.rows('SELECT 1')
    expect(left(client)).toEqual(['T', 'I', 'T', 'I', 'I'])
  })

  it('tells of two writers of a table which was first, however short they are', async () => {
    const [one, other] = [await world.connect(), await world.connect()]
    await one.rows('BEGIN; INSERT INTO t VALUES (1)')
    const waiting = other.rows('INSERT INTO t VALUES (2)')
    while (of(other).length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    await one.rows('COMMIT')
    await waiting
    const commit = of(one).at(-1)
    const [late] = of(other)
    expect(late?.startedPlace).toBeLessThan(commit?.startedPlace ?? 0)
    expect(late?.endedPlace).toBeGreaterThan(commit?.startedPlace ?? Number.POSITIVE_INFINITY)
    const places = world.redshift.statements.flatMap(({ startedPlace, endedPlace = 0 }) => [startedPlace, endedPlace])
    expect(new Set(places).size).toBe(places.length)
  })

  it('tells when a session ended that had a transaction open', async () => {
    const client = await world.connect()
    await client.rows('BEGIN')
    expect(of(client).at(-1)?.sessionEndedPlace).toBeUndefined()
    await client.raw.end()
    while (of(client).at(-1)?.sessionEndedPlace === undefined) await new Promise((resolve) => setTimeout(resolve, 2))
    const last = of(client).at(-1)
    expect(last?.sessionEndedPlace).toBeGreaterThan(last?.endedPlace ?? Number.POSITIVE_INFINITY)
  })
})
