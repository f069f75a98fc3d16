import * as fc from 'fast-check'
import { takes } from '../../../lambda/route/by-pattern'
import { compileRoutes } from '../../../lambda/route/compile-routes'
import { keyOfBoth } from '../../../lambda/route/overlap'
import type { Matcher } from '../../../lambda/route/route'
import { aFilename, allShortKeys, aMatch } from './arbitrary'
import { aRoute } from './routes'

it.each([
  ['{table}/**', '*/**', 'x/x'],
  ['a/*/x/*', 'a/b/*/*', 'a/b/x/x'],
  ['a*/**', '*b/**', 'ab/x'],
  ['**/x/*', 'x/**/*', 'x/x'],
  ['a/**/b', 'a/*/c/*', 'a/x/c/b'],
  ['*.csv', 'orders.*', 'orders.csv'],
  ['*', '*', 'x'],
])('%s and %s share keys such as %s', (one, other, key) => {
  expect(keyOfBoth(aRoute(one), aRoute(other))).toBe(key)
  expect(keyOfBoth(aRoute(other), aRoute(one))).toHaveLength(key.length)
})

it.each([
  ['a/*/x/**', 'b/*/x/**'],
  ['a/*', 'a/*/*'],
  ['*.csv', '*.json'],
  ['a{x}/*', 'a/*'],
  ['**/a/*', '**/b/*'],
  ['a/**', 'a'],
])('%s and %s share no key', (one, other) => {
  expect(keyOfBoth(aRoute(one), aRoute(other))).toBeUndefined()
})

it('looks at filenames, too', () => {
  expect(keyOfBoth(aRoute('**', '*.csv'), aRoute('**', '*.json'))).toBeUndefined()
  expect(keyOfBoth(aRoute('**', 'a*'), aRoute('**', '*b'))).toBe('ab')
  expect(keyOfBoth(aRoute('a/*.gz', 'x*'), aRoute('a/**', '*y.gz'))).toBe('a/xy.gz')
})

it('takes regexes with the same text for rivals, and different ones for none', () => {
  const [digits, words] = [{ regex: '^\\d+$' }, { regex: '^\\w+$' }]
  expect(keyOfBoth(aRoute('a/**', digits), aRoute('*/**', digits))).toBe('a/(a name like /^\\d+$/)')
  expect(keyOfBoth(aRoute('a/**', words), aRoute('*/**', { ...words, flags: 'i' }))).toBe('a/x')
  expect(keyOfBoth(aRoute('a/**', digits), aRoute('b/**', digits))).toBeUndefined()
  expect(keyOfBoth(aRoute('a/**', digits), aRoute('*/**', words))).toBeUndefined()
})

it('agrees with trying every short key, and every example is one', () => {
  const filename = fc.option(aFilename, { nil: undefined })
  const agrees = fc.property(aMatch, aMatch, filename, filename, (one, other, ofOne, ofOther) => {
    const [a, b] = [sound(one, ofOne), sound(other, ofOther)]
    // A filename that contradicts its match takes nothing; it is refused elsewhere.
    fc.pre(a !== undefined && b !== undefined)
    const example = keyOfBoth(a, b)
    if (example === undefined) {
      expect(splitKeys.filter((segments) => takes(a, segments) && takes(b, segments))).toEqual([])
    } else {
      expect([takes(a, example.split('/')), takes(b, example.split('/'))]).toEqual([true, true])
    }
  })
  return fc.assert(agrees, { numRuns: 1500 })
})

it.each([
  ['forty stars in each file name', `${'a*'.repeat(40)}b`, `${'a*'.repeat(39)}c*b`],
  [
    'forty stars in each of two folders',
    `${'a*'.repeat(40)}/${'*b'.repeat(40)}/*`,
    `${'*a'.repeat(40)}/${'b*'.repeat(40)}/*`,
  ],
  ['two hundred folders', `${'**/a/*/'.repeat(60)}x*`, `${'*/**/b/'.repeat(60)}*x`],
  ['no key in common', `${'a*'.repeat(40)}b`, `${'a*'.repeat(40)}c`],
])('compares without delay what is made of many wildcards: %s', (_, one, other) => {
  const startedAt = performance.now()
  const [a, b] = [aRoute(one), aRoute(other)]
  const key = keyOfBoth(a, b)
  if (key !== undefined) expect([takes(a, key.split('/')), takes(b, key.split('/'))]).toEqual([true, true])
  expect(key === undefined).toBe(other.endsWith('c'))
  expect(performance.now() - startedAt).toBeLessThan(500)
})

it('compares without delay what file names say, too', () => {
  const [a, b] = [
    aRoute(`**/${'a*'.repeat(200)}`, `${'*b'.repeat(200)}`),
    aRoute(`**/${'*c'.repeat(200)}`, `${'d*'.repeat(200)}`),
  ]
  const startedAt = performance.now()
  expect(keyOfBoth(a, b)).toBeUndefined()
  expect(performance.now() - startedAt).toBeLessThan(500)
})

it('compares a thousand sound routes without delay', () => {
  const inputs = Array.from({ length: 1000 }, (_, index) => ({ match: `tenant_${index}/{table}/**`, into: {} }))
  const startedAt = performance.now()
  expect(compileRoutes(inputs, { warehouses: ['main'] }).problems).toEqual([])
  expect(performance.now() - startedAt).toBeLessThan(5000)
})

const splitKeys = allShortKeys.map((key) => key.split('/'))

function sound(match: string, filename: string | undefined): Matcher | undefined {
  return compileRoutes([{ match, filename, into: { table: 't' } }], { warehouses: ['main'] }).routes[0]
}
