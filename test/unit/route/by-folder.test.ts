import * as fc from 'fast-check'
import { mayTake } from '../../../lambda/route/by-folder'
import { takes } from '../../../lambda/route/by-pattern'
import { compileRoutes } from '../../../lambda/route/compile-routes'
import { aKey, aMatch } from './arbitrary'
import { routesOf } from './routes'

it('leaves out no route that a key fits, and keeps the most specific first', () => {
  const agrees = fc.property(fc.array(aMatch, { maxLength: 6 }), fc.array(aKey, { minLength: 1 }), (matches, keys) => {
    const inputs = matches.map((match) => ({ match, into: { table: 't' } }))
    const { routes } = compileRoutes(inputs, { warehouses: ['main'] })
    for (const key of keys) {
      const segments = key.split('/')
      const fit = (route: (typeof routes)[number]) => takes(route, segments)
      expect([...mayTake(segments, routes)].filter(fit)).toEqual(routes.filter(fit))
    }
  })
  return fc.assert(agrees, { numRuns: 1_000 })
})

it.each([
  ['folders of their own', (index: number) => `tenant_${index}/**`, 'tenant_7/a.csv'],
  ['folders below one', (index: number) => `landing/raw/tenant_${index}/*.csv`, 'landing/raw/tenant_7/a.csv'],
])('asks one of ten thousand routes with %s, and those for all', (_, match, key) => {
  const inputs = Array.from({ length: 10_000 }, (__, index) => ({ match: match(index), into: { table: `t${index}` } }))
  const routes = routesOf<{ table: string }>({ match: '{x}/**', into: { table: 'rest' } }, ...inputs)
  const asked = [...mayTake(key.split('/'), routes)]
  expect(asked.map(({ targets }) => targets[0]?.into.table)).toEqual(['t7', 'rest'])
})

it('takes no folder for one that every object has', () => {
  const routes = routesOf({ match: 'a/*', into: { table: 't' } })
  expect([...mayTake(['constructor', 'x'], routes), ...mayTake(['__proto__', 'x'], routes)]).toEqual([])
})
