import { ROLE, startTestRedshift, type TestClient, type TestRedshift } from './a-redshift'

let world: TestRedshift
let client: TestClient
beforeAll(async () => {
  world = await startTestRedshift()
  await world.redshift.admin('CREATE SCHEMA s; GRANT ALL ON SCHEMA s TO etl')
  world.objects.put('lake/two.csv', '1,a\n2,b\n')
  world.objects.put('lake/bad.csv', '1,a\nx,b\n')
})
afterAll(() => world.stop())
beforeEach(async () => {
  client = await world.connect()
})

const copy = (table: string, file = 'two') => `COPY ${table} FROM 's3://lake/${file}.csv' ${ROLE} CSV`

describe('CREATE TEMP TABLE [docs: r_CREATE_TABLE_NEW]', () => {
  it.each(['TEMP', 'TEMPORARY', 'LOCAL TEMP', 'LOCAL TEMPORARY'])('may be written %s', async (words) => {
    await client.rows(`CREATE ${words} TABLE written (a int)`)
    expect(await client.values('SELECT count(*)::int FROM written')).toEqual([0])
  })

  it('takes types as the catalogue names them, with defaults and NOT NULL', async () => {
    await client.rows('BEGIN')
    await client.rows(`CREATE TEMP TABLE "stage" (
      "a" character varying(20), "b" numeric(10,2) DEFAULT '1.5' NOT NULL, "c" timestamp without time zone DEFAULT GETDATE(),
      "d" super, "e" boolean, "f" double precision, "g" character(3), "h" binary varying, "i" binary varying(10),
      "j" character varying, "k" character varying(max), "l" timestamp with time zone, "m" real, "n" varbyte(5))`)
    await client.rows(`INSERT INTO "stage" ("a", "d") VALUES ('x', json_parse('[1]'))`)
    const sql = `SELECT data_type || coalesce('(' || character_maximum_length || ')', '') FROM svv_columns
      WHERE table_name = 'stage' ORDER BY ordinal_position`
    expect(await client.values(sql)).toEqual([
      'character varying(20)',
      'numeric',
      'timestamp without time zone',
      'super',
      'boolean',
      'double precision',
      'character(3)',
      'binary varying',
      'binary varying',
      'character varying(256)',
      'character varying(65535)',
      'timestamp with time zone',
      'real',
      'binary varying',
    ])
    expect(await client.rows('SELECT b, c IS NULL AS empty FROM stage')).toEqual([{ b: '1.50', empty: false }])
    await client.rows('ROLLBACK')
  })

  it('copies columns with LIKE, and defaults only when it is asked to', async () => {
    await client.rows("CREATE TABLE s.model (id int NOT NULL, label varchar(5) DEFAULT 'none')")
    await client.rows(
      'CREATE TEMP TABLE plain (LIKE s.model); CREATE TEMP TABLE filled (LIKE s.model INCLUDING DEFAULTS)',
    )
    await client.rows('INSERT INTO plain (id) VALUES (1); INSERT INTO filled (id) VALUES (1)')
    expect(await client.values('SELECT label FROM plain UNION ALL SELECT label FROM filled')).toEqual([null, 'none'])
    expect(await client.failure('INSERT INTO filled (id) VALUES (NULL)')).toMatchObject({ code: '23502' })
  })

  it('goes with the transaction that made it, and with the session', async () => {
    await client.rows('BEGIN; CREATE TEMP TABLE passing AS SELECT 1 AS a')
    expect(await client.values('SELECT a FROM passing')).toEqual([1])
    await client.rows('ROLLBACK')
    expect(await client.failure('SELECT a FROM passing')).toMatchObject({ code: '42P01' })
    await client.rows('CREATE TEMP TABLE mine (a int)')
    const other = await world.connect()
    expect(await other.failure('SELECT a FROM mine')).toMatchObject({ code: '42P01' })
    await other.rows('CREATE TEMP TABLE mine (b int)')
  })

  it('hides the permanent table of that name until it is dropped', async () => {
    await client.rows("CREATE TABLE public.both_there (a varchar(9)); INSERT INTO both_there VALUES ('permanent')")
    await client.rows("CREATE TEMP TABLE both_there (a varchar(9)); INSERT INTO both_there VALUES ('temporary')")
    expect(await client.values('SELECT a FROM both_there')).toEqual(['temporary'])
    await client.rows('DELETE FROM both_there')
    await client.rows('DROP TABLE IF EXISTS both_there')
    expect(await client.values('SELECT a FROM both_there')).toEqual(['permanent'])
    await client.rows('DROP TABLE IF EXISTS nowhere')
  })

  it('says that it cannot be called #name here', async () => {
    expect((await client.failure('CREATE TABLE #stage (a int)')).message).toMatch(/^the embedded environment can't /)
    expect(await client.failure('SELECT * FROM #stage')).toMatchObject({ code: '0A000' })
    expect(await client.failure(copy('#stage'))).toMatchObject({ code: '0A000' })
  })
})

describe('COPY into a temporary table [docs: r_COPY]', () => {
  it('finds it by its bare name, quoted or not, before a permanent one', async () => {
    await client.rows(
      'CREATE TABLE public.loaded (a int, b varchar(5)); BEGIN; CREATE TEMP TABLE loaded (b varchar(5), a int)',
    )
    await client.rows(copy('"loaded" ("a", "b")'))
    await client.rows(copy('loaded (a, b)'))
    expect(await client.values('SELECT pg_last_copy_count()')).toEqual(['2'])
    expect(await client.rows('SELECT a, count(*)::int AS n FROM loaded GROUP BY 1 ORDER BY 1')).toEqual([
      { a: 1, n: 2 },
      { a: 2, n: 2 },
    ])
    expect(await client.values('SELECT count(*)::int FROM public.loaded')).toEqual([0])
    await client.rows('ROLLBACK')
  })

  it('notes its bad rows as for any table', async () => {
    await client.rows('BEGIN; CREATE TEMP TABLE stage (a int, b varchar(5))')
    expect(await client.failure(copy('stage', 'bad'))).toMatchObject({
      code: 'XX000',
      message: "Load into table 'stage' failed.  Check 'stl_load_errors' system table for details.",
    })
    await client.rows('ROLLBACK')
    const sql = `SELECT trim(file_name) AS file, line_number AS line, trim(column_name) AS col FROM sys_load_error_detail
      WHERE session_id = pg_backend_pid() AND query_id = pg_last_copy_id()`
    expect(await client.rows(sql)).toEqual([{ file: 's3://lake/bad.csv', line: '2', col: 'a' }])
  })
})

it('deletes what another table names, with bare names as r_DELETE writes them [docs: r_DELETE]', async () => {
  await client.rows('CREATE TABLE s.kept (id int); INSERT INTO s.kept VALUES (1), (2)')
  await client.rows('CREATE TEMP TABLE gone AS SELECT 2 AS id')
  await client.rows('DELETE FROM "s"."kept" USING "gone" WHERE "kept"."id" = "gone"."id"')
  expect(await client.values('SELECT id FROM s.kept')).toEqual([1])
})
