import type { SchemaElement } from 'hyparquet'
import type { ColumnSource } from 'hyparquet-writer'
import { ROLE, startTestRedshift, type TestClient, type TestRedshift } from './a-redshift'

let world: TestRedshift
let client: TestClient
beforeAll(async () => {
  world = await startTestRedshift()
  client = await world.connect()
  await client.rows('CREATE TABLE t (a bigint, b varchar(5))')
})
afterAll(() => world.stop())
beforeEach(() => client.rows('TRUNCATE t'))

/** Writes a Parquet file into the lake. */
async function put(
  key: string,
  columnData: ColumnSource[],
  schema?: SchemaElement[],
  rowGroupSize = 1_000,
): Promise<number> {
  const { parquetWriteBuffer } = await import('hyparquet-writer')
  const body = new Uint8Array(
    parquetWriteBuffer({ columnData, rowGroupSize, ...(schema === undefined ? {} : { schema }) }),
  )
  world.objects.put(`lake/${key}`, body)
  return body.length
}

const copy = (key: string, table = 't', options = '') =>
  `COPY ${table} FROM 's3://lake/${key}' ${ROLE} FORMAT AS PARQUET ${options}`

const URL_OF = (key: string) => `https://s3.eu-west-1.amazonaws.com/lake/${key}`

it('is loaded by position, whatever the columns are called', async () => {
  await put('p', [
    { name: 'b', data: [1n, null], type: 'INT64' },
    { name: 'a', data: ['x', null], type: 'STRING' },
  ])
  await client.rows(copy('p'))
  expect(await client.rows('SELECT * FROM t')).toEqual([
    { a: '1', b: 'x' },
    { a: null, b: null },
  ])
  expect(client.notices).toContain("Load into table 't' completed, 2 record(s) loaded successfully.")
})

it('keeps every digit of decimals and every microsecond of timestamps', async () => {
  await client.rows(`CREATE TABLE exact (
    d decimal(30,4), e decimal(18,2), t timestamp, m timestamp, n timestamptz, day date, i bigint, s smallint, f real)`)
  const sixteen = Buffer.alloc(16, 0xff)
  sixteen.writeBigInt64BE(-1234567890123456789n, 8)
  const optional = { repetition_type: 'OPTIONAL' } as const
  const at = (unit: 'MILLIS' | 'MICROS' | 'NANOS') => ({ type: 'TIMESTAMP', isAdjustedToUTC: false, unit }) as const
  const decimal = (precision: number, scale: number) =>
    ({ precision, scale, logical_type: { type: 'DECIMAL', precision, scale } }) as const
  const columns: [SchemaElement, ColumnSource['data'], unknown][] = [
    [
      { name: 'd', type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, ...optional, ...decimal(30, 4) },
      [new Uint8Array(sixteen)],
      '-123456789012345.6789',
    ],
    [{ name: 'e', type: 'INT64', ...optional, ...decimal(18, 2) }, [9007199254740993n], '90071992547409.93'],
    [
      { name: 't', type: 'INT64', ...optional, logical_type: at('MICROS') },
      [1709251199123456n],
      '2024-02-29 23:59:59.123456',
    ],
    [{ name: 'm', type: 'INT64', ...optional, logical_type: at('MILLIS') }, [-1n], '1969-12-31 23:59:59.999'],
    [{ name: 'n', type: 'INT64', ...optional, logical_type: at('NANOS') }, [-1n], '1969-12-31 23:59:59.999999+00'],
    [{ name: 'day', type: 'INT32', ...optional, converted_type: 'DATE' }, [new Date('2024-02-29')], '2024-02-29'],
    [{ name: 'i', type: 'INT64', ...optional }, [9223372036854775807n], '9223372036854775807'],
    [{ name: 's', type: 'INT32', ...optional }, [-32768], '-32768'],
    [{ name: 'f', type: 'FLOAT', ...optional }, [0.5], '0.5'],
  ]
  await put(
    'exact',
    columns.map(([{ name }, data]) => ({ name, data })),
    [{ name: 'root', num_children: columns.length }, ...columns.map(([element]) => element)],
  )
  await client.rows(copy('exact', 'exact'))
  const names = columns.map(([{ name }]) => `${name}::text`).join(', ')
  const [row] = await client.rows(`SELECT ${names} FROM exact`)
  expect(Object.values(row ?? {})).toEqual(columns.map(([, , text]) => text))
})

it('streams many row groups', async () => {
  const count = 200_000
  await put(
    'many',
    [
      { name: 'a', data: Array.from({ length: count }, (_, i) => BigInt(i)), type: 'INT64' },
      { name: 'b', data: Array.from({ length: count }, (_, i) => `${i % 1000}`), type: 'STRING' },
    ],
    undefined,
    150_000,
  )
  await client.rows(copy('many'))
  expect(await client.rows('SELECT count(*)::int AS rows, sum(a)::text AS sum, max(b) AS b FROM t')).toEqual([
    { rows: count, sum: String((count * (count - 1)) / 2), b: '999' },
  ])
})

describe('fails as a Spectrum Scan Error whose detail names the file, without a load error row:', () => {
  const failure = async (sql: string) => {
    const before = await client.values('SELECT count(*)::int FROM sys_load_error_detail')
    const { code, message, detail } = await client.failure(sql)
    expect({ code, message }).toEqual({ code: 'XX000', message: 'Spectrum Scan Error' })
    expect(await client.values('SELECT count(*)::int FROM sys_load_error_detail')).toEqual(before)
    return detail
  }

  it('what is no Parquet', async () => {
    world.objects.put('lake/text and more.parquet', 'this is no parquet')
    expect(await failure(copy('text and more.parquet'))).toContain(
      `File '${URL_OF('text%20and%20more.parquet')}' has an invalid version number: this`,
    )
    world.objects.put('lake/empty.parquet', '')
    expect(await failure(copy('empty.parquet'))).toContain(URL_OF('empty.parquet'))
  })

  it('another number of columns', async () => {
    await put('one', [{ name: 'a', data: [1n], type: 'INT64' }])
    expect(await failure(copy('one'))).toContain(
      `Unmatched number of columns between table and file. Table columns: 2, Data columns: 1, File name: ${URL_OF('one')}`,
    )
  })

  it('a type that does not fit', async () => {
    await put('types', [
      { name: 'a', data: ['x'], type: 'STRING' },
      { name: 'b', data: ['x'], type: 'STRING' },
    ])
    expect(await failure(copy('types'))).toContain(
      `File '${URL_OF('types')}' has an incompatible Parquet schema for column 'a'`,
    )
  })

  it('a text that is too long', async () => {
    await put('long', [
      { name: 'a', data: [1n], type: 'INT64' },
      { name: 'b', data: ['éééx'], type: 'STRING' },
    ])
    expect(await failure(copy('long'))).toContain(
      'The length of the data column b is longer than the length defined in the table. Table: 5, Data: 7',
    )
  })
})

it('may miss trailing columns with FILLRECORD', async () => {
  await put('one', [{ name: 'a', data: [1n], type: 'INT64' }])
  await client.rows(copy('one', 't', 'FILLRECORD'))
  expect(await client.rows('SELECT * FROM t')).toEqual([{ a: '1', b: '' }])
})

it('needs content_length in its manifest', async () => {
  const size = await put('p', [
    { name: 'a', data: [1n], type: 'INT64' },
    { name: 'b', data: ['x'], type: 'STRING' },
  ])
  const manifest = (meta: object) =>
    world.objects.put('lake/m', JSON.stringify({ entries: [{ url: 's3://lake/p', mandatory: true, ...meta }] }))
  manifest({})
  expect((await client.failure(copy('m', 't', 'MANIFEST'))).message).toMatch(/content_length/)
  manifest({ meta: { content_length: size } })
  await client.rows(copy('m', 't', 'MANIFEST'))
  expect(await client.values('SELECT count(*)::int FROM t')).toEqual([1])
})
