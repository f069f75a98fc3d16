import { routeOf } from '../../../lambda/route/by-pattern'
import type { RouteDecision } from '../../../lambda/route/route'
import { routesOf } from './routes'

const byPrefix = routesOf({ match: '{table}/**', into: {} })

it.each([
  ['kpis/new_file.csv', 'main/public.kpis'],
  ['kpis/2026/11/20/new file.csv', 'main/public.kpis'],
  ['Orders/a.csv', 'main/public.orders'],
  ['Orders/', 'main/public.orders'],
  ['_x$1/a.csv', 'main/public._x$1'],
  ['select/a.csv', 'main/public.select'],
  ['penstock/a.csv', 'main/public.penstock'],
  ['constructor/a.csv', 'main/public.constructor'],
  [`${'t'.repeat(127)}/a.csv`, `main/public.${'t'.repeat(127)}`],
  [`kpis/${"'; drop table x; --".repeat(50)}`, 'main/public.kpis'],
])('loads %.40s into %.40s', (key, target) => {
  expect(targetsIn(routeOf(key, byPrefix))).toEqual([target])
})

it.each([
  'orders; drop table x/a.csv',
  'a"b/x.csv',
  "a'b/x.csv",
  '../x',
  './x',
  'a.b/x.csv',
  'web-events/x.csv',
  '2026/x.csv',
  '$x/x.csv',
  ' orders/x.csv',
  'orders /x.csv',
  'a\0b/x.csv',
  'orders\n/x.csv',
  'orders\u2028/x.csv',
  'größe/x.csv',
  // What a careless comparison takes for ASCII: a long s, the Kelvin sign, a dotted I, a Cyrillic o.
  'order\u017f/x.csv',
  '\u212apis/x.csv',
  '\u0130d/x.csv',
  '\u043erders/x.csv',
  '🚰/x.csv',
  '*/x.csv',
  '{table}/x.csv',
  `${'t'.repeat(128)}/x.csv`,
  `${'t'.repeat(1000)}/x.csv`,
])('lets the key %.40j name no table', (key) => {
  expect(routeOf(key, byPrefix)).toMatchObject({ kind: 'unrouted', why: 'NOT_AN_IDENTIFIER' })
})

it.each(['kpis', '', '/kpis', 'x'.repeat(1024)])('knows no route for %.20j', (key) => {
  expect(routeOf(key, byPrefix)).toMatchObject({ kind: 'unrouted', why: 'NO_ROUTE' })
})

it('refuses an empty folder, as it names no table', () => {
  expect(routeOf('//a.csv', byPrefix)).toMatchObject({ why: 'NO_ROUTE' })
})

it.each([
  ['pg_catalog/t/x.csv', 'schema'],
  ['PG_Temp_1/t/x.csv', 'schema'],
  ['information_schema/t/x.csv', 'schema'],
  ['Penstock/receipts/x.csv', 'schema'],
  ['sys/t/x.csv', 'schema'],
  ['sales/pg_class/x.csv', 'table'],
  ['sales/PG_CLASS/x.csv', 'table'],
])('lets the key %s choose no %s of the system', (key, kind) => {
  const decision = routeOf(key, routesOf({ match: '{schema}/{table}/**', into: { schema: '{schema}' } }))
  expect(decision).toMatchObject({ kind: 'unrouted', why: 'RESERVED_NAME', message: expect.stringContaining(kind) })
})

it('finds a reserved name that only comes about in the template', () => {
  const routes = routesOf({ match: '{rest}/**', into: { schema: 'pen{rest}', table: 't' } })
  expect(routeOf('stock/x.csv', routes)).toMatchObject({ why: 'RESERVED_NAME' })
  expect(routeOf('cil/x.csv', routes)).toMatchObject({ kind: 'routed' })
})

it('lets the settings themselves name what a key may not', () => {
  const routes = routesOf({ match: '**', into: { table: 'sys.pg_stats' } })
  expect(targetsIn(routeOf('x', routes))).toEqual(['main/sys.pg_stats'])
})

it('never takes a dot from a key for the one between schema and table', () => {
  const routes = routesOf({ match: '{name}/**', into: { table: '{name}' } })
  expect(routeOf('crm.contacts/x.csv', routes)).toMatchObject({ why: 'NOT_AN_IDENTIFIER' })
})

it('passes captures on as they are in the key, and options untouched', () => {
  const into = { schema: 'Raw_{region}', table: '{table}_{year}', format: 'csv', batch: { files: 7 } } as const
  const routes = routesOf({ match: '{region}/{table}/year={year}/**', into })
  expect(routeOf('EU/Orders/year=2026/a+b.csv', routes)).toEqual({
    kind: 'routed',
    route: routes[0],
    captures: { region: 'EU', table: 'Orders', year: '2026' },
    targets: [{ target: 'main/raw_eu.orders_2026', schema: 'raw_eu', table: 'orders_2026', into }],
  })
  const decision = routeOf('EU/Orders/year=2026/a+b.csv', routes)
  expect(decision.kind === 'routed' && decision.targets[0]?.into).toBe(into)
})

it('loads into every target of the route, in the order of the settings', () => {
  const routes = routesOf({ match: '{table}/**', into: [{}, { schema: 'archive' }, { table: 'everything' }] })
  expect(targetsIn(routeOf('kpis/a.csv', routes))).toEqual([
    'main/public.kpis',
    'main/archive.kpis',
    'main/public.everything',
  ])
})

it('lets the most specific route decide alone', () => {
  const routes = routesOf(
    { match: '{table}/**', into: {} },
    { match: 'sales/{table}/**', into: { schema: 'sales' } },
    { match: 'sales/orders/**', filename: '*.json', into: { table: 'raw.orders' } },
    { match: 'sales/orders/**', filename: { regex: '^x\\d', flags: 'i' }, into: { table: 'x' } },
  )
  expect(targetsIn(routeOf('sales/orders/dt=1/a.csv', routes))).toEqual(['main/sales.orders'])
  expect(targetsIn(routeOf('sales/orders/dt=1/a.json', routes))).toEqual(['main/raw.orders'])
  expect(targetsIn(routeOf('sales/orders/dt=1/X1.json', routes))).toEqual(['main/public.x'])
  expect(targetsIn(routeOf('sales/a.csv', routes))).toEqual(['main/public.sales'])
  // It also decides when the name is bad: the wider route does not get what this one refuses.
  expect(routeOf('sales/or-ders/a.csv', routes)).toMatchObject({ why: 'NOT_AN_IDENTIFIER' })
})

it('refuses to choose between two regexes that both match', () => {
  const routes = routesOf(
    { match: '{table}/**', filename: { regex: '^a' }, into: {} },
    { match: '*/**', filename: { regex: 'z$' }, into: { table: 'other' } },
  )
  expect(targetsIn(routeOf('kpis/ab', routes))).toEqual(['main/public.kpis'])
  expect(targetsIn(routeOf('kpis/yz', routes))).toEqual(['main/public.other'])
  expect(routeOf('kpis/az', routes)).toEqual({
    kind: 'unrouted',
    why: 'AMBIGUOUS',
    message:
      "The key \"kpis/az\" matches '{table}/** (/^a/)' and '*/** (/z$/)', and neither is more specific. Narrow one of their regexes.",
  })
})

it('refuses a key that makes two targets the same table', () => {
  const routes = routesOf({ match: '{a}/{b}/**', into: [{ table: '{a}' }, { table: '{b}' }] })
  expect(targetsIn(routeOf('x/y/f', routes))).toEqual(['main/public.x', 'main/public.y'])
  expect(routeOf('x/X/f', routes)).toMatchObject({
    why: 'AMBIGUOUS',
    message: expect.stringContaining('main/public.x'),
  })
})

it('tells which key, which route, what is wrong and what to do', () => {
  expect(routeOf('web-events/a.csv', byPrefix)).toEqual({
    kind: 'unrouted',
    why: 'NOT_AN_IDENTIFIER',
    message:
      'The key "web-events/a.csv" matches \'{table}/**\' and makes the table "web-events" out of \'{table}\', which is not a plain ' +
      'identifier (letters a–z, digits, _ and $, no digit or $ first, at most 127 characters). Rename the folder or file, or add ' +
      'a route for it that writes the name out.',
  })
})

it('puts no control character and no endless key into a message', () => {
  const decision = routeOf(`a\u001b[31m\n${'x'.repeat(1000)}`, byPrefix)
  const message = decision.kind === 'unrouted' ? decision.message : ''
  expect(message).toContain('"a\\u001b[31m\\nxxx')
  expect(message.length).toBeLessThan(400)
})

function targetsIn(decision: RouteDecision) {
  return decision.kind === 'routed' ? decision.targets.map(({ target }) => target) : decision
}

it('takes the schema from the key where match captures it, unless the route names one', () => {
  const taken = routeOf('sales/orders/dt=2026-11-20/part-0.csv.gz', routesOf({ match: '{schema}/{table}/', into: {} }))
  expect(taken).toMatchObject({ kind: 'routed', targets: [{ target: 'main/sales.orders' }] })
  const named = routeOf('sales/orders/a.csv', routesOf({ match: '{schema}/{table}/', into: { schema: 'raw' } }))
  expect(named).toMatchObject({ kind: 'routed', targets: [{ target: 'main/raw.orders' }] })
})
