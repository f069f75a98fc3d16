import { leadsTo } from '../../../lambda/bulk/leads-to'
import type { TargetId } from '../../../lambda/model'
import { type SettingsInput, settingsFrom } from '../../../lambda/settings'
import { notesContents, thresholdsOf, topicsOf } from '../../../lambda/target-settings'
import { minimal, problemsOf } from '../some-settings'

const ORDERS: TargetId = 'main/public.orders'
const into = { table: 'orders' }

/** The problems of a document with one bulk load. */
const ofBulk = (...bulk: readonly object[]) => problemsOf({ ...minimal, bulk })

describe('the settings of a bulk load', () => {
  it('need a prefix and a table', () => {
    const { bulk } = settingsFrom({ ...minimal, bulk: [{ prefix: 'history/', into: { table: 'Sales.Orders' } }] })
    expect(bulk).toMatchObject([
      { target: 'main/sales.orders', schema: 'sales', table: 'orders', when: { kind: 'once' } },
    ])
    expect(settingsFrom(minimal).bulk).toEqual([])
  })

  it('say when a day is listed, and of how many days ago', () => {
    const { bulk } = settingsFrom({
      ...minimal,
      bulk: [
        { prefix: 'a/{yyyy}/{mm}/{dd}/', into, daily: '02:30' },
        { prefix: 'a/{yyyy}/{mm}/', into, daily: '23:59', daysBack: 3 },
        { prefix: 'a/', into, daily: '00:00' },
      ],
    })
    expect(bulk.map(({ when }) => when)).toEqual([
      { kind: 'daily', atMs: 9_000_000, daysBack: 1 },
      { kind: 'daily', atMs: 86_340_000, daysBack: 3 },
      { kind: 'daily', atMs: 0, daysBack: 0 },
    ])
  })

  it.each<[object, string]>([
    [{ prefix: '' }, 'bulk[0].prefix: is empty: name what the keys begin with, such as history/orders/'],
    [{ prefix: '/a/' }, "bulk[0].prefix: '/a/' starts with '/', which no key does: leave the slash out"],
    [
      { prefix: 's3://landing/a/' },
      "bulk[0].prefix: 's3://landing/a/' is an address: write only what comes after the bucket",
    ],
    [
      { prefix: 'a/**' },
      "bulk[0].prefix: 'a/**' holds a '*', and whatever begins with a prefix is taken anyway: leave it out",
    ],
    [{ prefix: 'a/{yyyy/' }, "bulk[0].prefix: 'a/{yyyy/' has an unbalanced brace"],
    [
      { prefix: 'a/{yyy}/', daily: '02:30' },
      "bulk[0].prefix: 'a/{yyy}/': '{yyy}' is no part of a day (did you mean 'yyyy'?); there are {yyyy}, {mm} and {dd}",
    ],
    [
      { prefix: 'a/{table}/' },
      "bulk[0].prefix: 'a/{table}/': '{table}' is no part of a day; there are {yyyy}, {mm} and {dd}",
    ],
    [{ prefix: 'ä'.repeat(600) }, 'is longer than any key can be: S3 allows 1024 bytes'],
    [
      { prefix: '_penstock/batches/' },
      "bulk[0].prefix: '_penstock/batches/' lies under s3://landing/_penstock/, and what the loader keeps there is never loaded",
    ],
    [
      { prefix: 'a/{yyyy}/{mm}/{dd}/' },
      "bulk[0].daily: is missing: the prefix names a day, so say at what time of day (UTC) it is listed, such as '02:30'",
    ],
    [{ daily: '2:30' }, "bulk[0].daily: a time of day is written in UTC by hours and minutes, such as '02:30'"],
    [{ daily: '24:00' }, 'bulk[0].daily: a time of day is written in UTC'],
    [
      { daysBack: 2 },
      'bulk[0].daysBack: has no meaning where the prefix names no day by {yyyy}, {mm} and {dd}: leave it out',
    ],
    [{ daysBack: 32 }, 'bulk[0].daysBack: is 32, and must be at most 31'],
    [{ into: {} }, 'bulk[0].into.table: is missing: name the table into which everything under the prefix is loaded'],
    [
      { into: { table: '{table}' } },
      "bulk[0].into.table: '{table}' would be filled in by a key, and a bulk load has one table: write its name",
    ],
    [{ into: { schema: 'x{y}', table: 'a' } }, "bulk[0].into.schema: 'x{y}' would be filled in by a key"],
    [
      { into: { warehouse: 'mian', table: 'a' } },
      "bulk[0].into.warehouse: 'mian' is no warehouse (did you mean 'main'?)",
    ],
    [{ into: [into] }, 'bulk[0].into: a group of settings, { … }, is expected, not a list'],
    [{ into: { table: 'a b' } }, "bulk[0].into.table: 'a b' is not a plain identifier"],
    [{ into: { schema: 'penstock', table: 'receipts' } }, "bulk[0].into.schema: 'penstock' is where the loader keeps"],
    [{ into: { ...into, format: 'parquet', csv: {} } }, 'bulk[0].into.csv: tells how CSV is read'],
    [
      { into: { ...into, json: { paths: 's3://landing/history/paths.json' } } },
      "bulk[0].into.json.paths: s3://landing/history/paths.json would be loaded as a file by the bulk load of 'history/'",
    ],
    [{ dayly: '02:30' }, 'bulk[0].dayly: there is no setting "dayly" (did you mean \'daily\'?)'],
  ])('are refused: %j', (given, problem) => {
    const routes: SettingsInput['routes'] = [{ match: 'elsewhere/**', into: { table: 'elsewhere' } }]
    const told = problemsOf({ ...minimal, routes, bulk: [{ prefix: 'history/', into, ...given }] })
    expect(told).toEqual([expect.stringContaining(problem)])
  })

  it('are refused all at once, beside any other problem', () => {
    const bulk = [
      { prefix: '/a' },
      { prefix: 'a/{hh}/', into: { table: 'b c' }, daily: 'noon' },
      { prefix: '', into: {} },
    ]
    const paths = (document: object) => problemsOf(document).map((problem) => problem.split(': ')[0])
    expect(paths({ ...minimal, bulk, heal: true })).toEqual([
      'bulk[0].into',
      'bulk[1].daily',
      'heal',
      'bulk[1].prefix',
      'bulk[1].into.table',
      'bulk[2].prefix',
      'bulk[2].into.table',
    ])
  })

  it('are refused twice alike', () => {
    const a = { prefix: 'a/', into }
    expect(
      ofBulk(a, { prefix: 'a/', into: { table: 'other' } }, { prefix: 'a/', into: { table: 'public.ORDERS' } }),
    ).toEqual(["bulk[2].prefix: 'a/' is loaded into main/public.orders by bulk[0] already: leave one out"])
  })
})

describe('a bulk load and a route into its table', () => {
  const withRoutes = (routes: SettingsInput['routes'], load: object) => problemsOf({ ...minimal, routes, bulk: [load] })
  const load = { prefix: 'orders/', into: { table: 'orders', csv: { headerLines: 1 } } }

  it('that read the same keys by other options are refused, with an example of such a key', () => {
    expect(withRoutes([{ match: '{table}/**', into: {} }], load)).toEqual([
      "bulk[0].into: the route '{table}/**' leads keys such as 'orders/x' into main/public.orders too, and its options would count, but csv differs: say the same in both, or narrow one of them",
    ])
    expect(withRoutes([{ match: '{what}/{table}/**', into: {} }], { ...load, prefix: 'history/' })).toEqual([
      expect.stringContaining("leads keys such as 'history/orders/x' into main/public.orders too"),
    ])
    expect(
      withRoutes([{ match: 'e/{day}/**', into: { table: 'orders' } }], {
        ...load,
        prefix: 'e/{yyyy}-{mm}/',
        daily: '02:30',
      }),
    ).toEqual([expect.stringContaining("leads keys such as 'e/2026-11/x'")])
  })

  it.each<[string, SettingsInput['routes'], object]>([
    ['by the same options', [{ match: '{table}/**', into: { csv: { headerLines: 1 } } }], load],
    ['by the defaults', [{ match: '{table}/**', into: { overwrites: 'skip' } }], { prefix: 'orders/', into }],
    ['but for thresholds', [{ match: '{table}/**', into: { batch: { files: 1 } } }], { prefix: 'orders/', into }],
    ['of other keys', [{ match: '{table}/**', into: {} }], { ...load, prefix: 'history/' }],
    ['of other names', [{ match: '{table}/**', filename: '*.json', into: {} }], { ...load, prefix: 'history/orders/' }],
  ])('may stand together %s', (_, routes, given) => {
    expect(withRoutes(routes, given)).toEqual([])
  })
})

describe('what counts for the table of a bulk load', () => {
  const topic = (name: string) => `arn:aws:sns:eu-west-1:111111111111:${name}`
  const settingsWith = (routes: NonNullable<SettingsInput['routes']>, bulk: NonNullable<SettingsInput['bulk']>) =>
    settingsFrom({ ...minimal, routes, bulk, batch: { files: 7, seconds: 7, bytes: 7 } })

  it('is the route that leads the key there, then the longest prefix', () => {
    const settings = settingsWith(
      [{ match: 'routed/**', into: { table: 'orders', columns: ['route'] } }],
      [
        { prefix: 'a/', into: { table: 'orders', columns: ['short'] } },
        { prefix: 'a/{yyyy}/', into: { table: 'orders', columns: ['dated'] }, daily: '02:30' },
        { prefix: 'b/', into: { table: 'other' } },
      ],
    )
    const columnsOf = (key: string) => leadsTo(key, ORDERS, settings)?.into.columns?.[0]
    expect(columnsOf('routed/1.csv')).toBe('route')
    expect(columnsOf('a/1.csv')).toBe('short')
    expect(columnsOf('a/2026/1.csv')).toBe('dated')
    expect(leadsTo('b/1.csv', ORDERS, settings)).toBeUndefined()
    expect(leadsTo('c/1.csv', ORDERS, settings)).toBeUndefined()
  })

  it('is for thresholds and topics what says something: a route that names it, the load, a route that captures it, all', () => {
    const own = { table: 'orders', batch: { files: 2, seconds: 2 }, notify: { failure: topic('bulk') } }
    const bulk = [{ prefix: 'history/', into: own }]
    const captures = settingsWith([{ match: '{table}/**', into: { batch: { files: 3, bytes: 3 } } }], bulk)
    expect(thresholdsOf(ORDERS, captures)).toEqual({ files: 2, seconds: 2, bytes: 3 })
    expect(thresholdsOf('main/public.items', captures)).toEqual({ files: 3, seconds: 7, bytes: 3 })
    expect(topicsOf(ORDERS, captures)).toEqual({ failure: topic('bulk') })
    const named = { table: 'orders', batch: { files: 4 }, notify: { success: topic('route') } }
    const names = settingsWith([{ match: 'orders/**', into: named }], bulk)
    expect(thresholdsOf(ORDERS, names)).toEqual({ files: 4, seconds: 2, bytes: 7 })
    expect(topicsOf(ORDERS, names)).toEqual({ failure: topic('bulk'), success: topic('route') })
  })

  it('is noted of contents if the load wants them once', () => {
    const settings = settingsWith([], [{ prefix: 'history/', into: { table: 'orders', duplicates: 'hold' } }])
    expect(notesContents(ORDERS, settings)).toBe(true)
    expect(notesContents('main/public.items', settings)).toBe(false)
  })
})
