import { gzipSync } from 'node:zlib'
import { type Local, startForTest } from './local'

describe('a file of each format, through a route that asks for it', () => {
  let local: Local
  beforeAll(async () => {
    local = await startForTest({
      settings: {
        routes: [
          { match: '{table}/**', into: {} },
          {
            match: 'bars/**',
            into: {
              table: 'things',
              format: 'delimited',
              delimited: {
                delimiter: '~',
                escape: true,
                removeQuotes: true,
                headerLines: 1,
                ignoreBlankLines: true,
                nullText: 'NA',
                emptyAsNull: true,
                dateFormat: 'DD.MM.YYYY',
                truncateColumns: true,
                trimBlanks: true,
              },
            },
          },
          {
            match: 'widths/**',
            into: {
              table: 'things',
              format: 'fixedwidth',
              columns: ['name', 'price', 'day'],
              compUpdate: 'off',
              statUpdate: 'off',
              fixedwidth: {
                fields: [
                  { label: 'name', width: 6 },
                  { label: 'price', width: 6 },
                  { label: 'day', width: 10 },
                ],
                roundDec: true,
                blanksAsNull: true,
                acceptAnyDate: true,
              },
            },
          },
          {
            match: 'latin/**',
            into: { table: 'things', csv: { encoding: 'iso88591', fillRecord: true, roundDec: true } },
          },
          { match: 'broken/**', into: { table: 'things', csv: { acceptInvChars: '^' } } },
          { match: 'epochs/**', into: { table: 'moments', json: { timeFormat: 'epochmillisecs' } } },
          { match: 'whole/**', into: { table: 'documents', format: 'json', json: { paths: 'noshred' } } },
          { match: 'numbered/**', into: { table: 'numbered', explicitIds: true, parquet: { fillRecord: true } } },
        ],
      },
    })
    await local.table('public.things', 'name varchar(6), price decimal(10,2), day date')
    await local.table('public.moments', 'at timestamp')
    await local.table('public.documents', 'document super')
    await local.table('public.numbered', 'id bigint identity(1, 1), name varchar(6), note varchar(6)')
    for (const kind of ['avro', 'orc', 'shapes', 'lzo']) await local.table(`public.${kind}`, 'name varchar(6)')
  })
  afterAll(() => local.stop())
  afterEach(() => local.redshift.admin('delete from public.things'))

  const things = () => local.redshift.admin('select name, price, day::text as day from public.things order by price')

  it('delimited text, with its escapes, quotes, blank lines, NULLs, dates and lengths', async () => {
    const lines = [
      'name~price~day',
      '"la\\~mp"~1.509~24.12.2026',
      '',
      '~2~NA',
      'sofa corner~3~01.02.2026',
      '"bed  "~4~NA',
    ]
    await local.put('bars/a.txt', `${lines.join('\n')}\n`)
    await local.quiet()
    expect(await things()).toEqual([
      // Without ROUNDEC a number is cut off.
      { name: 'la~mp', price: '1.50', day: '2026-12-24' },
      { name: null, price: '2.00', day: null },
      { name: 'sofa c', price: '3.00', day: '2026-02-01' },
      { name: 'bed', price: '4.00', day: null },
    ])
  })

  it('fixed-width text, with rounded numbers, blanks that are NULL, and dates that are none', async () => {
    await local.put('widths/a.txt.gz', gzipSync('lamp   1.5092026-12-24\n       2.504tomorrow  \n'))
    await local.quiet()
    expect(await things()).toEqual([
      { name: 'lamp  ', price: '1.51', day: '2026-12-24' },
      { name: null, price: '2.50', day: null },
    ])
    const copy = local.redshift.statements.filter(({ statement }) => /FIXEDWIDTH/.test(statement)).at(-1)
    expect(copy?.statement.split('\n').slice(4)).toEqual([
      "FIXEDWIDTH 'name:6,price:6,day:10'",
      'ACCEPTANYDATE',
      'BLANKSASNULL',
      'ROUNDEC',
      'GZIP',
      'COMPUPDATE OFF',
      'STATUPDATE OFF',
    ])
  })

  it('CSV in another encoding, of which the last columns are missing', async () => {
    await local.put('latin/a.csv', Buffer.from('Tür,1.509\n', 'latin1'))
    await local.quiet()
    expect(await things()).toEqual([{ name: 'Tür', price: '1.51', day: null }])
  })

  it('CSV with bytes that are no text, by the character that was chosen for them', async () => {
    await local.put('broken/a.csv', Buffer.from([0x61, 0xff, 0x62, ...Buffer.from(',1,2026-12-24\n')]))
    await local.quiet()
    expect(await things()).toEqual([{ name: 'a^b', price: '1.00', day: '2026-12-24' }])
  })

  it('JSON with times that are counted from 1970', async () => {
    await local.put('epochs/a.json', '{"at":1795689600000}\n')
    await local.quiet()
    expect(await local.redshift.admin('select at::text as at from public.moments')).toEqual([
      { at: '2026-11-26 10:40:00' },
    ])
  })

  it('JSON as it is, a record in one column', async () => {
    await local.put('whole/a.json', '{"a":{"b":[1,2]}}\n{"a":null}\n')
    await local.quiet()
    expect(await local.rows('public.documents')).toBe(2)
    expect(await local.redshift.admin("select document->'a'->'b'->>1 as found from public.documents")).toContainEqual({
      found: '2',
    })
  })

  it('Parquet with ids of its own, of which the last column is missing', async () => {
    const { parquetWriteBuffer } = await import('hyparquet-writer')
    const columnData = [
      { name: 'id', data: [7n], type: 'INT64' as const },
      { name: 'name', data: ['lamp'], type: 'STRING' as const },
    ]
    await local.put('numbered/a.parquet', Buffer.from(parquetWriteBuffer({ columnData })))
    await local.quiet()
    expect(await local.redshift.admin('select id, name from public.numbered')).toEqual([{ id: '7', name: 'lamp' }])
  })

  it.each([
    ['avro/a.avro', "FORMAT AS AVRO 'auto'", 'AVRO'],
    ['orc/a.orc', 'FORMAT AS ORC', 'ORC'],
    ['shapes/a.shp', 'FORMAT AS SHAPEFILE', 'SHAPEFILE'],
    ['lzo/a.csv.lzo', 'LZOP', 'LZOP'],
  ])('%s is told as such, and refused by the embedded warehouse in its own words', async (key, clause, what) => {
    await local.put(key, 'x')
    await local.quiet()
    const copy = local.redshift.statements.filter(({ statement }) => /^COPY/.test(statement)).at(-1)
    expect(copy?.statement.split('\n')).toContain(clause)
    const told = (await local.notices('failure')).map(({ body }) => JSON.stringify(body))
    expect(told.at(-1)).toContain(`the embedded environment can't read ${what}`)
  })
})
