import { planFor } from '../../../lambda/load/plan-for'
import type { S3Object } from '../../../lambda/model'
import { type SettingsInput, settingsFrom } from '../../../lambda/settings'

function planOf(key: string, more: Partial<SettingsInput> = {}) {
  const settings = settingsFrom({
    name: 'dev',
    bucket: 'landing',
    work: 's3://landing/_penstock/',
    warehouses: { main: { kind: 'redshift', host: 'h', database: 'd', user: 'u' } },
    ...more,
  })
  const object: S3Object = { bucket: 'landing', key, etag: 'e', sizeBytes: 1, eventTimeMs: 0 }
  return planFor({ target: 'main/public.t', object }, settings)
}

describe('how a file is loaded', () => {
  it.each([
    ['t/a.csv', { format: 'csv', compression: 'none' }],
    ['t/a.CSV.GZ', { format: 'csv', compression: 'gzip' }],
    ['t/a.tsv.bz2', { format: 'csv', delimiter: '\t', compression: 'bzip2' }],
    ['t/a.psv', { format: 'csv', delimiter: '|', compression: 'none' }],
    ['t/a.jsonl.zst', { format: 'json', compression: 'zstd' }],
    ['t/a.snappy.parquet', { format: 'parquet', compression: 'none' }],
  ])('is told by the name %s', (key, plan) => {
    expect(planOf(key)).toEqual({
      kind: 'copy',
      overwrites: 'skip',
      duplicates: 'load',
      plan: { schema: 'public', table: 't', ...plan },
    })
  })

  it('is told by the route before the name, and by the environment last', () => {
    expect(
      planOf('t/a.tsv', {
        csv: { headerLines: 1, nullText: 'NA', delimiter: ';' },
        routes: [{ match: '{table}/**', into: { csv: { nullText: '-' }, columns: ['a', 'b'], compression: 'gzip' } }],
      }),
    ).toMatchObject({
      plan: { format: 'csv', delimiter: '\t', headerLines: 1, nullText: '-', columns: ['a', 'b'], compression: 'gzip' },
    })
    expect(
      planOf('t/data', {
        routes: [{ match: '{table}/**', into: { format: 'json', json: { paths: 'auto ignorecase' } } }],
      }),
    ).toMatchObject({
      plan: { format: 'json', paths: 'auto ignorecase' },
    })
  })

  it.each([
    ['t/a.avro', { format: 'avro', compression: 'none' }],
    ['t/a.orc', { format: 'orc', compression: 'none' }],
    ['t/a.shp', { format: 'shapefile', compression: 'none' }],
    ['t/a.csv.lzo', { format: 'csv', compression: 'lzop' }],
  ])('may be told by the name %s, too', (key, plan) => {
    expect(planOf(key)).toMatchObject({ kind: 'copy', plan: { schema: 'public', table: 't', ...plan } })
  })

  it('is told what the format takes, and nothing that is off', () => {
    const into = {
      compUpdate: 'off',
      statUpdate: 'off',
      explicitIds: false,
      csv: { trimBlanks: false, roundDec: true },
    } as const
    const more = { csv: { trimBlanks: true }, routes: [{ match: '{table}/**', into }] }
    const table = { schema: 'public', table: 't', compression: 'none', statUpdate: 'off' }
    expect(planOf('t/a.csv', more)).toMatchObject({ kind: 'copy' })
    expect(planOf('t/a.csv', more)).toHaveProperty('plan', {
      ...table,
      format: 'csv',
      compUpdate: 'off',
      roundDec: true,
    })
    expect(planOf('t/a.parquet', more)).toHaveProperty('plan', { ...table, format: 'parquet' })
  })

  it('takes the delimiter from the name for delimited text, too', () => {
    const routes = [{ match: '{table}/**', into: { format: 'delimited' as const, delimited: { escape: true } } }]
    expect(planOf('t/a.tsv', { routes })).toMatchObject({
      plan: { format: 'delimited', delimiter: '\t', escape: true },
    })
  })

  it('leaves the parts of a shapefile to their .shp, where the route says that they are one', () => {
    const routes = [{ match: '{table}/**', into: { format: 'shapefile' as const } }]
    expect(planOf('t/roads.shp', { routes })).toMatchObject({ kind: 'copy', plan: { format: 'shapefile' } })
    expect(planOf('t/roads.dbf', { routes })).toMatchObject({ kind: 'skip', code: 'PART_OF_SHAPEFILE' })
    expect(planOf('t/roads.dbf')).toMatchObject({ kind: 'fail', code: 'UNKNOWN_FORMAT' })
  })

  it('cannot be told of an unknown ending, and the reason says what can be done', () => {
    expect(planOf('t/a.docx')).toMatchObject({
      kind: 'fail',
      code: 'UNKNOWN_FORMAT',
      reason: expect.stringContaining('give the route a format'),
    })
  })

  it('is over when no route leads there any more', () => {
    expect(planOf('t/a.csv', { routes: [{ match: 'other/**', into: { table: 'other' } }] })).toMatchObject({
      kind: 'skip',
      code: 'NO_LONGER_ROUTED',
    })
  })
})
