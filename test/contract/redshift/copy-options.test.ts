import { ROLE, startTestRedshift, type TestClient, type TestRedshift } from './a-redshift'

let world: TestRedshift
let client: TestClient
beforeAll(async () => {
  world = await startTestRedshift()
  client = await world.connect()
  await client.rows('CREATE TABLE t (a varchar(20), b varchar(20))')
  await client.rows('CREATE TABLE "Odd" ("Column One" int, b int)')
  world.objects.put('lake/t.txt', 'x|y\n')
  world.objects.put('lake/odd.csv', '1,2\n')
})
afterAll(() => world.stop())

const copy = (options: string) => `COPY t FROM 's3://lake/t.txt' ${options}`

describe('the grammar of COPY', () => {
  it.each([
    `${ROLE}`,
    `iam_role default`,
    `IAM_ROLE 'arn:aws:iam::123456789012:role/a,arn:aws:iam::210987654321:role/path/b'`,
    `DELIMITER AS '|' ${ROLE}`,
    `${ROLE} delimiter '\\174'`,
    `NULL '\\\\N' ${ROLE}`,
    `${ROLE} MAXERROR AS 3 IGNOREHEADER AS 0 COMPUPDATE OFF STATUPDATE ON COMPROWS 1000 REGION AS 'eu-west-1'`,
    `${ROLE} DATEFORMAT AS 'auto' TIMEFORMAT 'epochsecs' ACCEPTANYDATE TRIMBLANKS TRUNCATECOLUMNS ROUNDEC`,
    `${ROLE} ACCEPTINVCHARS AS '^' BLANKSASNULL EMPTYASNULL FILLRECORD IGNOREBLANKLINES ENCODING AS UTF8 -- the end`,
    `${ROLE} COMPUPDATE PRESET NOLOAD ESCAPE REMOVEQUOTES`,
    `/* first */ ${ROLE} FORMAT AS CSV DELIMITER '|' QUOTE AS '%'`,
    `${ROLE} FORMAT CSV DELIMITER '|'`,
    `${ROLE} FIXEDWIDTH 'one:2,two:1'`,
  ])('takes %s', async (options) => {
    await client.rows(copy(options))
  })

  it('takes a quoted table name and a quoted column list, in lower case as Redshift folds them', async () => {
    await client.rows('CREATE TABLE folded (one int, two int)')
    await client.rows(`COPY "public"."FOLDED" ("TWO", one) FROM 's3://lake/odd.csv' ${ROLE} CSV`)
    expect(await client.rows('SELECT * FROM folded')).toEqual([{ one: 2, two: 1 }])
  })

  it.each([
    [`${ROLE} FOO`, 'foo'],
    [`${ROLE} DELIMITER`, undefined],
    [`${ROLE} IGNOREHEADER 'x'`, 'x'],
    [`${ROLE} IGNOREHEADER -1`, '-'],
    [`${ROLE} CSV,`, ','],
    [`IAM_ROLE arn`, 'arn'],
  ])('calls %s a syntax error', async (options, near) => {
    expect(await client.failure(copy(options))).toMatchObject({
      code: '42601',
      message: near === undefined ? 'syntax error at end of input' : `syntax error at or near "${near}"`,
    })
  })

  it('refuses an option that is given twice', async () => {
    expect(await client.failure(copy(`${ROLE} CSV CSV`))).toMatchObject({ message: 'conflicting or redundant options' })
  })

  it('has no place for parameters', async () => {
    expect(await client.failure(`COPY t FROM 's3://lake/t.txt' IAM_ROLE $1`, ['x'])).toMatchObject({
      code: '42601',
      message: 'syntax error at or near "$1"',
    })
    expect(await client.values('SELECT 1')).toEqual([1])
  })

  it('works as a statement without parameters in the extended protocol', async () => {
    await client.raw.query({ text: copy(ROLE), name: 'load', values: [] })
    await client.raw.query({ text: copy(ROLE), name: 'load', values: [] })
  })
})

describe('who may read S3', () => {
  it.each([
    '',
    `IAM_ROLE 'SESSION'`,
    `IAM_ROLE 'my-role'`,
    `IAM_ROLE 'arn:aws:iam::123456789012:role/a, arn:aws:iam::123456789012:role/b'`,
    `ACCESS_KEY_ID 'a' SECRET_ACCESS_KEY 'b'`,
    `CREDENTIALS 'aws_access_key_id=a;aws_secret_access_key=b'`,
    `CREDENTIALS 'aws_iam_role=arn:aws:iam::123456789012:role/a'`,
    `${ROLE} CREDENTIALS 'aws_iam_role=arn:aws:iam::123456789012:role/a'`,
    `${ROLE} ENCRYPTED`,
    `${ROLE} MASTER_SYMMETRIC_KEY 'x'`,
  ])('is not settled by %s', async (options) => {
    expect((await client.failure(copy(options))).message).toMatch(
      /CREDENTIALS argument is not supplied|Invalid credentials|is not supported|redundant|embedded|encryption/,
    )
  })
})

describe('options that exclude each other', () => {
  it.each([
    ['CSV', "FIXEDWIDTH 'a:1'"],
    ['CSV', 'REMOVEQUOTES'],
    ['CSV', 'ESCAPE'],
    ['CSV', "JSON 'auto'"],
    ["DELIMITER ','", "FIXEDWIDTH 'a:1'"],
    ["DELIMITER ','", "JSON 'auto'"],
    ["DELIMITER ','", 'AVRO'],
    ["DELIMITER ','", 'SHAPEFILE'],
    ["FIXEDWIDTH 'a:1'", 'ESCAPE'],
    ["FIXEDWIDTH 'a:1'", 'JSON'],
    ["FIXEDWIDTH 'a:1'", 'SHAPEFILE'],
    ['REMOVEQUOTES', 'JSON'],
    ['REMOVEQUOTES', 'SHAPEFILE'],
    ['ESCAPE', 'JSON'],
    ['ESCAPE', 'SHAPEFILE'],
    ['JSON', 'FILLRECORD'],
    ['JSON', 'IGNOREBLANKLINES'],
    ['JSON', "NULL AS 'x'"],
    ['JSON', 'READRATIO 5'],
    ['JSON', 'PARQUET'],
    ['MAXERROR 5', 'IGNOREALLERRORS'],
    ['GZIP', 'ZSTD'],
    ['PARQUET', "DELIMITER ','"],
    ['ORC', 'CSV'],
  ])('%s and %s, in either order', async (one, other) => {
    for (const options of [`${one} ${other}`, `${other} ${one}`]) {
      expect(await client.failure(copy(`${ROLE} ${options}`))).toMatchObject({
        code: '0A000',
        message: expect.stringMatching(/is not compatible with|is not supported for/),
      })
    }
  })

  it.each([
    ['REGION', "REGION 'eu-west-1'"],
    ['MAXERROR', 'MAXERROR 1'],
    ['IGNOREALLERRORS', 'IGNOREALLERRORS'],
    ['ACCEPTANYDATE', 'ACCEPTANYDATE'],
    ['GZIP', 'GZIP'],
    ['IGNOREHEADER', 'IGNOREHEADER 1'],
    ['TRUNCATECOLUMNS', 'TRUNCATECOLUMNS'],
    ['COMPUPDATE', 'COMPUPDATE OFF'],
    ['NOLOAD', 'NOLOAD'],
    ['NULL AS', "NULL AS 'x'"],
    ['ENCODING', 'ENCODING utf8'],
  ])('columnar formats and %s', async (name, option) => {
    expect(await client.failure(copy(`${ROLE} PARQUET ${option}`))).toMatchObject({
      code: '0A000',
      message: `${name} argument is not supported for PARQUET based COPY`,
    })
    expect((await client.failure(copy(`${ROLE} ${option} FORMAT ORC`))).message).toBe(
      `${name} argument is not supported for ORC based COPY`,
    )
  })

  it('allows QUOTE only with CSV, and only one character', async () => {
    expect((await client.failure(copy(`${ROLE} QUOTE '%'`))).message).toBe('QUOTE is only supported with CSV')
    expect((await client.failure(copy(`${ROLE} CSV QUOTE '%%'`))).code).toBe('42601')
  })

  it('limits MAXERROR to 100,000', async () => {
    expect((await client.failure(copy(`${ROLE} MAXERROR 100001`))).message).toMatch(/MAXERROR/)
  })
})

describe('formats that the embedded environment cannot read', () => {
  it.each(['AVRO', "AVRO 'auto'", 'ORC', 'SHAPEFILE', 'SHAPEFILE SIMPLIFY AUTO', 'LZOP'])('%s', async (format) => {
    expect((await client.failure(copy(`${ROLE} ${format}`))).message).toBe(
      `the embedded environment can't read ${format.split(' ')[0]}`,
    )
  })
})

describe('the table', () => {
  it('must be there', async () => {
    expect(await client.failure(`COPY nowhere FROM 's3://lake/t.txt' ${ROLE}`)).toMatchObject({
      code: '42P01',
      message: 'relation "nowhere" does not exist',
    })
    expect((await client.failure(`COPY s.nowhere FROM 's3://lake/t.txt' ${ROLE}`)).message).toBe(
      'relation "s.nowhere" does not exist',
    )
  })

  it('must be insertable for the user of the session', async () => {
    await world.redshift.admin('CREATE TABLE guarded (a varchar(9), b varchar(9)); GRANT SELECT ON guarded TO etl')
    const load = `COPY guarded FROM 's3://lake/t.txt' ${ROLE}`
    expect(await client.failure(load)).toMatchObject({
      code: '42501',
      message: 'permission denied for relation guarded',
    })
    await world.redshift.admin('GRANT INSERT ON guarded TO etl')
    await client.rows(load)
  })

  it('must have the listed columns, each once', async () => {
    expect(await client.failure(`COPY t (a, z) FROM 's3://lake/t.txt' ${ROLE}`)).toMatchObject({
      code: '42703',
      message: 'column "z" of relation "t" does not exist',
    })
    expect(await client.failure(`COPY t (a, a) FROM 's3://lake/t.txt' ${ROLE}`)).toMatchObject({ code: '42701' })
  })

  it('fills columns that are not listed with their defaults', async () => {
    await client.rows("CREATE TABLE defaulted (a varchar(5), b varchar(5), c varchar(5) DEFAULT 'c', d int)")
    await client.rows(`COPY defaulted (b, a) FROM 's3://lake/t.txt' ${ROLE}`)
    expect(await client.rows('SELECT * FROM defaulted')).toEqual([{ a: 'y', b: 'x', c: 'c', d: null }])
  })

  it('may be temporary', async () => {
    await client.rows('CREATE TEMP TABLE staged (LIKE t)')
    await client.rows(`COPY staged FROM 's3://lake/t.txt' ${ROLE}`)
    expect(await client.rows('SELECT * FROM staged')).toEqual([{ a: 'x', b: 'y' }])
  })

  it('leaves IDENTITY columns out, unless EXPLICIT_IDS puts them in', async () => {
    await client.rows('CREATE TABLE numbered (id int IDENTITY(10, 10), a varchar(5))')
    world.objects.put('lake/a.csv', 'x\n')
    world.objects.put('lake/id.csv', '7,y\n')
    await client.rows(`COPY numbered FROM 's3://lake/a.csv' ${ROLE} CSV`)
    await client.rows(`COPY numbered FROM 's3://lake/id.csv' ${ROLE} CSV EXPLICIT_IDS`)
    await client.rows(`COPY numbered (id, a) FROM 's3://lake/id.csv' ${ROLE} CSV EXPLICIT_IDS`)
    expect(await client.rows('SELECT * FROM numbered ORDER BY id, a')).toEqual([
      { id: 7, a: 'y' },
      { id: 7, a: 'y' },
      { id: 10, a: 'x' },
    ])
    await client.failure(`COPY numbered (id, a) FROM 's3://lake/id.csv' ${ROLE} CSV`)
    await client.failure(`COPY numbered (a) FROM 's3://lake/a.csv' ${ROLE} CSV EXPLICIT_IDS`)
  })
})
