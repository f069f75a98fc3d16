import { FORMAT_NAMES, FORMATS, TABLE_TAKES, TAKES, whyNot } from '../../lambda/copy-matrix'
import type { FormatName } from '../../lambda/copy-options'
import { minimal, problemsOf } from './some-settings'

/** The problems of a document with one target; `all` holds for every target. */
const ofInto = (into: object, all: object = {}) =>
  problemsOf({ ...minimal, ...all, routes: [{ match: '{table}/**', into }] }).map((problem) =>
    problem.replace('routes[0].into.', ''),
  )

/** A value for each option that is right by itself. */
const VALUES: Readonly<Record<keyof typeof TAKES, unknown>> = {
  delimiter: '~',
  quote: "'",
  escape: true,
  removeQuotes: true,
  fields: [{ label: 'id', width: 4 }],
  paths: 'auto',
  serializeToJson: true,
  simplify: { auto: true },
  nullText: 'NA',
  headerLines: 1,
  ignoreBlankLines: true,
  fillRecord: true,
  encoding: 'iso88591',
  dateFormat: 'auto',
  timeFormat: 'epochsecs',
  acceptAnyDate: true,
  acceptInvChars: '^',
  blanksAsNull: true,
  emptyAsNull: true,
  roundDec: true,
  trimBlanks: true,
  truncateColumns: true,
}

/** A group that is complete without any option. */
const NEEDED: Partial<Record<FormatName, object>> = { fixedwidth: { fields: VALUES.fields } }

const CELLS = FORMAT_NAMES.flatMap((format) =>
  Object.entries(TAKES).map(([option, takes]) => ({
    format,
    option,
    value: VALUES[option as keyof typeof TAKES],
    takes,
  })),
)

describe('the matrix of formats and options', () => {
  it.each(CELLS)('answers for $format with $option, for one target and for all', ({ format, option, value, takes }) => {
    const group = { ...NEEDED[format], [option]: value }
    const why = whyNot(takes, format)
    expect(ofInto({ format, [format]: group })).toEqual(why === undefined ? [] : [`${format}.${option}: ${why}`])
    const ofAll = problemsOf({ ...minimal, [format]: group })
    expect(ofAll).toEqual(why === undefined ? [] : [`${format}.${option}: ${why}`])
  })

  it.each<[FormatName, string, string]>([
    // Each line is a conflict that Redshift's guide documents.
    ['csv', 'escape', 'a quote within quotes is doubled'],
    ['csv', 'removeQuotes', 'its quotes are part of the format'],
    ['csv', 'fields', 'told apart in another way than by widths'],
    ['delimited', 'quote', 'QUOTE needs CSV'],
    ['fixedwidth', 'delimiter', 'the widths alone tell where a field ends'],
    ['fixedwidth', 'escape', 'the widths alone'],
    ['fixedwidth', 'encoding', 'UTF-8 only'],
    ['json', 'delimiter', 'names and values of their own'],
    ['json', 'escape', 'names and values of their own'],
    ['json', 'fillRecord', 'names and values of their own'],
    ['json', 'ignoreBlankLines', 'names and values of their own'],
    ['json', 'nullText', 'names and values of their own'],
    ['json', 'removeQuotes', 'names and values of their own'],
    ['avro', 'delimiter', 'names and values of their own'],
    ['avro', 'nullText', 'names and values of their own'],
    ['parquet', 'acceptAnyDate', 'its values are typed'],
    ['orc', 'nullText', 'its values are typed'],
    ['orc', 'serializeToJson', 'only Parquet'],
    ['shapefile', 'removeQuotes', 'not for the parts of a shapefile'],
    ['shapefile', 'escape', 'not for the parts of a shapefile'],
  ])('refuses what the guide does: %s with %s', (format, option, why) => {
    const group = { ...NEEDED[format], [option]: VALUES[option as keyof typeof TAKES] }
    expect(ofInto({ format, [format]: group })).toEqual([expect.stringContaining(why)])
  })

  it('leaves columnar formats exactly the options that the guide lists', () => {
    const left = (format: FormatName) =>
      Object.entries({ ...TAKES, ...TABLE_TAKES }).flatMap(([option, takes]) =>
        whyNot(takes, format) === undefined ? [option] : [],
      )
    expect(left('orc')).toEqual(['fillRecord', 'acceptInvChars', 'explicitIds', 'statUpdate'])
    expect(left('parquet')).toEqual(['serializeToJson', 'fillRecord', 'acceptInvChars', 'explicitIds', 'statUpdate'])
  })

  it('lets no format be read by the group of another', () => {
    for (const format of FORMAT_NAMES) {
      for (const group of FORMAT_NAMES.filter((name) => name !== format)) {
        const into = { format, ...(NEEDED[format] && { [format]: NEEDED[format] }), [group]: NEEDED[group] ?? {} }
        expect(ofInto(into)).toEqual([
          `${group}: tells how ${FORMATS[group].title} is read, and the route says format: '${format}': leave one of them out`,
        ])
      }
    }
  })

  it('takes compressions where the format is not compressed inside', () => {
    const taken = (format: FormatName) =>
      ['gzip', 'bzip2', 'lzop', 'zstd'].filter(
        (compression) => ofInto({ format, compression, [format]: NEEDED[format] ?? {} }).length === 0,
      )
    expect(Object.fromEntries(FORMAT_NAMES.map((format) => [format, taken(format).length]))).toEqual({
      csv: 4,
      delimited: 4,
      fixedwidth: 4,
      json: 4,
      avro: 4,
      orc: 0,
      parquet: 0,
      shapefile: 1,
    })
  })
})

describe('options of a route', () => {
  it('are refused all at once, each with its place and the reason', () => {
    expect(
      ofInto({
        format: 'csv',
        compression: 'lzo',
        csv: { escape: true, removeQuotes: true, encoding: 'latin1', emtyAsNull: true },
        fixedwidth: { fields: [{ label: 'id', width: 0 }] },
        compUpdate: 'OFF',
        compRows: 0,
      }),
    ).toEqual([
      expect.stringMatching(/^compression: .*did you mean 'lzop'/),
      expect.stringMatching(/^csv\.escape: is not taken with format 'csv': a quote within/),
      expect.stringMatching(/^csv\.removeQuotes: is not taken with format 'csv'/),
      expect.stringMatching(/^csv\.encoding: one of 'utf8', /),
      expect.stringMatching(/^csv\.emtyAsNull: .*did you mean 'emptyAsNull'/),
      'fixedwidth.fields[0].width: is 0, and must be at least 1',
      expect.stringMatching(/^compRows: is 0/),
      expect.stringMatching(/^compUpdate: .*did you mean 'off'/),
      expect.stringMatching(/^fixedwidth: tells how fixed-width text is read, and the route says format: 'csv'/),
    ])
  })

  it.each<[object, string]>([
    [
      { delimited: {} },
      "delimited: tells how delimited text is read, and no name of a file tells that it is such: say format: 'delimited'",
    ],
    [
      { fixedwidth: { fields: VALUES.fields } },
      "fixedwidth: tells how fixed-width text is read, and no name of a file tells that it is such: say format: 'fixedwidth'",
    ],
    [{ format: 'fixedwidth' }, "fixedwidth.fields: is missing: a list such as [{ label: 'id', width: 8 }] is expected"],
    [{ format: 'fixedwidth', fixedwidth: { fields: [] } }, 'fixedwidth.fields: is empty: name at least one'],
    [
      {
        format: 'fixedwidth',
        fixedwidth: {
          fields: [
            { label: 'a', width: 1 },
            { label: 'A', width: 1 },
          ],
        },
      },
      'fixedwidth.fields: a label stands twice',
    ],
    [
      { format: 'fixedwidth', fixedwidth: { fields: [{ label: "a:1,b'", width: 1 }] } },
      'fixedwidth.fields[0].label: a label is made of letters, digits and _',
    ],
    [
      { format: 'fixedwidth', columns: ['a', 'b'], fixedwidth: { fields: VALUES.fields } },
      'columns: names 2 columns, and fixedwidth.fields has 1 fields',
    ],
    [
      { format: 'json', columns: ['a', 'b'], json: { paths: 'noshred' } },
      "columns: names 2 columns, and paths: 'noshred' loads each record into one, of type SUPER: name that one",
    ],
    [
      { json: { paths: 'noshred', dateFormat: 'auto' } },
      "json.dateFormat: has no meaning with paths: 'noshred', which loads each record as it is: leave one of them out",
    ],
    [{ format: 'avro', avro: { paths: 'noshred' } }, "avro.paths: paths is 'auto', 'auto ignorecase', or the address"],
    [
      { format: 'delimited', delimited: { delimiter: '\\', escape: true } },
      'delimited.escape: a backslash is part of the delimiter',
    ],
    [
      { format: 'delimited', delimited: { delimiter: '"', removeQuotes: true } },
      'delimited.removeQuotes: a quote is part of the delimiter',
    ],
    [{ csv: { timeFormat: 'EpochSecs' } }, "csv.timeFormat: the keyword is written 'epochsecs', in lower case"],
    [{ csv: { dateFormat: 'AUTO' } }, "csv.dateFormat: the keyword is written 'auto', in lower case"],
    [{ csv: { acceptInvChars: 'ü' } }, 'csv.acceptInvChars: is true, or one ASCII character'],
    [{ csv: { acceptInvChars: '' } }, 'csv.acceptInvChars: is true, or one ASCII character'],
    [
      { format: 'parquet', compUpdate: 'off' },
      "compUpdate: is not taken with format 'parquet': COPY chooses no compression encodings from columnar files",
    ],
    [{ format: 'orc', compRows: 5 }, "compRows: is not taken with format 'orc'"],
    [{ compRows: 5, compUpdate: 'preset' }, "compRows: has no meaning with compUpdate: 'preset'"],
    [
      { format: 'orc', compression: 'gzip' },
      "compression: has no meaning with format: 'orc', whose files are compressed inside",
    ],
    [{ format: 'shapefile', compression: 'zstd' }, "compression: is not taken with format 'shapefile'"],
    [{ shapefile: { simplify: { tolerance: 0 } } }, 'shapefile.simplify.tolerance: is 0, and must be more than 0'],
    [{ shapefile: { simplify: { tolerence: 1 } } }, 'shapefile.simplify.tolerence: there is no setting'],
  ])('are refused when they contradict each other: %j', (into, problem) => {
    expect(ofInto(into)).toEqual([expect.stringContaining(problem)])
  })

  it('are looked at together with what holds for all, where the route speaks of that format', () => {
    const all = { json: { paths: 'noshred' }, fixedwidth: { fields: VALUES.fields } }
    expect(ofInto({ columns: ['a', 'b'] }, all)).toEqual([])
    expect(ofInto({ format: 'fixedwidth' }, all)).toEqual([])
    expect(ofInto({ format: 'json', columns: ['a', 'b'] }, all)).toEqual([expect.stringMatching(/^columns: names 2/)])
    expect(ofInto({ json: { trimBlanks: true } }, all)).toEqual([expect.stringMatching(/^json\.trimBlanks: has no/)])
    expect(ofInto({ json: { trimBlanks: false } }, all)).toEqual([])
  })
})

describe('what contradicts itself in what holds for all', () => {
  it('is told once, there, and not of every route that speaks of the format', () => {
    const json = { paths: 'noshred', trimBlanks: true }
    expect(ofInto([{ format: 'json' }, { table: 'b', json: {} }], { json })).toEqual([
      expect.stringMatching(/^json\.trimBlanks: has no meaning with paths: 'noshred'/),
    ])
  })
})

describe('a file of jsonpaths', () => {
  const url = 's3://landing/maps/orders.json'
  const problem = `${url} would be loaded as a file by the route '{table}/**': keep it where no route leads`

  it.each(['json', 'avro'])('of %s is refused where a route would load it as data', (format) => {
    expect(ofInto({ [format]: { paths: url } })).toEqual([`${format}.paths: ${problem}`])
    expect(problemsOf({ ...minimal, [format]: { paths: url } })).toEqual([`${format}.paths: ${problem}`])
    expect(ofInto([{}, { table: 'b', [format]: { paths: url } }])).toEqual([
      `routes[0].into[1].${format}.paths: ${problem}`,
    ])
  })

  it('is told beside every other problem', () => {
    expect(ofInto({ json: { paths: url }, compRows: 0 })).toEqual([
      expect.stringMatching(/^compRows/),
      `json.paths: ${problem}`,
    ])
  })

  it.each(['s3://landing/_penstock/orders.json', 's3://config/orders.json', 's3://landing/orders.json'])(
    'may lie where no route leads: %s',
    (elsewhere) => {
      expect(ofInto({ json: { paths: elsewhere } })).toEqual([])
    },
  )
})
