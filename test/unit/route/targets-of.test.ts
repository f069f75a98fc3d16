import * as fc from 'fast-check'
import type { TargetId } from '../../../lambda/model'
import { routeOf } from '../../../lambda/route/by-pattern'
import { compileRoutes } from '../../../lambda/route/compile-routes'
import { targetsOf } from '../../../lambda/route/targets-of'
import { routesOf } from './routes'

it.each<readonly [{ schema?: string; table?: string }, TargetId, boolean]>([
  [{}, 'main/public.kpis', true],
  [{}, 'main/sales.kpis', false],
  [{}, 'other/public.kpis', false],
  [{}, 'main/public.pg_kpis', false],
  [{ table: 'Orders' }, 'main/public.orders', true],
  [{ table: 'orders' }, 'main/public.orders2', false],
  [{ table: 'ord$rs' }, 'main/public.ord$rs', true],
  [{ table: 'crm.contacts' }, 'main/crm.contacts', true],
  [{ schema: 'Raw_{a}' }, 'main/raw_eu.kpis', true],
  [{ schema: 'Raw_{a}' }, 'main/raw_.kpis', false],
  [{ schema: '{a}' }, 'main/penstock.receipts', false],
  [{ schema: '{a}', table: '{a}' }, 'main/x.x', true],
  [{ schema: '{a}', table: '{a}' }, 'main/x.y', false],
  [{ table: '{a}_{b}' }, 'main/public.x_y_z', true],
])('knows whether %j could have made %s', (into, target, could) => {
  const routes = routesOf({ match: '{a}/{b}/{table}/**', into })
  expect(targetsOf(target, routes)).toEqual(could ? [{ route: routes[0], into }] : [])
})

it('lists what could have made a target, most specific route first', () => {
  const [wide, narrow] = [{ batch: 1 }, { table: 'orders', batch: 2 }]
  const routes = routesOf<{ table?: string; batch: number }>(
    { match: '{table}/**', into: wide },
    { match: 'o/**', into: narrow },
  )
  expect(targetsOf('main/public.orders', routes).map(({ into }) => into)).toEqual([narrow, wide])
  expect(targetsOf('main/public.other', routes).map(({ into }) => into)).toEqual([wide])
})

it('tells warehouses apart whose names begin alike', () => {
  const inputs = [{ match: '{table}/**', into: [{ warehouse: 'main' }, { warehouse: 'main-2' }] }]
  const { routes } = compileRoutes(inputs, { warehouses: ['main', 'main-2'] })
  expect(targetsOf('main-2/public.x', routes).map(({ into }) => into)).toEqual([{ warehouse: 'main-2' }])
})

it('finds again whatever a key made', () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_$]{0,5}$/)
  const template = fc.constantFrom('{a}', '{b}', 'x_{a}', '{a}_{b}', '{b}$', 'Fix', '{a}x{a}')
  const finds = fc.property(name, name, template, template, (a, b, schema, table) => {
    const into = { schema, table }
    const routes = routesOf({ match: '{a}/{b}/**', into })
    const decision = routeOf(`${a}/${b}/f.csv`, routes)
    if (decision.kind === 'unrouted') return
    for (const { target } of decision.targets) expect(targetsOf(target, routes)[0]?.into).toBe(into)
  })
  return fc.assert(finds, { numRuns: 500 })
})

it('asks many routes as it asks each alone', () => {
  const name = fc.constantFrom('a', 'b', 'ab', 'A')
  const template = fc.constantFrom('a', 'b', 'Ab', '{a}', '{b}', 'a{b}', '{a}_{b}')
  const into = fc.record({ warehouse: fc.constantFrom('main', 'second'), schema: template, table: template })
  const input = fc.record({ folder: name, into: fc.array(into, { minLength: 1, maxLength: 3 }) })
  const agrees = fc.property(fc.array(input, { maxLength: 6 }), into, (inputs, asked) => {
    const written = inputs.map((one, index) => ({ match: `${one.folder}${index}/{a}/{b}/**`, into: one.into }))
    const { routes } = compileRoutes(written, { warehouses: ['main', 'second'] })
    const fill = (text: string) => text.replace('{a}', 'a').replace('{b}', 'b').toLowerCase()
    const target: TargetId = `${asked.warehouse}/${fill(asked.schema)}.${fill(asked.table)}`
    expect(targetsOf(target, routes)).toEqual(routes.flatMap((route) => targetsOf(target, [route])))
  })
  return fc.assert(agrees, { numRuns: 1_000 })
})
