import type { CopyPlan } from '../../../lambda/copy-plan'
import { identifier, literal } from '../../../lambda/warehouse/redshift/quote'
import type { Statement } from '../../../lambda/warehouse/statement'
import { render } from '../../sql/rendered'

const MANIFEST = 's3://landing/_penstock/batches/main/public.kpis/b1/manifest'

function copy(
  plan: Partial<CopyPlan> & Pick<CopyPlan, 'format'>,
  more: Partial<Extract<Statement, { kind: 'copy' }>> = {},
) {
  const whole = { schema: 'public', table: 'kpis', compression: 'none', ...plan } as CopyPlan
  return render({ kind: 'copy', plan: whole, manifest: MANIFEST, role: 'default', ...more })
}

describe('COPY for Redshift', () => {
  it('reads plain CSV through a manifest', () => {
    expect(copy({ format: 'csv' })).toBe(
      `COPY "public"."kpis"
FROM '${MANIFEST}'
IAM_ROLE default
MANIFEST
FORMAT AS CSV`,
    )
  })

  it('spells out every option of CSV, always in the same order', () => {
    expect(
      copy(
        {
          format: 'csv',
          columns: ['id', 'Amount'],
          compression: 'gzip',
          delimiter: '\t',
          quote: "'",
          nullText: '\\N',
          headerLines: 2,
          dateFormat: 'auto',
          timeFormat: 'epochsecs',
        },
        { role: ['arn:aws:iam::1:role/a', 'arn:aws:iam::2:role/b'], region: 'eu-west-1' },
      ),
    ).toBe(
      `COPY "public"."kpis" ("id", "Amount")
FROM '${MANIFEST}'
IAM_ROLE 'arn:aws:iam::1:role/a,arn:aws:iam::2:role/b'
MANIFEST
REGION AS 'eu-west-1'
FORMAT AS CSV
QUOTE AS ''''
DELIMITER AS '\\t'
NULL AS '\\\\N'
IGNOREHEADER AS 2
DATEFORMAT AS 'auto'
TIMEFORMAT AS 'epochsecs'
GZIP`,
    )
  })

  it.each([
    [{}, "FORMAT AS JSON 'auto'"],
    [{ paths: 'auto ignorecase' as const }, "FORMAT AS JSON 'auto ignorecase'"],
    [{ paths: 's3://conf/kpis.json' as const }, "FORMAT AS JSON 's3://conf/kpis.json'"],
  ])('maps JSON as told: %j', (options, clause) => {
    expect(
      copy({ format: 'json', compression: 'zstd', ...options })
        .split('\n')
        .slice(4),
    ).toEqual([clause, 'ZSTD'])
  })

  it('gives Parquet neither region nor compression, which it refuses', () => {
    expect(copy({ format: 'parquet', compression: 'gzip' }, { region: 'eu-west-1' }).split('\n').slice(3)).toEqual([
      'MANIFEST',
      'FORMAT AS PARQUET',
    ])
  })
})

/** What follows the manifest. */
const clausesOf = (...given: Parameters<typeof copy>) =>
  copy(...given)
    .split('\n')
    .slice(4)

const CONVERSIONS = {
  dateFormat: 'auto',
  timeFormat: 'epochmillisecs',
  acceptAnyDate: true,
  acceptInvChars: '^',
  blanksAsNull: true,
  emptyAsNull: true,
  roundDec: true,
  trimBlanks: true,
  truncateColumns: true,
} as const
const CONVERSION_CLAUSES = [
  "DATEFORMAT AS 'auto'",
  "TIMEFORMAT AS 'epochmillisecs'",
  'ACCEPTANYDATE',
  "ACCEPTINVCHARS AS '^'",
  'BLANKSASNULL',
  'EMPTYASNULL',
  'ROUNDEC',
  'TRIMBLANKS',
  'TRUNCATECOLUMNS',
]
const TEXT = { nullText: 'NA', headerLines: 1, ignoreBlankLines: true, fillRecord: true } as const
const TEXT_CLAUSES = ["NULL AS 'NA'", 'IGNOREHEADER AS 1', 'IGNOREBLANKLINES', 'FILLRECORD']
const TABLE = { explicitIds: true, compRows: 1000, compUpdate: 'on', statUpdate: 'off' } as const
const TABLE_CLAUSES = ['EXPLICIT_IDS', 'COMPROWS 1000', 'COMPUPDATE ON', 'STATUPDATE OFF']

describe('COPY for Redshift with everything that a format takes, always in the same order', () => {
  it('CSV', () => {
    expect(
      clausesOf({
        ...TABLE,
        ...CONVERSIONS,
        ...TEXT,
        format: 'csv',
        compression: 'lzop',
        encoding: 'utf16le',
        delimiter: ';',
        quote: "'",
      }),
    ).toEqual([
      'FORMAT AS CSV',
      "QUOTE AS ''''",
      "DELIMITER AS ';'",
      ...TEXT_CLAUSES,
      'ENCODING AS UTF16LE',
      ...CONVERSION_CLAUSES,
      'LZOP',
      ...TABLE_CLAUSES,
    ])
  })

  it('delimited text, which is what COPY reads when no format is told', () => {
    expect(
      clausesOf({
        ...TABLE,
        ...CONVERSIONS,
        ...TEXT,
        format: 'delimited',
        compression: 'bzip2',
        encoding: 'iso88591',
        delimiter: '~',
        escape: true,
        removeQuotes: true,
      }),
    ).toEqual([
      "DELIMITER AS '~'",
      'ESCAPE',
      'REMOVEQUOTES',
      ...TEXT_CLAUSES,
      'ENCODING AS ISO88591',
      ...CONVERSION_CLAUSES,
      'BZIP2',
      ...TABLE_CLAUSES,
    ])
    expect(clausesOf({ format: 'delimited' })).toEqual([])
  })

  it('fixed-width text', () => {
    const fields = [
      { label: 'id', width: 4 },
      { label: 'name', width: 20 },
    ]
    expect(clausesOf({ ...TABLE, ...CONVERSIONS, ...TEXT, format: 'fixedwidth', compression: 'gzip', fields })).toEqual(
      ["FIXEDWIDTH 'id:4,name:20'", ...TEXT_CLAUSES, ...CONVERSION_CLAUSES, 'GZIP', ...TABLE_CLAUSES],
    )
  })

  it('JSON', () => {
    expect(
      clausesOf({ ...TABLE, ...CONVERSIONS, format: 'json', compression: 'zstd', encoding: 'utf16be', paths: 'auto' }),
    ).toEqual(["FORMAT AS JSON 'auto'", 'ENCODING AS UTF16BE', ...CONVERSION_CLAUSES, 'ZSTD', ...TABLE_CLAUSES])
    expect(clausesOf({ format: 'json', paths: 'noshred' })).toEqual(["FORMAT AS JSON 'noshred'"])
  })

  it.each([
    [{}, "FORMAT AS AVRO 'auto'"],
    [{ paths: 'auto ignorecase' as const }, "FORMAT AS AVRO 'auto ignorecase'"],
    [{ paths: "s3://conf/it's.json" as const }, "FORMAT AS AVRO 's3://conf/it''s.json'"],
  ])('Avro: %j', (options, clause) => {
    expect(clausesOf({ ...TABLE, ...CONVERSIONS, ...options, format: 'avro', compression: 'gzip' })).toEqual([
      clause,
      ...CONVERSION_CLAUSES,
      'GZIP',
      ...TABLE_CLAUSES,
    ])
  })

  const columnar = { fillRecord: true, acceptInvChars: true, explicitIds: true, statUpdate: 'on' } as const

  it('ORC, without region and compression', () => {
    expect(
      copy({ ...columnar, format: 'orc', compression: 'gzip' }, { region: 'eu-west-1' })
        .split('\n')
        .slice(3),
    ).toEqual(['MANIFEST', 'FORMAT AS ORC', 'FILLRECORD', 'ACCEPTINVCHARS', 'EXPLICIT_IDS', 'STATUPDATE ON'])
  })

  it('Parquet', () => {
    expect(clausesOf({ ...columnar, format: 'parquet', serializeToJson: true })).toEqual([
      'FORMAT AS PARQUET SERIALIZETOJSON',
      'FILLRECORD',
      'ACCEPTINVCHARS',
      'EXPLICIT_IDS',
      'STATUPDATE ON',
    ])
  })

  it.each([
    [undefined, 'FORMAT AS SHAPEFILE'],
    [{}, 'FORMAT AS SHAPEFILE SIMPLIFY'],
    [{ tolerance: 0.000011 }, 'FORMAT AS SHAPEFILE SIMPLIFY 0.000011'],
    [{ auto: true }, 'FORMAT AS SHAPEFILE SIMPLIFY AUTO'],
    [{ auto: true, tolerance: 5e-7 }, 'FORMAT AS SHAPEFILE SIMPLIFY AUTO 5e-7'],
  ])('a shapefile, simplified by %j', (simplify, clause) => {
    const options = simplify === undefined ? {} : { simplify }
    expect(clausesOf({ ...TABLE, ...options, format: 'shapefile', compression: 'gzip' })).toEqual([
      clause,
      'GZIP',
      ...TABLE_CLAUSES,
    ])
  })

  it('and nothing of what is off, or of a compression that the format does not take', () => {
    const off = { headerLines: 0, acceptInvChars: false, trimBlanks: false, explicitIds: false }
    expect(clausesOf({ ...off, format: 'csv' })).toEqual(['FORMAT AS CSV'])
    expect(clausesOf({ format: 'shapefile', compression: 'zstd' })).toEqual(['FORMAT AS SHAPEFILE'])
  })
})

describe('COPY for Redshift that only looks', () => {
  it('is the same COPY, loads nothing, and passes over as many errors as it can be told to', () => {
    const load = copy({ format: 'csv', compression: 'gzip', headerLines: 1 })
    expect(copy({ format: 'csv', compression: 'gzip', headerLines: 1 }, { check: true })).toBe(
      `${load}
NOLOAD
MAXERROR AS 100000`,
    )
  })
})

describe('the other statements for Redshift', () => {
  it('ask for the first load error of each file, and for no more rows than there are files', () => {
    expect(render({ kind: 'read-load-errors', files: 120 })).toBe(
      `SELECT file_name, line_number, column_name, column_type, error_code, error_message
FROM sys_load_error_detail
INNER JOIN (
  SELECT file_name AS first_file, MIN(line_number) AS first_line
  FROM sys_load_error_detail
  WHERE session_id = pg_backend_pid() AND query_id = pg_last_copy_id()
  GROUP BY file_name
) AS firsts ON file_name = first_file AND line_number = first_line
WHERE session_id = pg_backend_pid() AND query_id = pg_last_copy_id()
ORDER BY file_name, line_number
LIMIT 120`,
    )
  })

  it('write the receipt with literal values', () => {
    const receipt = {
      batchId: 'b1',
      target: "main/public.o'brien",
      files: 3,
      bytes: 99,
      manifest: MANIFEST,
    } as const
    expect(render({ kind: 'write-receipt', receipt, rows: 1204 })).toBe(
      `INSERT INTO penstock.receipts (batch_id, target, files, row_count, bytes, manifest, loaded_at)
VALUES ('b1', 'main/public.o''brien', 3, 1204, 99, '${MANIFEST}', GETDATE())`,
    )
  })

  it('read a receipt by batch and target', () => {
    expect(render({ kind: 'read-receipt', target: 'main/public.kpis', batchId: 'b1' })).toBe(
      `SELECT batch_id, target, files, row_count, bytes, manifest
FROM penstock.receipts
WHERE batch_id = 'b1' AND target = 'main/public.kpis'`,
    )
  })

  it('end a session by a number and nothing else', () => {
    expect(render({ kind: 'end-session', sessionId: '4711' })).toBe('SELECT pg_terminate_backend(4711) AS ended')
    expect(() => render({ kind: 'end-session', sessionId: '1); drop table x; --' })).toThrow(RangeError)
  })
})

describe('quoting (S9)', () => {
  it.each([
    ['orders', '"orders"'],
    ['a"b', '"a""b"'],
    ['x"; drop table y; --', '"x""; drop table y; --"'],
  ])('keeps the name %s a name', (name, quoted) => {
    expect(identifier(name)).toBe(quoted)
  })

  it.each([
    ["it's", "'it''s'"],
    ['a\\', "'a\\\\'"],
    ["\\'; drop table y; --", "'\\\\''; drop table y; --'"],
  ])('keeps the text %s a text, also where a backslash escapes', (text, quoted) => {
    expect(literal(text)).toBe(quoted)
  })

  it('refuses what cannot stand in SQL', () => {
    expect(() => identifier('')).toThrow('not a name')
    expect(() => identifier('x'.repeat(128))).toThrow('not a name')
    expect(() => literal('a\0b')).toThrow('NUL')
    expect(() => copy({ format: 'json', paths: 's3://conf/a\\b.json' })).toThrow('backslash')
  })
})
