import { readSettings, settingsFrom } from '../../lambda/settings'

const warehouse = { kind: 'redshift', host: 'h', database: 'd', user: 'u' }
const minimal = {
  name: 'dev',
  bucket: 'landing',
  work: 's3://landing/_penstock/',
  warehouses: { main: warehouse },
}

/** A document that says everything that can be said. */
const full = {
  ...minimal,
  warehouses: {
    cluster: { ...warehouse, auth: { cluster: 'c', region: 'eu-west-1' } },
    workgroup: { kind: 'redshift', host: 'h', database: 'd', auth: { workgroup: 'w', region: 'eu-west-1' } },
    main: {
      ...warehouse,
      port: 5439,
      passwordParameter: '/p',
      copyRole: 'default',
      filesRegion: 'eu-west-1',
      tls: { ca: 'c', serverName: 's' },
      connectTimeoutSeconds: 5,
    },
  },
  routes: [
    {
      match: '{table}/**',
      filename: { regex: '^a', flags: 'i' },
      existing: 'leave',
      into: {
        warehouse: 'main',
        schema: 'public',
        table: 't',
        format: 'csv',
        compression: 'gzip',
        csv: {
          delimiter: ';',
          quote: "'",
          headerLines: 1,
          nullText: 'NA',
          dateFormat: 'auto',
          timeFormat: 'auto',
          ignoreBlankLines: true,
          fillRecord: true,
          encoding: 'utf16',
          acceptAnyDate: true,
          acceptInvChars: '^',
          blanksAsNull: true,
          emptyAsNull: true,
          roundDec: true,
          trimBlanks: true,
          truncateColumns: true,
        },
        explicitIds: true,
        compRows: 1_000,
        compUpdate: 'on',
        statUpdate: 'off',
        columns: ['id'],
        batch: { files: 1, bytes: '1 GB', seconds: 1 },
        notify: { success: 'arn:aws:sns:eu-west-1:111111111111:s', failure: 'arn:aws:sns:eu-west-1:111111111111:f' },
        overwrites: 'skip',
        duplicates: 'load',
      },
    },
    {
      match: 'json/{table}/**',
      into: [{ warehouse: 'main', format: 'json', json: { paths: 'auto', dateFormat: 'auto' } }],
    },
    {
      match: 'others/**',
      into: [
        {
          warehouse: 'main',
          table: 'a',
          format: 'delimited',
          delimited: { delimiter: '~', escape: true, removeQuotes: true },
        },
        { warehouse: 'main', table: 'b', format: 'fixedwidth', fixedwidth: { fields: [{ label: 'id', width: 1 }] } },
        { warehouse: 'main', table: 'c', format: 'avro', avro: { paths: 'auto' } },
        { warehouse: 'main', table: 'd', format: 'parquet', parquet: { serializeToJson: true } },
        { warehouse: 'main', table: 'e', format: 'shapefile', shapefile: { simplify: { auto: true, tolerance: 1 } } },
      ],
    },
  ],
  bulk: [{ prefix: 'old/{yyyy}/', into: { warehouse: 'main', table: 'f' }, daily: '02:30', daysBack: 2 }],
  batch: { files: 1, bytes: 1, seconds: 1 },
  heal: { everyMinutes: 1, afterMinutes: 1 },
  notify: {},
  csv: { delimiter: ';' },
  json: { paths: 's3://config/paths.json' },
}

function problemsOf(document: unknown): readonly string[] {
  const read = readSettings(document)
  return read.kind === 'invalid' ? read.problems.map(({ path, message }) => `${path}: ${message}`) : []
}

/** The problems of a document with one target. */
const ofInto = (into: object) => problemsOf({ ...minimal, routes: [{ match: '{table}/**', into }] })

describe('all problems come at once', () => {
  it('of every route, whatever is wrong in another', () => {
    expect(
      problemsOf({
        ...minimal,
        routes: [
          { match: '{table}/**', into: { format: 'xml' } },
          { match: 'a//b', into: { table: 'x' } },
          { match: 5, into: {} },
          { match: 'c/**', into: { warehouse: 'mian', table: 'z' } },
          { match: '*/**', into: { table: 'y' }, filenam: '*.csv' },
          { match: 'd/**', into: { table: 't', format: 'json', csv: { quote: 'ab' } } },
        ],
      }).map((problem) => problem.split(': ')[0]),
    ).toEqual([
      'routes[0].into.format',
      'routes[2].match',
      'routes[4].filenam',
      'routes[5].into.csv.quote',
      'routes[5].into.csv',
      'routes[1].match',
      'routes[3].into.warehouse',
      // The pattern of a route is compared with the others’ although the route has a problem of its own.
      'routes[4].match',
    ])
  })

  it('of a route whose options and whose match are both wrong', () => {
    const problems = problemsOf({ ...minimal, routes: [{ match: '/a', into: { table: 'a b', overwrites: 'always' } }] })
    expect(problems.map((problem) => problem.split(': ')[0])).toEqual([
      'routes[0].into.overwrites',
      'routes[0].match',
      'routes[0].into.table',
    ])
  })

  it('without a word about names of warehouses where nobody knows them', () => {
    expect(problemsOf({ ...minimal, warehouses: 5, routes: [{ match: 'x/**', into: { table: 't' } }] })).toEqual([
      'warehouses: a group of settings, { … }, is expected, not 5',
    ])
  })
})

describe('a problem says where it is and what was expected', () => {
  it.each<[string, unknown, string]>([
    [
      'batch',
      { bytes: '1 TB' },
      'batch.bytes: a size is a whole number of bytes, or a text such as "500 MB" or "1 GB"; the units are B, KB, MB and GB',
    ],
    ['batch', { bytes: true }, 'batch.bytes: a size is a whole number of bytes'],
    ['batch', { bytes: 1.5 }, 'batch.bytes: a size is a whole number of bytes'],
    ['batch', { bytes: '0 GB' }, 'batch.bytes: a size is a whole number of bytes'],
    ['batch', { bytes: -1 }, 'batch.bytes: is -1, and must be more than 0'],
    ['batch', { files: 0 }, 'batch.files: is 0, and must be at least 1'],
    ['batch', { files: 5001 }, 'batch.files: is 5001, and must be at most 5000'],
    ['batch', { seconds: 1.5 }, 'batch.seconds: a whole number is expected, not 1.5'],
    ['batch', { seconds: '60' }, "batch.seconds: a number is expected, not '60'"],
    ['batch', [], 'batch: a group of settings, { … }, is expected, not a list'],
    ['work', 'landing/_penstock', 'work: work is the address of a folder in S3, such as s3://acme-landing/_penstock/'],
    ['work', undefined, 'work: work is the address of a folder in S3'],
    ['name', undefined, 'name: is missing: a text is expected'],
    ['name', 'Dev', 'name: an environment is named by at most 31 lower-case letters, digits and -'],
    ['warehouses', { Main: warehouse }, 'warehouses.Main: a warehouse is named by lower-case letters, digits, - and _'],
    ['warehouses', {}, 'warehouses: name at least one warehouse'],
    [
      'warehouses',
      { main: { ...warehouse, kind: 'redshfit' } },
      "warehouses.main.kind: only 'redshift' is known, not 'redshfit' (did you mean 'redshift'?)",
    ],
    [
      'warehouses',
      { main: { kind: 'redshift', host: 'h', user: 'u' } },
      'warehouses.main.database: is missing: a text is expected',
    ],
    ['warehouses', { main: { ...warehouse, user: '' } }, 'warehouses.main.user: is empty: a text is expected'],
    [
      'warehouses',
      { main: { ...warehouse, copyRole: 'defualt' } },
      "warehouses.main.copyRole: a role is 'default', or named by its ARN such as arn:aws:iam::111111111111:role/penstock-copy; a list of ARNs is a chain (did you mean 'default'?)",
    ],
    [
      'warehouses',
      { main: { ...warehouse, copyRole: 5 } },
      "warehouses.main.copyRole: a role is 'default', or named by its ARN",
    ],
    [
      'warehouses',
      { main: { ...warehouse, copyRole: ['x'] } },
      'warehouses.main.copyRole[0]: a role is named by its ARN',
    ],
    [
      'json',
      { paths: 'atuo' },
      "json.paths: paths is 'auto', 'auto ignorecase', 'noshred', or the address of a jsonpaths file such as s3://acme-config/paths.json (did you mean 'auto'?)",
    ],
    ['csv', { nullText: 'x'.repeat(65) }, 'csv.nullText: is longer than 64 characters'],
    ['routes', {}, 'routes: a list, [ … ], is expected, not a group of settings'],
    ['routes', [{ match: 'a/**' }], 'routes[0].into: into is one target, { … }, or a list of them'],
    ['routes', [{ match: '{table}/**', into: [] }], 'routes[0].into: is empty: name at least one'],
    [
      'routes',
      [{ match: '{table}/**', into: {}, filename: 5 }],
      "routes[0].filename: a filename is a text such as '*.csv', or a regular expression",
    ],
    [
      'routes',
      [{ match: '{table}/**', into: {}, filename: { regx: 'a' } }],
      'routes[0].filename.regx: there is no setting "regx" (did you mean \'regex\'?)',
    ],
    [
      'routes',
      [{ match: '{table}/**', into: [{}, { table: 'b', csv: { headerLines: -1 } }] }],
      'routes[0].into[1].csv.headerLines: is -1, and must be at least 0',
    ],
    [
      'routes',
      [{ match: '{table}/**', into: { batch: { bytes: 'lots' } } }],
      'routes[0].into.batch.bytes: a size is a whole number of bytes',
    ],
    ['routes', [{ match: '{table}/**', into: { columns: [] } }], 'routes[0].into.columns: is empty: name at least one'],
    ['heal', true, 'heal: heal is false, or a group of settings, { … }'],
    [
      'heal',
      { everyMinute: 5 },
      'heal.everyMinute: there is no setting "everyMinute" (did you mean \'everyMinutes\'?)',
    ],
  ])('%s %j', (setting, value, problem) => {
    expect(problemsOf({ ...minimal, [setting]: value })).toEqual(
      expect.arrayContaining([expect.stringContaining(problem)]),
    )
  })

  it.each([
    [
      { format: 'parqet' },
      "routes[0].into.format: one of 'csv', 'delimited', 'fixedwidth', 'json', 'avro', 'orc', 'parquet', 'shapefile' is expected, not 'parqet' (did you mean 'parquet'?)",
    ],
    [
      { overwrites: 'relaod' },
      "routes[0].into.overwrites: one of 'skip', 'reload' is expected, not 'relaod' (did you mean 'reload'?)",
    ],
    [
      { compression: 'zip' },
      "routes[0].into.compression: one of 'none', 'gzip', 'bzip2', 'lzop', 'zstd' is expected, not 'zip' (did you mean 'gzip'?)",
    ],
    [
      { format: 5 },
      "routes[0].into.format: one of 'csv', 'delimited', 'fixedwidth', 'json', 'avro', 'orc', 'parquet', 'shapefile' is expected, not 5",
    ],
  ])('and which of several values may have been meant: %j', (into, problem) => {
    expect(ofInto(into)).toEqual([problem])
  })

  it('never in the words of the library, whatever is put in whatever place', () => {
    expect(problemsOf(full)).toEqual([])
    const wrong = [null, undefined, true, -1, 1.5, 1e12, '', 'ß', 'x'.repeat(300), [], ['ß'], [[]], {}, { ß: 1 }]
    const told = placesIn(full).flatMap((place) => wrong.flatMap((value) => problemsOf(withValue(full, place, value))))
    expect(told.length).toBeGreaterThan(500)
    expect(told.filter((problem) => /: (Invalid|Too |Unrecognized|Expected)|received|undefined/.test(problem))).toEqual(
      [],
    )
    expect(told.filter((problem) => !/^\w[\w.[\]ß-]*: \S/.test(problem))).toEqual([])
  })
})

describe('what contradicts itself is refused', () => {
  it.each<[object, string]>([
    [
      { quote: ';', delimiter: ';' },
      "csv.quote: the quote ; is part of the delimiter, ';': values could not be told apart, choose another",
    ],
    [{ quote: '|', delimiter: '||' }, "csv.quote: the quote | is part of the delimiter, '||'"],
    [{ quote: ',' }, "csv.quote: the quote , is part of the delimiter, ','"],
  ])('a quote that is part of the delimiter: %j', (csv, problem) => {
    expect(problemsOf({ ...minimal, csv })).toEqual([expect.stringContaining(problem)])
    expect(ofInto({ csv })).toEqual([expect.stringContaining(`routes[0].into.${problem}`)])
  })

  it('a delimiter that is the quote of all', () => {
    const routes = [
      { match: '{table}/**', into: [{ csv: { delimiter: "'" } }, { table: 'b', csv: { delimiter: ';' } }] },
    ]
    expect(problemsOf({ ...minimal, csv: { quote: "'" }, routes })).toEqual([
      expect.stringContaining("routes[0].into[0].csv.delimiter: the quote ' is part of the delimiter"),
    ])
  })

  it.each<[object, string]>([
    [
      { format: 'parquet', compression: 'gzip' },
      "compression: has no meaning with format: 'parquet', whose files are compressed inside",
    ],
    [
      { format: 'parquet', csv: {} },
      "csv: tells how CSV is read, and the route says format: 'parquet': leave one of them out",
    ],
    [
      { format: 'parquet', json: { paths: 'auto' } },
      "json: tells how JSON is read, and the route says format: 'parquet'",
    ],
    [{ format: 'json', csv: { headerLines: 1 } }, "csv: tells how CSV is read, and the route says format: 'json'"],
    [{ format: 'csv', json: { paths: 'auto' } }, "json: tells how JSON is read, and the route says format: 'csv'"],
  ])('an option that the format would ignore: %j', (into, problem) => {
    expect(ofInto(into)).toEqual([expect.stringContaining(`routes[0].into.${problem}`)])
  })

  it('but not what holds for all targets, nor what is true', () => {
    const routes = [
      { match: 'a/{table}/**', into: { format: 'parquet', compression: 'none' } },
      { match: 'b/{table}/**', into: { csv: { headerLines: 1 }, json: { paths: 'auto' } } },
    ]
    const all = { csv: { quote: "'", delimiter: ';' }, json: { paths: 'auto' } }
    expect(settingsFrom({ ...minimal, ...all, routes }).routes).toHaveLength(2)
  })
})

type Place = readonly (string | number)[]

/** Every place in a document, the groups and lists themselves too. */
function placesIn(value: unknown, place: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [place]
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [place, ...entries.flatMap(([key, inner]) => placesIn(inner, [...place, key]))].filter(
    ({ length }) => length > 0,
  )
}

function withValue(document: unknown, [first, ...rest]: Place, value: unknown): unknown {
  if (first === undefined) return value
  if (Array.isArray(document))
    return document.map((one, index) => (index === first ? withValue(one, rest, value) : one))
  const group = document as Readonly<Record<string, unknown>>
  return { ...group, [first]: withValue(group[first], rest, value) }
}

describe('a login to a warehouse', () => {
  const { user: _, ...anybody } = warehouse
  const of = (main: object) => problemsOf({ ...minimal, warehouses: { main } })

  it('is by a password of a user, or by IAM: one of the two', () => {
    expect(of({ ...warehouse, auth: { cluster: 'acme' }, passwordParameter: '/p' })).toEqual([
      'warehouses.main.passwordParameter: names a password, and auth says that the login is by IAM, without any: leave one of them out',
    ])
    expect(of(anybody)).toEqual([
      'warehouses.main.user: is missing: a text is expected; only with auth, the login by IAM, it may be left out',
    ])
  })

  it('names no user at a workgroup, and may name one at a cluster', () => {
    expect(of({ ...warehouse, auth: { workgroup: 'acme' } })).toEqual([
      "warehouses.main.user: has no meaning with a workgroup, where the function's IAM role says who logs in: leave it out",
    ])
    expect(of({ ...warehouse, auth: { cluster: 'acme' } })).toEqual([])
    expect(of({ ...anybody, auth: { cluster: 'acme' } })).toEqual([])
    expect(of({ ...anybody, auth: { workgroup: 'acme' } })).toEqual([])
  })

  it('names the warehouse as AWS does, in a group of its own', () => {
    expect(of({ ...anybody, auth: { cluster: 'acme.abc.eu-west-1.redshift.amazonaws.com' } })).toEqual([
      'warehouses.main.auth.cluster: a cluster is named by its identifier, not by its host or ARN',
    ])
    expect(of({ ...anybody, auth: { workgrup: 'acme' } })).toEqual([
      "warehouses.main.auth: auth is { cluster: '…' } or { workgroup: '…' }, the identifier of the warehouse",
    ])
    expect(of({ ...anybody, auth: 'iam' })).toEqual([
      "warehouses.main.auth: auth is { cluster: '…' } or { workgroup: '…' }, the identifier of the warehouse",
    ])
  })

  it('is told beside every other problem', () => {
    expect(of({ ...anybody, port: 0 })).toEqual([
      'warehouses.main.port: is 0, and must be at least 1',
      expect.stringMatching(/^warehouses\.main\.user: is missing/),
    ])
  })
})
