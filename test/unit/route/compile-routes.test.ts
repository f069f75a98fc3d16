import { compileRoutes } from '../../../lambda/route/compile-routes'
import type { Into, RouteInput } from '../../../lambda/route/route'
import { problemsOf } from './routes'

const into = { table: 't' }

it('takes the environment of the README', () => {
  const inputs: readonly RouteInput<Into & { format?: string }>[] = [
    { match: '{table}/**', into: { warehouse: 'main', schema: 'public' } },
    { match: 'sales/{table}/dt=*/**', into: { warehouse: 'main', schema: 'sales', format: 'parquet' } },
    { match: 'crm/contacts/**', filename: '*.jsonl.gz', into: { warehouse: 'main', table: 'crm.contacts' } },
  ]
  const { routes, problems } = compileRoutes(inputs, { warehouses: ['main'] })
  expect(problems).toEqual([])
  expect(routes.map(({ id }) => id)).toEqual(['crm/contacts/** (*.jsonl.gz)', 'sales/{table}/dt=*/**', '{table}/**'])
})

it.each([
  ['', 'is empty: write a pattern such as {table}/**'],
  ['/', "'/' starts with '/', which no key does: leave the slash out"],
  ['/a/*', "'/a/*' starts with '/', which no key does: leave the slash out"],
  ['a//b', "'a//b' holds '//': an empty folder matches nothing"],
  ['a/**b', "'**b': '**' must be a whole segment '**', or be '*'"],
  ['a**b', "'a**b': '**' must be a whole segment '**', or be '*'"],
  ['a/***', "'***': '***' must be a whole segment '**', or be '*'"],
  ['a/{b/c', "'{b' has an unbalanced '{'"],
  ['a/b}/c', "'b}' has an unbalanced '}'"],
  ['a/{b/c}', "'{b' has an unbalanced '{'"],
  ['{}/**', "'{}' has a capture without a name: '{}'"],
  ['{1a}/**', "'{1a}' is no name for a capture: letters, digits and _, no digit first"],
  ['{a-b}/**', "'{a-b}' is no name for a capture: letters, digits and _, no digit first"],
  ['{ a }/**', "'{ a }' is no name for a capture: letters, digits and _, no digit first"],
  ['{a}/{a}/**', "'{a}/{a}/**' has the capture {a} twice: give them different names"],
  ['{a}{b}/**', "'{a}{b}': '{b}' touches another wildcard, so nobody can tell where it ends: put text between them"],
  ['{a}*/**', "'{a}*': '{a}' touches another wildcard, so nobody can tell where it ends: put text between them"],
  [`a/${'ü'.repeat(512)}`, `'a/${'ü'.repeat(98)}…' is longer than any key can be: S3 allows 1024 bytes`],
])('refuses the match %.20s', (match, message) => {
  expect(problemsOf([{ match, into }])).toContain(`routes[0].match: ${message}`)
})

it('takes a match that is as long as a key may be', () => {
  expect(problemsOf([{ match: `**/a/${'ü'.repeat(511)}`, into }])).toEqual([])
})

it.each([
  ['**', '', 'is empty: leave it out to take every file'],
  ['**', 'a/*.csv', "'a/*.csv' holds '/': it is the file's name alone, folders belong to match"],
  [
    '**',
    '{table}.csv',
    "'{table}.csv' holds '{', and a filename knows only '*': captures belong to match, more takes { regex: … }",
  ],
  [
    '**',
    'a?.csv',
    "'a?.csv' holds '?', and a filename knows only '*': captures belong to match, more takes { regex: … }",
  ],
  ['**', '**.csv', "'**.csv': '**' must be a whole segment '**', or be '*'"],
  ['a/*.csv', '*.json', "*.json can never fit: match already says that the file's name is '*.csv'"],
  ['a/x.csv', { regex: '^y' }, "/^y/ can never fit: match already says that the file's name is 'x.csv'"],
  ['**', { regex: '(' }, 'is no regular expression: Invalid regular expression: /(/: Unterminated group'],
  ['**', { regex: 'a', flags: 'gi' }, "has the flag 'g': only i, m, s, u and v make sense for a name"],
  ['**', { regex: 'a', flags: 'ii' }, "is no regular expression: Invalid flags supplied to RegExp constructor 'ii'"],
])('refuses in %s the filename %j', (match, filename, message) => {
  expect(problemsOf([{ match, filename, into }])).toEqual([`routes[0].filename: ${message}`])
})

describe('targets', () => {
  const plain = 'letters a–z, digits, _ and $, no digit or $ first, at most 127 characters'
  it.each([
    [
      { table: '{tabel}' },
      "table: '{tabel}' names {tabel}, but match only has {table}: capture it there, or write the name out",
    ],
    [
      { schema: 'raw_{region}' },
      "schema: 'raw_{region}' names {region}, but match only has {table}: capture it there, or write the name out",
    ],
    [
      { table: '{region}.x' },
      "table: '{region}' names {region}, but match only has {table}: capture it there, or write the name out",
    ],
    [{ table: 'a-{table}' }, `table: 'a-{table}' can never be a plain identifier (${plain})`],
    [{ table: '1{table}' }, `table: '1{table}' can never be a plain identifier (${plain})`],
    [
      { table: `${'a'.repeat(127)}{table}` },
      `table: '${'a'.repeat(127)}{table}' can never be a plain identifier (${plain})`,
    ],
    [{ table: 'order items' }, `table: 'order items' is not a plain identifier (${plain})`],
    [{ table: 'a"b' }, `table: 'a"b' is not a plain identifier (${plain})`],
    [{ table: 'Bestellungen_für' }, `table: 'Bestellungen_für' is not a plain identifier (${plain})`],
    [{ schema: '$x' }, `schema: '$x' is not a plain identifier (${plain})`],
    [{ table: '' }, 'table: is empty'],
    [{ schema: '' }, 'schema: is empty'],
    [{ table: 'crm.' }, 'table: is empty'],
    [{ table: '.contacts' }, 'table: is empty'],
    [{ table: 'db.crm.contacts' }, "table: 'db.crm.contacts' has more than one dot: write 'table' or 'schema.table'"],
    [
      { table: 'crm.contacts', schema: 'sales' },
      "table: 'crm.contacts' names another schema than schema: 'sales': write it once",
    ],
    [{ table: '{table' }, "table: '{table' has an unbalanced brace"],
    [{ table: 't}' }, "table: 't}' has an unbalanced brace"],
    [{ table: '{}' }, "table: '{}': '{}' is no name of a capture"],
    [
      { table: 'PG_{table}' },
      "table: 'PG_{table}' starts with 'pg_', and such names are refused when a key is part of them",
    ],
    [{ warehouse: 'mian' }, "warehouse: 'mian' is no warehouse (did you mean 'main'?); there are: 'main'"],
    [{ warehouse: 'elsewhere' }, "warehouse: 'elsewhere' is no warehouse; there are: 'main'"],
  ])('refuses %j', (target, message) => {
    expect(problemsOf([{ match: '{table}/**', into: target }])).toEqual([`routes[0].into.${message}`])
  })

  it('asks for a table if match captures none', () => {
    expect(problemsOf([{ match: 'a/**', into: {} }])).toEqual([
      "routes[0].into.table: is missing, and match has no {table} to take it from: write table: 'name', or capture {table} in match",
    ])
  })

  it('asks for a warehouse if there are several, or none', () => {
    const message = 'routes[0].into.warehouse: is missing, and there is not just one warehouse; there are:'
    expect(problemsOf([{ match: '**', into }], ['main', 'spare'])).toEqual([`${message} 'main', 'spare'`])
    expect(problemsOf([{ match: '**', into }], [])).toEqual([`${message} none`])
  })

  it('refuses a target that is named twice, however it is written', () => {
    const twice = [
      { table: 'crm.contacts' },
      { table: 'orders' },
      { schema: 'CRM', table: 'Contacts', warehouse: 'main' },
    ]
    expect(problemsOf([{ match: '**', into: twice }])).toEqual([
      'routes[0].into[2]: is the same target as into[0]: main/crm.contacts',
    ])
  })

  it('tells captures of different case apart', () => {
    expect(problemsOf([{ match: '{A}/{a}/*', into: [{ table: '{a}' }, { table: '{A}' }] }])).toEqual([])
  })

  it('refuses a route without targets', () => {
    expect(problemsOf([{ match: '**', into: [] }])).toEqual(['routes[0].into: is empty: name at least one target'])
  })

  it('takes a schema that is said twice alike', () => {
    expect(problemsOf([{ match: '**', into: { schema: 'CRM', table: 'crm.contacts' } }])).toEqual([])
  })
})

it('tells all problems at once, each with its place', () => {
  const inputs = [
    { match: '/{a}/{a}/**', filename: { regex: '(' }, into: [{ table: '{b}' }, { table: 'a b', warehouse: 'x' }] },
    { match: 'fine/**', into },
    { match: '{table}', filename: 'x/y', into: {} },
  ]
  expect(problemsOf(inputs).map((problem) => problem.split(': ')[0])).toEqual([
    'routes[0].match',
    'routes[0].match',
    'routes[0].filename',
    'routes[0].into[1].warehouse',
    'routes[0].into[1].table',
    'routes[2].filename',
  ])
  expect(compileRoutes(inputs, { warehouses: ['main'] }).routes.map(({ id }) => id)).toEqual(['fine/**'])
})

describe('rivals', () => {
  it('refuses two routes that are equally specific and share a key, and shows one', () => {
    const inputs = [
      { match: 'a/{x}/b/**', into },
      { match: 'unrelated/**', into },
      { match: 'a/*/b/**', into },
    ]
    expect(problemsOf(inputs)).toEqual([
      "routes[2].match: 'a/*/b/**' and 'a/{x}/b/**' of routes[0] are equally specific, and both match 'a/x/b/x': narrow one of them, or make them one route with two targets",
    ])
  })

  it('finds them even if their targets are wrong', () => {
    const wrong = { table: 'a b' }
    expect(
      problemsOf([
        { match: '**', into: wrong },
        { match: '**/*', into: wrong },
      ]),
    ).toHaveLength(3)
  })

  it('finds each pair of three', () => {
    expect(
      problemsOf([
        { match: 'a*/**', into },
        { match: '*a/**', into },
        { match: 'b*/**', into },
      ]),
    ).toHaveLength(2)
  })

  it('lets the more specific one of two that overlap be', () => {
    expect(
      problemsOf([
        { match: '**', into },
        { match: '{table}/**', into },
        { match: 'a/**', into },
      ]),
    ).toEqual([])
    expect(
      problemsOf([
        { match: '**', into },
        { match: '**', filename: '*.csv', into },
      ]),
    ).toEqual([])
  })

  it('lets two regexes be, unless they have the same text', () => {
    const [csv, json] = [{ regex: 'csv$' }, { regex: 'json$' }]
    expect(
      problemsOf([
        { match: '**', filename: csv, into },
        { match: '**', filename: json, into },
      ]),
    ).toEqual([])
    expect(
      problemsOf([
        { match: '**', filename: csv, into },
        { match: '**', filename: csv, into },
      ]),
    ).toHaveLength(1)
  })
})

it.each([
  [{ schema: 'Penstock' }, 'schema'],
  [{ table: 'penstock.receipts' }, 'table'],
])('keeps the schema of the receipts for the loader: %j', (into, field) => {
  expect(problemsOf([{ match: '{table}/**', into }])).toEqual([
    `routes[0].into.${field}: 'penstock' is where the loader keeps its receipts: no file is loaded there`,
  ])
})
