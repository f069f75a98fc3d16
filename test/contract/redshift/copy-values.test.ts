import { ROLE, startTestRedshift, type TestClient, type TestRedshift } from './a-redshift'

let world: TestRedshift
let client: TestClient
beforeAll(async () => {
  world = await startTestRedshift()
  client = await world.connect()
})
afterAll(() => world.stop())

let tables = 0

async function tableOf(type: string, value: string): Promise<string> {
  const table = `v${++tables}`
  await client.rows(`CREATE TABLE ${table} (x ${type})`)
  world.objects.put(`lake/${table}`, value)
  return `COPY ${table} FROM 's3://lake/${table}' ${ROLE} CSV`
}

/** What a field becomes in a column of a type, as text. */
async function loaded(type: string, value: string, options = ''): Promise<unknown> {
  const copy = await tableOf(type, `${value}\n`)
  await client.rows(`${copy} ${options}`)
  return (await client.values(`SELECT x::text FROM v${tables}`))[0]
}

/** What the load error table says about a field. */
async function refused(type: string, value: string | Buffer, options = ''): Promise<[unknown, unknown]> {
  const copy = await tableOf(type, '')
  world.objects.put(`lake/v${tables}`, Buffer.concat([Buffer.from(value), Buffer.from('\n')]))
  expect((await client.failure(`${copy} ${options}`)).message).toMatch(/^Load into table/)
  const [error] = await client.rows(
    'SELECT error_code, trim(error_message) AS reason FROM sys_load_error_detail WHERE query_id = pg_last_copy_id()',
  )
  return [error?.['error_code'], error?.['reason']]
}

describe('values that are taken', () => {
  it.each<[string, string, string, string | null]>([
    ['smallint', '-32768', '', '-32768'],
    ['int', '+2147483647', '', '2147483647'],
    ['int', ' 0000000000012 ', '', '12'],
    ['bigint', '9223372036854775807', '', '9223372036854775807'],
    ['bigint', '-9223372036854775808', '', '-9223372036854775808'],
    ['decimal(38,2)', '123456789012345678901234567890123456.78', '', '123456789012345678901234567890123456.78'],
    ['decimal(10,2)', '1.999', '', '1.99'],
    ['decimal(10,2)', '-1.999', '', '-1.99'],
    ['decimal(10,2)', '1.995', 'ROUNDEC', '2.00'],
    ['decimal(10,2)', '-0.005', 'ROUNDEC', '-0.01'],
    ['decimal(10,2)', '.5', '', '0.50'],
    ['decimal(10,0)', '.9', '', '0'],
    ['decimal(10,0)', '7.9', '', '7'],
    ['decimal(10,2)', '1.25e3', '', '1250.00'],
    ['decimal(10,3)', '125E-3', '', '0.125'],
    ['double precision', '1.7976931348623157e308', '', '1.7976931348623157e+308'],
    ['double precision', 'NaN', '', 'NaN'],
    ['real', '0.1', '', '0.1'],
    ['boolean', 'YES', '', 'true'],
    ['boolean', '0', '', 'false'],
    ['char(3)', 'ab', '', 'ab'],
    ['varchar(2)', 'é', '', 'é'],
    ['varchar(4)', 'éééé', 'TRUNCATECOLUMNS', 'éé'],
    ['varchar(5)', 'éééé', 'TRUNCATECOLUMNS', 'éé'],
    ['date', '2024-02-29', '', '2024-02-29'],
    ['date', '2024-02-29 12:00:00', '', '2024-02-29'],
    ['date', '29.02.2024', "DATEFORMAT 'DD.MM.YYYY'", '2024-02-29'],
    ['date', '29-Feb-2024', "DATEFORMAT AS 'DD-MON-YYYY'", '2024-02-29'],
    ['date', '02/29/24', "DATEFORMAT 'MM/DD/YY'", '2024-02-29'],
    ['date', '20240229', "DATEFORMAT 'auto'", '2024-02-29'],
    ['date', '"Feb 29, 2024"', "DATEFORMAT 'auto'", '2024-02-29'],
    ['date', '00/00/00 00:00:00', "DATEFORMAT 'auto' ACCEPTANYDATE", null],
    ['timestamp', '2024-02-29 23:59:59.123456', '', '2024-02-29 23:59:59.123456'],
    ['timestamp', '2024-02-29 23:59:59', '', '2024-02-29 23:59:59'],
    ['timestamp', '2024-02-29T23:59:59Z', "TIMEFORMAT 'auto'", '2024-02-29 23:59:59'],
    ['timestamp', '02/29/2024 11:59:59 PM', "TIMEFORMAT 'MM/DD/YYYY HH12:MI:SS AM'", '2024-02-29 23:59:59'],
    ['timestamp', '1709251199', "TIMEFORMAT 'epochsecs'", '2024-02-29 23:59:59'],
    ['timestamp', '1709251199123', "TIMEFORMAT 'epochmillisecs'", '2024-02-29 23:59:59.123'],
    ['timestamptz', '2024-02-29 23:59:59+02', '', '2024-02-29 21:59:59+00'],
    ['timestamptz', '2024-02-29 23:59:59 Europe/Berlin', '', '2024-02-29 22:59:59+00'],
    ['time', '23:59:59.5', '', '23:59:59.5'],
    ['varbyte(4)', 'c0ffee', '', '\\xc0ffee'],
    ['super', '"{""a"": 1.10}"', '', '{"a": 1.10}'],
    ['varchar(9)', '\\t', '', '\\t'],
  ])('%s: %s %s', async (type, value, options, expected) => {
    expect(await loaded(type, value, options)).toBe(expected)
  })
})

describe('values that fail the load', () => {
  it.each<[string, string, string, number, string]>([
    ['int', '12x', '', 1207, "Invalid digit, Value 'x', Pos 2, Type: Integer"],
    ['int', '1.0', '', 1207, "Invalid digit, Value '.', Pos 1, Type: Integer"],
    ['int', '2147483648', '', 1204, "Overflow, Value '2147483648', Type: Integer"],
    ['smallint', '-32769', '', 1204, "Overflow, Value '-32769', Type: Short"],
    ['bigint', '9223372036854775808', '', 1204, "Overflow, Value '9223372036854775808', Type: Long"],
    ['decimal(4,2)', '100', '', 1204, "Overflow, Value '100', Type: Decimal"],
    ['decimal(4,2)', '99.999', 'ROUNDEC', 1204, "Overflow, Value '99.999', Type: Decimal"],
    ['decimal(4,2)', '1,5'.replace(',', '_'), '', 1207, "Invalid digit, Value '_', Pos 1, Type: Decimal"],
    ['double precision', 'one', '', 1208, 'Invalid floating-point value'],
    ['real', '1e39', '', 1204, "Overflow, Value '1e39', Type: Float"],
    ['boolean', 'maybe', '', 1210, 'Unknown boolean format'],
    ['varchar(3)', 'éé', '', 1204, 'String length exceeds DDL length'],
    [
      'char(9)',
      'é',
      '',
      1220,
      'Multibyte character not supported for CHAR (Hint: try using VARCHAR). Invalid char: c3 a9',
    ],
    ['date', '2023-02-29', '', 1205, 'Invalid Date Format - length must be 10 or more'],
    ['date', '29/02/2024', "DATEFORMAT 'YYYY/MM/DD'", 1205, 'Invalid Date format or value [YYYY/MM/DD]'],
    ['timestamp', '2024-02-29T23:59:59Z', '', 1206, 'Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]'],
    ['timestamp', '2024-02-29 24:00:00', '', 1206, 'Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]'],
    [
      'timestamptz',
      '2024-02-29 23:59:59 Nowhere/City',
      '',
      1206,
      'Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]',
    ],
    ['super', '{broken', '', 1216, 'Invalid value.'],
    ['int not null', '""', '', 1213, 'Missing data for not-null field'],
    ['varchar(9) not null', '\\N', '', 1213, 'Missing data for not-null field'],
    ['date not null', 'x', "DATEFORMAT 'auto' ACCEPTANYDATE", 1213, 'Missing data for not-null field'],
  ])('%s: %s %s', async (type, value, options, code, reason) => {
    expect(await refused(type, value, options)).toEqual([code, reason])
  })

  it('invalid UTF-8, unless ACCEPTINVCHARS replaces every byte of it', async () => {
    const body = Buffer.from([0x61, 0xff, 0xe2, 0x82, 0x62])
    expect(await refused('varchar(9)', body)).toEqual([1220, expect.stringMatching(/Bad UTF8 hex sequence: ffe28262/)])
    const copy = await tableOf('varchar(9)', '')
    world.objects.put(`lake/v${tables}`, body)
    await client.rows(`${copy} ACCEPTINVCHARS '^'`)
    expect(await client.values(`SELECT x FROM v${tables}`)).toEqual(['a^^^b'])
    await client.rows(`${copy} ACCEPTINVCHARS`)
    expect(await client.values(`SELECT x FROM v${tables}`)).toEqual(['a^^^b', 'a???b'])
  })
})

it('refuses a format with letters that nobody knows', async () => {
  expect((await client.failure(`${await tableOf('date', 'x')} DATEFORMAT 'QQ'`)).message).toBe(
    'Invalid DATEFORMAT string: QQ',
  )
})
