import { gzipSync } from 'node:zlib'
import { ROLE, startTestRedshift, type TestClient, type TestRedshift } from './a-redshift'

let world: TestRedshift
let client: TestClient
beforeAll(async () => {
  world = await startTestRedshift()
  client = await world.connect()
  await client.rows('CREATE TABLE t (a varchar(200), b varchar(200))')
  await client.rows('CREATE TABLE n (i int, v varchar(20), c char(5))')
})
afterAll(() => world.stop())

/** Loads one file and gives the table's rows as arrays. */
async function load(body: string | Uint8Array, options: string, table = 't'): Promise<unknown[][]> {
  await client.rows(`TRUNCATE ${table}`)
  world.objects.put('lake/file', body)
  await client.rows(`COPY ${table} FROM 's3://lake/file' ${ROLE} ${options}`)
  return (await client.rows(`SELECT * FROM ${table}`)).map((row) => Object.values(row))
}

describe('CSV', () => {
  it.each<[string, string, string, unknown[][]]>([
    [
      'has commas, and quotes where needed',
      'a,b\n"a,a","b ""b"""\n',
      'CSV',
      [
        ['a', 'b'],
        ['a,a', 'b "b"'],
      ],
    ],
    [
      'may have line ends in quotes',
      '"one\ntwo",b\nc,d',
      'CSV',
      [
        ['one\ntwo', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'may end its lines with CR LF',
      'a,b\r\n"c","d"\r\n',
      'CSV',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['may have another delimiter and quote', "a|'b|'''\n", "CSV DELIMITER '|' QUOTE ''''", [['a', "b|'"]]],
    [
      'may have a delimiter of several characters',
      'a||b|c\n"x||y"||z\n',
      "CSV DELIMITER '||'",
      [
        ['a', 'b|c'],
        ['x||y', 'z'],
      ],
    ],
    ['keeps blanks, backslashes and tabs', ' a , b\\n\t\n', 'CSV', [[' a ', ' b\\n\t']]],
    ['skips header lines in every file', 'x,y\nx,y\na,b\n', 'CSV IGNOREHEADER 2', [['a', 'b']]],
    [
      'skips blank lines when told to',
      '\na,b\n  \n\nc,d\n\n',
      'CSV IGNOREBLANKLINES',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['knows the null string, but not in quotes', '\\N,"\\N"\n', 'CSV', [[null, '\\N']]],
    ['may have another null string', 'NULL,x\n', "CSV NULL AS 'NULL'", [[null, 'x']]],
    ['keeps empty text fields empty', ',""\n', 'CSV', [['', '']]],
    ['makes empty text fields NULL with EMPTYASNULL', ',""\n', 'CSV EMPTYASNULL', [[null, '']]],
    ['makes empty text fields NULL with NULL AS nothing', ',""\n', "CSV NULL AS ''", [[null, '']]],
    ['makes blank text fields NULL with BLANKSASNULL', '  ,x\n', 'CSV BLANKSASNULL', [[null, 'x']]],
    ['trims blanks behind a value with TRIMBLANKS', ' a  ,b \n', 'CSV TRIMBLANKS', [[' a', 'b']]],
    ['fills missing text with nothing with FILLRECORD', 'a\n', 'CSV FILLRECORD', [['a', '']]],
    ['fills missing text with NULL with FILLRECORD EMPTYASNULL', 'a\n', 'CSV FILLRECORD EMPTYASNULL', [['a', null]]],
  ])('%s', async (_, body, options, expected) => {
    expect(await load(body, options)).toEqual(expected)
  })

  it('makes empty and blank fields of other types NULL, quoted or not', async () => {
    expect(await load(',,\n"", ,x\n', 'CSV', 'n')).toEqual([
      [null, '', '     '],
      [null, ' ', 'x    '],
    ])
  })

  it('is the same however the bytes are cut into pieces', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => [`${i} "ü\n${'x'.repeat(i % 90)}`, i % 7 === 0 ? '' : `${i}`])
    const body = rows.map(([a, b]) => `"${a?.replaceAll('"', '""')}",${b}`).join('\r\n')
    const loaded = await load(body, 'CSV')
    expect(loaded.length).toBe(rows.length)
    const byNumber = (one: unknown[], other: unknown[]) =>
      Number.parseInt(`${one[0]}`, 10) - Number.parseInt(`${other[0]}`, 10)
    expect(loaded.sort(byNumber)).toEqual(rows)
  })
})

describe('delimited text', () => {
  it.each<[string, string, string, unknown[][]]>([
    [
      'has bars and lines, and nothing else is special',
      'a|"b"\n\\|c\n',
      '',
      [
        ['a', '"b"'],
        ['\\', 'c'],
      ],
    ],
    ['may have tabs', 'a\tb\n', "DELIMITER '\\t'", [['a', 'b']]],
    ['may have an octal delimiter', 'a\u0001b\n', "DELIMITER '\\001'", [['a', 'b']]],
    ['may have a delimiter of several characters', 'a~|b|~c\n', "DELIMITER '~|'", [['a', 'b|~c']]],
    [
      'may have escapes',
      'a\\|a\\\\|b\\\nb\n\\N|c\n',
      'ESCAPE',
      [
        ['a|a\\', 'b\nb'],
        [null, 'c'],
      ],
    ],
    [
      'may be rid of its quotes',
      '"a|a"|\'b\'\nc"|d\n',
      'REMOVEQUOTES',
      [
        ['a|a', 'b'],
        ['c"', 'd'],
      ],
    ],
    ['may be rid of quotes and escapes', '"a\\"|"|b\n', 'REMOVEQUOTES ESCAPE', [['a"|', 'b']]],
    ['takes the null string as it is written', '\\N|N\n', '', [[null, 'N']]],
    [
      'may end its lines with CR LF',
      'a|b\r\nc|d\r\n',
      '',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
  ])('%s', async (_, body, options, expected) => {
    expect(await load(body, options)).toEqual(expected)
  })
})

describe('FIXEDWIDTH', () => {
  it('cuts lines at the given widths, whatever the labels are', async () => {
    expect(await load('12 abc\n7   d\n', "FIXEDWIDTH AS 'x:3, y:3' TRIMBLANKS")).toEqual([
      ['12', 'abc'],
      ['7', ' d'],
    ])
  })
})

describe('JSON', () => {
  it('takes members by name, in lower case, and ignores the others', async () => {
    expect(await load('{"a":"x","b":"y","z":1}{"B":"no"}\n\n{"b": 1.50}', "JSON 'auto'")).toEqual([
      ['x', 'y'],
      [null, null],
      [null, '1.50'],
    ])
  })

  it('takes members in any case with auto ignorecase', async () => {
    expect(await load('{"A":"x","B":"y"}', "FORMAT AS JSON 'auto ignorecase'")).toEqual([['x', 'y']])
  })

  it('decodes strings and keeps what is nested as it is written', async () => {
    const body = '{"a": "\\u00e9\\ud83d\\ude00\\n\\"\\\\\\/", "b": {"k": [1, 2.10, "x"]}}'
    expect(await load(body, 'JSON')).toEqual([['é😀\n"\\/', '{"k": [1, 2.10, "x"]}']])
  })

  it('takes paths from a jsonpaths file', async () => {
    world.objects.put('lake/paths.json', JSON.stringify({ jsonpaths: ["$['x']['y'][1]", '$.a.b'] }))
    const body = '{"x": {"y": [1, "two"]}, "a": {"b": true}}\n{"x": 1}'
    expect(await load(body, "JSON 's3://lake/paths.json'")).toEqual([
      ['two', 'true'],
      [null, null],
    ])
  })

  it('takes arrays by position through jsonpaths', async () => {
    world.objects.put('lake/paths.json', JSON.stringify({ jsonpaths: ['$[1]', '$[0]'] }))
    expect(await load('["x", "y"]\n["z"]', "JSON 's3://lake/paths.json'")).toEqual([
      ['y', 'x'],
      [null, 'z'],
    ])
  })

  it('silently takes a file without the member jsonpaths for auto', async () => {
    world.objects.put('lake/paths.json', JSON.stringify({ paths: [] }))
    expect(await load('{"a": "x"}', "JSON 's3://lake/paths.json'")).toEqual([['x', null]])
  })

  it('refuses jsonpaths of another number, and wildcards', async () => {
    world.objects.put('lake/paths.json', JSON.stringify({ jsonpaths: ['$.a'] }))
    const sql = `COPY t FROM 's3://lake/file' ${ROLE} JSON 's3://lake/paths.json'`
    expect((await client.failure(sql)).message).toBe(
      'Number of jsonpaths and the number of columns should match. JSONPath size: 1, Number of columns in table or column list: 2',
    )
    world.objects.put('lake/paths.json', JSON.stringify({ jsonpaths: ['$.a[*]', '$.b'] }))
    expect((await client.failure(sql)).message).toMatch(/^Invalid JSONPath format/)
  })

  it('keeps a whole record in one SUPER column with noshred', async () => {
    await client.rows('CREATE TABLE docs (doc super)')
    expect(await load('{"a": 12345678901234567890.12}', "JSON 'noshred'", 'docs')).toHaveLength(1)
    expect(await client.values("SELECT doc->>'a' FROM docs")).toEqual(['12345678901234567890.12'])
    expect((await client.failure(`COPY t FROM 's3://lake/file' ${ROLE} JSON 'noshred'`)).message).toMatch(
      /single SUPER/,
    )
  })
})

describe('compression', () => {
  it('GZIP, of several members too', async () => {
    const body = Buffer.concat([gzipSync('a|b\n'), gzipSync('c|d\n')])
    expect(await load(body, 'GZIP')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
  })

  it('BZIP2', async () => {
    const body = Buffer.from('QlpoOTFBWSZTWWji01AAAADBgAAQMAAABCAAIZpoM00wvF3JFOFCQaOLTUA=', 'base64')
    expect(await load(body, 'BZIP2')).toEqual([['a', 'b']])
  })

  it('ZSTD', async () => {
    const body = Buffer.from('KLUv/QRYIQAAYXxiCi6owG0=', 'base64')
    expect(await load(body, 'ZSTD')).toEqual([['a', 'b']])
  })
})

describe('ENCODING', () => {
  it.each<[string, Buffer]>([
    ['ISO88591', Buffer.from('é|ü\n', 'latin1')],
    ['UTF16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('é|ü\n', 'utf16le')])],
    ['UTF16LE', Buffer.from('é|ü\n', 'utf16le')],
    ['UTF16BE', Buffer.from('é|ü\n', 'utf16le').swap16()],
    ['UTF8', Buffer.from('é|ü\n')],
  ])('%s', async (encoding, body) => {
    expect(await load(body, `ENCODING AS ${encoding}`)).toEqual([['é', 'ü']])
  })
})
