import { gzipSync } from 'node:zlib'
import { ROLE, startTestRedshift, type TestClient, type TestRedshift } from './a-redshift'

let world: TestRedshift
let client: TestClient
beforeAll(async () => {
  world = await startTestRedshift()
  client = await world.connect()
  await client.rows('CREATE TABLE t (a int, b varchar(5), c decimal(4,1))')
  world.objects.put('lake/good.csv', 'a,b,c\n1,x,1\n')
})
afterAll(() => world.stop())
beforeEach(() => client.rows('TRUNCATE t'))

const FAILED = "Load into table 't' failed.  Check 'stl_load_errors' system table for details."

/** Loads bodies as files 0, 1, … and gives the error rows of the load. */
async function failWith(bodies: (string | Uint8Array)[], options: string): Promise<Record<string, unknown>[]> {
  const entries = bodies.map((body, at) => {
    world.objects.put(`lake/in/${at}`, body)
    return { url: `s3://lake/in/${at}`, mandatory: true }
  })
  world.objects.put('lake/manifests/m', JSON.stringify({ entries }))
  const failure = await client.failure(`COPY t FROM 's3://lake/manifests/m' ${ROLE} MANIFEST ${options}`)
  expect(failure).toMatchObject({ code: 'XX000', message: FAILED })
  return errors(client)
}

const errors = (who: TestClient, where = 'query_id = pg_last_copy_id()') =>
  who.rows(`
    SELECT trim(file_name) AS file, line_number::int AS line, trim(column_name) AS col, trim(column_type) AS type,
      trim(column_length) AS length, "position" AS pos, error_code AS code, trim(error_message) AS reason
    FROM sys_load_error_detail WHERE ${where} ORDER BY line_number`)

describe('a bad row', () => {
  it('fails the load as a whole and is named with file, line, column and reason', async () => {
    const rows = await failWith(['a,b,c\n1,x,1\n', 'a,b,c\n2,y,2\n3,toolong,3\n'], 'CSV IGNOREHEADER 1')
    expect(rows).toEqual([
      {
        file: 's3://lake/in/1',
        line: 3,
        col: 'b',
        type: 'varchar',
        length: '5',
        pos: 0,
        code: 1204,
        reason: 'String length exceeds DDL length',
      },
    ])
    expect(await client.values('SELECT count(*)::int FROM t')).toEqual([0])
  })

  it('counts physical lines, those inside quotes included', async () => {
    const [row] = await failWith(['1,"x\ny\n",1\n\n2,b,2\nx,b,3\n'], 'CSV IGNOREBLANKLINES')
    expect(row).toMatchObject({
      line: 6,
      col: 'a',
      type: 'int4',
      reason: "Invalid digit, Value 'x', Pos 0, Type: Integer",
    })
  })

  it.each([
    ['1,x,1,extra\n', 'CSV', 1202, 'Extra column(s) found'],
    ['1,x\n', 'CSV', 1214, 'Delimiter not found'],
    ['1|x|1|\n', '', 1202, 'Extra column(s) found'],
    ['1\n', '', 1214, 'Delimiter not found'],
    ['1,x"y,1\n', 'CSV', 1224, 'Invalid quote formatting for CSV'],
    ['1,"x"y,1\n', 'CSV', 1224, 'Invalid quote formatting for CSV'],
    ['1,"x,1\n', 'CSV', 1224, 'Invalid quote formatting for CSV'],
    ['1|"x|1\n', 'REMOVEQUOTES', 1214, 'Delimiter not found'],
    ['{"a": 1\n', 'JSON', 1216, 'Invalid value.'],
    ['{"a": 01}\n', 'JSON', 1216, 'Invalid value.'],
    ['[{"a": 1}]\n', 'JSON', 1216, 'Invalid JSONPath format: Member is not an object.'],
    ['{"a": "x"}', 'JSON', 1207, "Invalid digit, Value 'x', Pos 0, Type: Integer"],
  ])('%j with %s', async (body, options, code, reason) => {
    const good = options === 'JSON' ? '{"a":1}\n' : ''
    const [row] = await failWith([good + body], options)
    expect(row).toMatchObject({ file: 's3://lake/in/0', line: good === '' ? 1 : 2, code, reason })
  })

  it('may be a file that is not compressed as the COPY says', async () => {
    const [row] = await failWith([gzipSync('1,x,1\n'), '1,x,1\n'], 'CSV GZIP')
    expect(row).toMatchObject({ file: 's3://lake/in/1', line: 0, reason: 'Invalid gzip file: incorrect header check' })
    const [cut] = await failWith([gzipSync('1,x,1\n').subarray(0, 20)], 'CSV GZIP')
    expect(cut).toMatchObject({ file: 's3://lake/in/0', reason: expect.stringMatching(/^Invalid gzip file/) })
    for (const option of ['ZSTD', 'BZIP2']) {
      expect(await failWith(['1,x,1\n'], `CSV ${option}`)).toEqual([
        expect.objectContaining({ file: 's3://lake/in/0' }),
      ])
    }
  })

  it('may be a file that is not encoded as the COPY says', async () => {
    const [row] = await failWith(['1,x,1\n'], 'CSV ENCODING UTF16')
    expect(row).toMatchObject({ file: 's3://lake/in/0', line: 0, code: 1221 })
  })
})

describe('load errors', () => {
  it('can be read after the rollback, by any session of the same user and nobody else', async () => {
    await client.rows('BEGIN')
    const bad = 'x,x,1\n'
    world.objects.put('lake/bad.csv', bad)
    await client.failure(`COPY t FROM 's3://lake/bad.csv' ${ROLE} CSV`)
    await client.rows('ROLLBACK')
    const mine = `session_id = ${client.pid} AND file_name = 's3://lake/bad.csv'`
    expect(await errors(client, mine)).toHaveLength(1)
    expect(await errors(await world.connect(), mine)).toHaveLength(1)
    expect(await errors(await world.connect({ user: 'reader', password: 'reader-password' }), mine)).toEqual([])
    expect(await world.redshift.admin(`SELECT 1 AS x FROM sys_load_error_detail WHERE ${mine}`)).toHaveLength(1)
  })

  it('have the columns of SYS_LOAD_ERROR_DETAIL, with the backend as session', async () => {
    await failWith(['x,x,1\n'], 'CSV')
    const [row] = await client.rows('SELECT * FROM sys_load_error_detail WHERE query_id = pg_last_copy_id()')
    expect(Object.keys(row ?? {})).toEqual([
      'user_id',
      'query_id',
      'transaction_id',
      'session_id',
      'database_name',
      'table_id',
      'start_time',
      'file_name',
      'line_number',
      'column_name',
      'column_type',
      'column_length',
      'position',
      'error_code',
      'error_message',
    ])
    expect(row).toMatchObject({ session_id: client.pid, database_name: 'dev', start_time: expect.any(Date) })
    expect(String(row?.['file_name'])).toHaveLength(256)
  })

  it('are in STL_LOAD_ERRORS as well, with the raw line and field', async () => {
    await failWith(['1,x,1\nnope,x,1\n'], 'CSV')
    const [row] = await client.rows('SELECT * FROM stl_load_errors WHERE query = pg_last_copy_id()')
    const trimmed = Object.fromEntries(Object.entries(row ?? {}).map(([key, value]) => [key, String(value).trimEnd()]))
    expect(trimmed).toMatchObject({
      session: String(client.pid),
      filename: 's3://lake/in/0',
      line_number: '2',
      colname: 'a',
      raw_line: 'nope,x,1',
      raw_field_value: 'nope',
      err_code: '1207',
      err_reason: "Invalid digit, Value 'n', Pos 0, Type: Integer",
    })
  })

  it('cut a file name at 256 bytes, never inside a character', async () => {
    const key = `long/${'é'.repeat(200)}`
    world.objects.put(`lake/${key}`, 'x,x,1\n')
    await client.failure(`COPY t FROM 's3://lake/long/' ${ROLE} CSV`)
    const [row] = await errors(client)
    expect(row?.['file']).toBe(Buffer.from(`s3://lake/${key}`).subarray(0, 255).toString())
  })

  it('give a failed load an id that pg_last_copy_id() knows, and no count', async () => {
    await failWith(['x,x,1\n'], 'CSV')
    const [history] = await client.rows(
      'SELECT status, error_count, loaded_rows FROM sys_load_history WHERE query_id = pg_last_copy_id()',
    )
    expect(history).toEqual({ status: 'aborted', error_count: '1', loaded_rows: '0' })
  })
})

describe('MAXERROR', () => {
  const body = '1,x,1\nbad,x,1\n2,x,1\nbad,x,1\n'

  it('lets fewer bad rows than that pass and says so', async () => {
    world.objects.put('lake/some.csv', body)
    await client.rows(`COPY t FROM 's3://lake/some.csv' ${ROLE} CSV MAXERROR 3`)
    expect(await client.values('SELECT a FROM t ORDER BY a')).toEqual([1, 2])
    expect(await client.values('SELECT pg_last_copy_count()')).toEqual(['2'])
    expect(client.notices.slice(-2)).toEqual([
      "Load into table 't' completed, 2 record(s) loaded successfully.",
      "Load into table 't' completed, 2 record(s) could not be loaded.  Check 'stl_load_errors' system table for details.",
    ])
    expect((await errors(client)).map(({ line }) => line)).toEqual([2, 4])
  })

  it('notes the first errors of each file, so that a file of rubbish hides no other', async () => {
    world.objects.put('lake/rubbish/a.csv', 'bad,x,1\n'.repeat(3_000))
    world.objects.put('lake/rubbish/b.csv', '1,x,1\nbad,x,1\n')
    await client.rows(`COPY t FROM 's3://lake/rubbish/' ${ROLE} CSV NOLOAD MAXERROR 100000`)
    const noted = await errors(client)
    expect(noted.filter(({ file }) => file === 's3://lake/rubbish/a.csv').map(({ line }) => line)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 1),
    )
    expect(noted.filter(({ file }) => file === 's3://lake/rubbish/b.csv')).toMatchObject([{ line: 2, col: 'a' }])
  })

  it('fails at that many', async () => {
    expect(await failWith([body], 'CSV MAXERROR 2')).toHaveLength(2)
  })

  it('of 0 and 1 fails at the first', async () => {
    expect(await failWith([body], 'CSV MAXERROR 0')).toHaveLength(1)
    expect(await failWith([body], 'CSV MAXERROR 1')).toHaveLength(1)
  })

  it('has no limit with IGNOREALLERRORS', async () => {
    world.objects.put('lake/some.csv', `${body}{"\n`)
    await client.rows(`COPY t FROM 's3://lake/some.csv' ${ROLE} CSV IGNOREALLERRORS`)
    expect(await client.values('SELECT count(*)::int FROM t')).toEqual([2])
  })
})
