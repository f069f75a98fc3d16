import { ROLE, startTestRedshift, type TestClient, type TestRedshift } from './a-redshift'

const WRITES = {
  COPY: `COPY t FROM 's3://lake/row.csv' ${ROLE} CSV`,
  INSERT: 'INSERT INTO t VALUES (9, 9)',
  UPDATE: 'UPDATE t SET b = b + 1 WHERE a = 2',
  DELETE: 'DELETE FROM t WHERE a = 3',
  MERGE:
    'MERGE INTO t USING more ON t.a = more.a WHEN MATCHED THEN UPDATE SET b = more.b WHEN NOT MATCHED THEN INSERT VALUES (more.a, more.b)',
  'REMOVE DUPLICATES': 'MERGE INTO t USING more ON t.a = more.a REMOVE DUPLICATES',
} as const

type Write = keyof typeof WRITES
const ALL = Object.keys(WRITES) as Write[]
const APPENDS: readonly Write[] = ['COPY', 'INSERT']

let world: TestRedshift
afterEach(() => world.stop())

async function start(isolation: 'snapshot' | 'serializable'): Promise<readonly [TestClient, TestClient]> {
  world = await startTestRedshift({ isolation })
  world.objects.put('lake/row.csv', '7,7\n')
  const [one, other] = [await world.connect(), await world.connect()]
  await one.rows(`
    CREATE TABLE t (a int, b int); CREATE TABLE u (a int, b int); CREATE TABLE more (a int, b int);
    INSERT INTO t VALUES (2, 2), (3, 3); INSERT INTO u VALUES (1, 1); INSERT INTO more VALUES (50, 1)`)
  return [one, other]
}

const WAITS = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

/** Whether a statement that was sent comes to wait for another session, or ends. */
async function waits(client: TestClient, statement: Promise<unknown>): Promise<boolean> {
  let isOver = false
  const end = statement.then(
    () => (isOver = true),
    () => (isOver = true),
  )
  for (;;) {
    const waiting = await world.redshift.admin(WAITS)
    if (isOver) return false
    if (waiting.some(({ pid }) => pid === client.pid)) return true
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 10))])
  }
}

/** The pairs of statements of which the second waits for the end of the first one's transaction. */
async function waitingPairs([one, other]: readonly [TestClient, TestClient]): Promise<string[]> {
  const found: string[] = []
  for (const first of ALL) {
    for (const second of ALL) {
      await one.rows('BEGIN')
      await one.rows(WRITES[first])
      const sent = other.rows(WRITES[second])
      if (await waits(other, sent)) found.push(`${first}, ${second}`)
      await one.rows('ROLLBACK')
      await sent
    }
  }
  return found
}

const pairs = ALL.flatMap((first) => ALL.map((second) => [first, second] as const))

it('lets the second writer of a table wait where the database is SERIALIZABLE [docs: c_serial_isolation]', async () => {
  const found = await waitingPairs(await start('serializable'))
  expect(found).toEqual(pairs.map(([first, second]) => `${first}, ${second}`))
})

it('lets only those that append write together under SNAPSHOT [docs: c_serial_isolation]', async () => {
  const found = await waitingPairs(await start('snapshot'))
  const together = ([first, second]: readonly [Write, Write]) => APPENDS.includes(first) && APPENDS.includes(second)
  expect(found).toEqual(pairs.filter((pair) => !together(pair)).map(([first, second]) => `${first}, ${second}`))
})

it.each(['snapshot', 'serializable'] as const)(
  'lets neither readers nor writers of another table wait, until somebody says LOCK: %s [docs: r_LOCK]',
  async (isolation) => {
    const [one, other] = await start(isolation)
    await one.rows('BEGIN; UPDATE t SET b = 0')
    expect(await other.values('SELECT count(*)::int FROM t')).toEqual([2])
    await other.rows('UPDATE u SET b = 0')
    await one.rows('ROLLBACK; BEGIN; LOCK t')
    for (const sql of ['SELECT * FROM t', WRITES.INSERT, WRITES.COPY]) {
      const sent = other.rows(sql)
      expect(await waits(other, sent)).toBe(true)
      await one.rows('ROLLBACK; BEGIN; LOCK t')
      await sent
    }
    await one.rows('COMMIT')
  },
)

it('takes the snapshot of who waits before the wait, but after that for LOCK [docs: c_serial_isolation]', async () => {
  const [one, other] = await start('snapshot')
  await one.rows('BEGIN; UPDATE t SET a = 4 WHERE a = 3')
  await other.rows('BEGIN')
  const sent = other.rows('UPDATE t SET b = 0 WHERE a = 2')
  expect(await waits(other, sent)).toBe(true)
  await one.rows('COMMIT')
  await sent
  expect(await other.values('SELECT a FROM t ORDER BY a')).toEqual([2, 3])
  await other.rows('ROLLBACK')

  await one.rows('BEGIN; LOCK t; INSERT INTO t VALUES (5, 5)')
  await other.rows('BEGIN')
  const locked = other.rows('LOCK t')
  expect(await waits(other, locked)).toBe(true)
  await one.rows('COMMIT')
  await locked
  expect(await other.values('SELECT a FROM t ORDER BY a')).toEqual([2, 4, 5])
  await other.rows('ROLLBACK')
})

it('lets writers of a table wait that was made by CREATE TABLE AS [docs: r_CREATE_TABLE_AS]', async () => {
  const [one, other] = await start('serializable')
  await one.rows('CREATE TABLE made AS SELECT 1 AS a')
  await one.rows('BEGIN; INSERT INTO made VALUES (2)')
  const sent = other.rows('INSERT INTO made VALUES (3)')
  expect(await waits(other, sent)).toBe(true)
  await one.rows('COMMIT')
  await sent
})

it('ends a deadlock of two that both append and then change [docs: c_write_readwrite]', async () => {
  const [one, other] = await start('snapshot')
  for (const client of [one, other]) await client.rows('BEGIN; INSERT INTO t VALUES (1, 1)')
  const outcomes = await Promise.allSettled([
    one.rows('DELETE FROM t WHERE a = 2'),
    other.rows('DELETE FROM t WHERE a = 3'),
  ])
  const [failed] = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(failed).toMatchObject({ code: '40P01', message: 'deadlock detected' })
})

it('lets two MERGEs pass one after another, each with its own snapshot, so that a key comes twice [docs: c_serial_isolation]', async () => {
  const [one, other] = await start('snapshot')
  const third = await world.connect()
  await third.rows('BEGIN; INSERT INTO t VALUES (1, 1)')
  const merges = [one, other].map((client) => ({ client, sent: client.rows(WRITES.MERGE) }))
  for (const { client, sent } of merges) expect(await waits(client, sent)).toBe(true)
  // Who took the shared lock first could not get the other any more once two have it.
  const modes = `SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid IN (${one.pid}, ${other.pid})`
  expect(await world.redshift.admin(modes)).toEqual([{ mode: 'ExclusiveLock' }, { mode: 'ExclusiveLock' }])
  await third.rows('COMMIT')
  await Promise.all(merges.map(({ sent }) => sent))
  expect(await third.values('SELECT a FROM t ORDER BY a')).toEqual([1, 2, 3, 50, 50])
})

it('refuses one of two SERIALIZABLE transactions that each read what the other writes, with 1023 [docs: r_Serializable_isolation_example]', async () => {
  const [one, other] = await start('serializable')
  await one.rows('BEGIN; SELECT * FROM t')
  await other.rows('BEGIN; SELECT * FROM u')
  await one.rows('INSERT INTO u VALUES (8, 8)')
  const late = other.rows('INSERT INTO t VALUES (8, 8)').then(() => other.rows('COMMIT'))
  const outcomes = await Promise.allSettled([one.rows('COMMIT'), late])
  const [failed] = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  expect(failed).toMatchObject({
    code: 'XX000',
    message: '1023',
    detail: expect.stringMatching(
      /^Serializable isolation violation on table - \d+, transactions forming the cycle are: /,
    ),
  })
})

it('lets two transactions that read what the other writes both pass under SNAPSHOT [docs: c_serial_isolation]', async () => {
  const [one, other] = await start('snapshot')
  await one.rows('BEGIN; SELECT * FROM t')
  await other.rows('BEGIN; SELECT * FROM u')
  await one.rows('INSERT INTO u VALUES (8, 8); COMMIT')
  await other.rows('INSERT INTO t VALUES (8, 8); COMMIT')
})
