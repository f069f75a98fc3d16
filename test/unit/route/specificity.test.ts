import * as fc from 'fast-check'
import { compileRoutes } from '../../../lambda/route/compile-routes'
import type { Matcher } from '../../../lambda/route/route'
import { compareSpecificity } from '../../../lambda/route/specificity'
import { aFilename, aMatch } from './arbitrary'
import { aRoute } from './routes'

it('orders routes from the most specific to the least', () => {
  const sorted: readonly Matcher[] = [
    aRoute('sales/orders/x.csv'),
    aRoute('sales/orders/part-0*'),
    aRoute('sales/orders/part-*'),
    aRoute('sales/orders/*'),
    aRoute('sales/orders/**/x.csv'),
    aRoute('sales/orders/**', 'x.csv'),
    aRoute('sales/orders/**', { regex: '^x' }),
    aRoute('sales/orders/**', '*.csv.gz'),
    aRoute('sales/orders/**', '*.gz'),
    aRoute('sales/orders/**'),
    aRoute('sales/ord*/**'),
    aRoute('sales/{table}/dt=*/**'),
    aRoute('sales/{table}/*/x/**'),
    aRoute('sales/{table}/**'),
    aRoute('sales/**/x'),
    aRoute('sales/**'),
    aRoute('s*/**'),
    aRoute('{schema}/{table}/**'),
    aRoute('{table}/**'),
    aRoute('**/orders/*'),
    aRoute('**/orders'),
    aRoute('**/*.csv'),
    aRoute('**'),
  ]
  const reversed = [...sorted].reverse().sort(compareSpecificity)
  expect(reversed.map(({ pattern }) => pattern.source)).toEqual(sorted.map(({ pattern }) => pattern.source))
  for (const [index, one] of sorted.entries()) {
    for (const other of sorted.slice(index + 1)) expect(compareSpecificity(one, other)).toBeLessThan(0)
  }
})

it.each([
  ['a/', 'a/**'],
  ['a/**', 'a/**/*'],
  ['a/**', 'a/**/**'],
  ['{x}/**', '*/**'],
  ['orders/*', 'kpis/*'],
  ['{a}b/**', 'a*/**'],
])('takes %s and %s for equally specific', (one, other) => {
  expect(compareSpecificity(aRoute(one), aRoute(other))).toBe(0)
})

it('is a strict weak order', () => {
  const filename = fc.oneof(fc.constant(undefined), aFilename, fc.constant({ regex: 'a' }), fc.constant({ regex: 'b' }))
  const aMatcher = fc
    .tuple(aMatch, filename)
    .map(([match, rule]) => compileRoutes([{ match, filename: rule, into: { table: 't' } }], { warehouses: ['main'] }))
    .filter(({ routes }) => routes.length === 1)
    .map(({ routes }) => routes[0] as Matcher)
  const isOrder = fc.property(aMatcher, aMatcher, aMatcher, (a, b, c) => {
    expect(compareSpecificity(a, a)).toBe(0)
    expect(Math.sign(compareSpecificity(a, b)) + Math.sign(compareSpecificity(b, a))).toBe(0)
    const [ab, bc, ac] = [compareSpecificity(a, b), compareSpecificity(b, c), compareSpecificity(a, c)]
    if (ab < 0 && bc < 0) expect(ac).toBeLessThan(0)
    if (ab === 0) expect(Math.sign(ac)).toBe(Math.sign(bc))
  })
  return fc.assert(isOrder, { numRuns: 3000 })
})
