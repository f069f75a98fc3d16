import { startTestRedshift, type TestClient, type TestRedshift } from './a-redshift'

let world: TestRedshift
let client: TestClient
beforeAll(async () => {
  world = await startTestRedshift()
  client = await world.connect()
  await client.rows('CREATE TABLE target (id int, name varchar(10)); CREATE TABLE source (id int, name varchar(10))')
})
afterAll(() => world.stop())
beforeEach(() => client.rows('DELETE FROM target; DELETE FROM source'))

const UPSERT = `MERGE INTO target USING source ON target.id = source.id
  WHEN MATCHED THEN UPDATE SET name = source.name WHEN NOT MATCHED THEN INSERT VALUES (source.id, source.name)`
const REPLACE = 'MERGE INTO target USING source ON target.id = source.id REMOVE DUPLICATES'

const put = (table: string, ...rows: readonly (readonly [number, string])[]) =>
  client.rows(`INSERT INTO ${table} VALUES ${rows.map(([id, name]) => `(${id}, '${name}')`).join(', ')}`)
const target = () => client.values("SELECT id || ' ' || name FROM target ORDER BY id, name")

describe('MERGE [docs: r_MERGE]', () => {
  it('changes the rows that match and inserts the others', async () => {
    await put('target', [1, 'old'], [2, 'stays'])
    await put('source', [1, 'new'], [3, 'came'])
    const { command, rowCount } = await client.raw.query(UPSERT)
    expect([command, rowCount]).toEqual(['MERGE', 2])
    expect(await target()).toEqual(['1 new', '2 stays', '3 came'])
  })

  it('takes names as a loader writes them, an alias for the source, and a CASE in between', async () => {
    await put('target', [1, 'old'])
    await put('source', [1, 'new'], [2, 'came'])
    await client.rows(`
      MERGE INTO "public"."target" USING "source" ON "target"."id" = "source"."id"
      WHEN MATCHED THEN UPDATE SET "name" = "source"."name"
      WHEN NOT MATCHED THEN INSERT ("id", "name") VALUES ("source"."id", "source"."name")`)
    await client.rows(`
      MERGE INTO target USING source AS s ON target.id = s.id
      WHEN MATCHED THEN UPDATE SET name = CASE WHEN s.id = 1 THEN 'one' ELSE NVL(NULL, 'two') END
      WHEN NOT MATCHED THEN INSERT (name, id) VALUES (s.name, s.id)`)
    expect(await target()).toEqual(['1 one', '2 two'])
  })

  it('deletes the rows that match', async () => {
    await put('target', [1, 'gone'], [2, 'stays'])
    await put('source', [1, 'x'], [3, 'came'])
    await client.rows(`
      MERGE INTO target USING source ON target.id = source.id
      WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (source.id, source.name)`)
    expect(await target()).toEqual(['2 stays', '3 came'])
  })

  it('takes a subquery, with QUALIFY in it, and a temporary table for its source', async () => {
    await put('target', [1, 'old'])
    await put('source', [1, 'a'], [1, 'b'], [2, 'c'])
    await client.rows(`
      MERGE INTO target
      USING (SELECT id, name FROM source AS s QUALIFY row_number() OVER (PARTITION BY id ORDER BY name DESC) = 1) AS newest
      ON target.id = newest.id
      WHEN MATCHED THEN UPDATE SET name = newest.name
      WHEN NOT MATCHED THEN INSERT VALUES (newest.id, newest.name)`)
    expect(await target()).toEqual(['1 b', '2 c'])
    await client.rows("BEGIN; CREATE TEMP TABLE stage (LIKE target); INSERT INTO stage VALUES (2, 'staged')")
    await client.rows(UPSERT.replaceAll('source', 'stage'))
    await client.rows('COMMIT; DROP TABLE stage')
    expect(await target()).toEqual(['1 b', '2 staged'])
  })

  it.each([['UPDATE SET name = source.name'], ['DELETE']])(
    'refuses several source rows for one row of the target: %s',
    async (action) => {
      await put('target', [1, 'Bob'])
      await put('source', [1, 'Tony'], [1, 'Alice'])
      await client.rows('BEGIN')
      const sql = `MERGE INTO target USING source ON target.id = source.id
      WHEN MATCHED THEN ${action} WHEN NOT MATCHED THEN INSERT VALUES (source.id, source.name)`
      expect(await client.failure(sql)).toMatchObject({
        code: 'XX000',
        message: 'Found multiple matches to update the same tuple',
      })
      expect(await client.failure('SELECT 1')).toMatchObject({ code: '25P02' })
      await client.rows('ROLLBACK')
      expect(await target()).toEqual(['1 Bob'])
    },
  )

  const ON = 'MERGE INTO target USING source ON target.id = source.id'
  const UPDATE = 'WHEN MATCHED THEN UPDATE SET name = source.name'
  const INSERT = 'WHEN NOT MATCHED THEN INSERT VALUES (source.id, source.name)'
  it.each([
    ['a single WHEN MATCHED', `${ON} ${UPDATE}`, '0A000'],
    ['a single WHEN NOT MATCHED', `${ON} ${INSERT}`, '0A000'],
    ['the clauses in another order', `${ON} ${INSERT} ${UPDATE}`, '0A000'],
    ['no clause at all', ON, '42601'],
    ['a condition of a WHEN', `${ON} ${UPDATE.replace('THEN', 'AND source.id > 1 THEN')} ${INSERT}`, '42601'],
    ['another condition of a WHEN', `${ON} ${UPDATE} ${INSERT.replace('THEN', 'AND source.id > 1 THEN')}`, '42601'],
    ['DO NOTHING', `${ON} WHEN MATCHED THEN DO NOTHING ${INSERT}`, '42601'],
    ['NOT MATCHED BY SOURCE', `${ON} ${UPDATE} ${INSERT.replace('MATCHED', 'MATCHED BY SOURCE')}`, '42601'],
    ['RETURNING', `${ON} ${UPDATE} ${INSERT} RETURNING 1`, '42601'],
    ['an alias of the target', `${ON.replace('target', 'target AS t')} ${UPDATE} ${INSERT}`, '42601'],
    ['a table before the column that is set', `${ON} ${UPDATE.replace('name', 'target.name')} ${INSERT}`, '42703'],
    ['WITH before it', `WITH s AS (SELECT 1) ${ON} ${UPDATE} ${INSERT}`, '42601'],
    ['the target for a source', UPSERT.replaceAll('source', 'target'), '0A000'],
    [
      'the target with its schema for a source',
      UPSERT.replace('INTO target', 'INTO public.target').replaceAll('source', 'target'),
      '0A000',
    ],
    ['a target that is not there', UPSERT.replaceAll('target', 'nowhere'), '42P01'],
  ])('refuses %s', async (_, sql, code) => {
    expect(await client.failure(sql)).toMatchObject({ code })
  })

  it('refuses a view for a target and takes it for a source', async () => {
    await client.rows('CREATE VIEW seen AS SELECT * FROM source')
    await put('source', [1, 'x'])
    expect(await client.failure(UPSERT.replaceAll('target', 'seen'))).toMatchObject({ code: '42809' })
    await client.rows(UPSERT.replaceAll('source', 'seen'))
    expect(await target()).toEqual(['1 x'])
    await client.rows('DROP VIEW seen')
  })

  it('says that it cannot take parameters here, and not that Redshift could not', async () => {
    const sql = UPSERT.replace('SET name = source.name', 'SET name = $1')
    expect(await client.failure(sql, ['x'])).toMatchObject({
      code: '0A000',
      message: "the embedded environment can't take parameters in MERGE",
    })
  })

  it('needs the privileges for what it does', async () => {
    const reader = await world.connect({ user: 'reader', password: 'reader-password' })
    await client.rows('GRANT SELECT ON source TO reader; GRANT SELECT, INSERT ON target TO reader')
    expect(await reader.failure(UPSERT)).toMatchObject({ code: '42501' })
    expect(await reader.failure(REPLACE)).toMatchObject({ code: '42501' })
    await client.rows('GRANT UPDATE, DELETE ON target TO reader')
    await reader.rows(UPSERT)
    await reader.rows(REPLACE)
  })
})

describe('MERGE … REMOVE DUPLICATES [docs: r_MERGE]', () => {
  it('replaces the rows that match, inserts the others and leaves the rest alone', async () => {
    await put('target', [30, 'Tony'], [30, 'Daisy'], [11, 'Alice'], [23, 'Bill'], [23, 'Nikki'])
    await put('source', [23, 'David'], [22, 'Clarence'])
    const { command } = await client.raw.query(REPLACE)
    expect(command).toBe('MERGE')
    expect(await target()).toEqual(['11 Alice', '22 Clarence', '23 David', '30 Daisy', '30 Tony'])
  })

  it('leaves one copy of source rows that are equal', async () => {
    await put('target', [1, 'old'])
    await put('source', [1, 'new'], [1, 'new'], [2, 'two'], [2, 'two'])
    await client.rows(REPLACE)
    expect(await target()).toEqual(['1 new', '2 two'])
  })

  it('refuses several different source rows for one row of the target', async () => {
    await put('target', [1, 'old'])
    await put('source', [1, 'a'], [1, 'b'])
    expect(await client.failure(REPLACE)).toMatchObject({
      code: 'XX000',
      message: 'Found multiple matches to update the same tuple',
    })
  })

  it('takes an alias and other names of columns, and refuses other columns', async () => {
    await client.rows('CREATE TABLE named (key int, label varchar(10)); CREATE TABLE wide (id int, a int, b int)')
    await put('target', [1, 'old'])
    await put('named', [1, 'new'])
    await client.rows('MERGE INTO target USING named AS n ON target.id = n.key REMOVE DUPLICATES')
    expect(await target()).toEqual(['1 new'])
    expect(await client.failure(REPLACE.replaceAll('source', 'wide'))).toMatchObject({ code: '42804' })
    await client.rows('CREATE TABLE mixed (id int, name int)')
    expect(await client.failure(REPLACE.replaceAll('source', 'mixed'))).toMatchObject({ code: '42804' })
  })

  it('is refused together with WHEN', async () => {
    expect(await client.failure(`${UPSERT} REMOVE DUPLICATES`)).toMatchObject({ code: '42601' })
  })
})
