import * as fc from 'fast-check'
import { capturesOf, fitsPattern, parsePattern } from '../../../lambda/route/pattern'
import { aKey, aMatch } from './arbitrary'

it.each([
  ['{table}/**', 'kpis/new_file.csv', { table: 'kpis' }],
  ['{table}/**', 'kpis/2026/11/new_file.csv', { table: 'kpis' }],
  ['{table}/**', 'kpis/', { table: 'kpis' }],
  ['{schema}/{table}/', 'sales/orders/dt=2026-11-20/part-0.csv.gz', { schema: 'sales', table: 'orders' }],
  [
    'sales/{table}/dt={date}/part-*',
    'sales/orders/dt=2026-11-20/part-0.csv.gz',
    { table: 'orders', date: '2026-11-20' },
  ],
  ['sales/{table}/dt=*/**', 'sales/orders/dt=/x', { table: 'orders' }],
  ['**', 'x', {}],
  ['**', 'a/b/c', {}],
  ['**/{table}/*', 'x/y/orders/a.csv', { table: 'orders' }],
  ['**/{table}/*', 'orders/a.csv', { table: 'orders' }],
  ['a/**/z', 'a/z', {}],
  ['a/**/z', 'a/b/c/z', {}],
  ['a/**/**/z', 'a/z', {}],
  ['a/**/b/**/c', 'a/x/b/b/y/c', {}],
  ['*/x', '/x', {}],
  ['a/*/x', 'a//x', {}],
  ['{table}.csv', 'orders.csv', { table: 'orders' }],
  ['{a}_{b}', '🚰_ü', { a: '🚰', b: 'ü' }],
  ['🚰-*/*ü.csv', '🚰-1/🚰ü.csv', {}],
  ['{constructor}/{__proto__}', 'a/b', { constructor: 'a', ['__proto__']: 'b' }],
  ['a?b/[x]/*', 'a?b/[x]/y', {}],
])('%s takes the key %s', (match, key, captures) => {
  const { fits, captured } = ask(match, key)
  expect(fits).toBe(true)
  expect(Object.entries(captured)).toEqual(Object.entries(captures))
})

it.each([
  ['{table}/**', 'kpis'],
  ['{table}/**', '/kpis'],
  ['{schema}/{table}/', 'sales/orders'],
  ['sales/*', 'sales/a/b.csv'],
  ['sales/*', 'sale/a.csv'],
  ['sales/*', 'Sales/a.csv'],
  ['sales/**', 'sales'],
  ['sales/**', 'old/sales/a.csv'],
  ['dt={date}/*', 'dt=/a.csv'],
  ['a/**/z', 'a'],
  ['a/**/z', 'a/b/zz'],
  ['{table}.csv', '.csv'],
  ['{table}.csv', 'orders.csv.gz'],
  ['a.csv', 'aXcsv'],
  ['a?b', 'axb'],
])('%s does not take the key %s', (match, key) => {
  expect(ask(match, key).fits).toBe(false)
})

it.each([
  ['{table}.*', 'orders.csv.gz', { table: 'orders' }],
  ['{region}_{table}', 'eu_order_items', { region: 'eu', table: 'order_items' }],
  ['**/{a}/**/{b}/**', 'p/q/r/x', { a: 'p', b: 'q' }],
  ['{a}aa{b}', 'aaaaa', { a: 'a', b: 'aa' }],
])('%s gives as little of %s as it can to what comes first', (match, key, captures) => {
  expect(ask(match, key).captured).toEqual(captures)
})

it('agrees with a naive matcher, and what it captures is what stands there', () => {
  const agrees = fc.property(aMatch, aKey, (match, key) => {
    const { fits, captured } = ask(match, key)
    expect(fits).toBe(naivelyFits(match, key))
    if (!fits) return
    // With its captures written out, the pattern still takes the key.
    const written = match.replace(/\{(\w+)\}/g, (_, name: string) => captured[name] ?? '?')
    expect(naivelyFits(written, key)).toBe(true)
    expect(Object.keys(captured)).toHaveLength(match.split('{').length - 1)
  })
  return fc.assert(agrees, { numRuns: 3000 })
})

it.each([
  [`${'a*'.repeat(100)}b`, 'a'.repeat(1024)],
  [`${'**/a/'.repeat(100)}b`, 'a/'.repeat(511)],
  [`${'**/a*a*a*/'.repeat(50)}b`, 'aaaaaaa/'.repeat(127)],
  [`${'{c}-*'.replace('c', 'first')}${'-*'.repeat(200)}b`, '-'.repeat(1024)],
])('answers at once, however a key is made: %.20s', (match, key) => {
  const pattern = sound(match)
  const segments = key.split('/')
  const startedAt = performance.now()
  expect(fitsPattern(pattern, segments)).toBe(false)
  expect(performance.now() - startedAt).toBeLessThan(1000)
})

function sound(match: string) {
  const pattern = parsePattern(match, (message) => {
    throw new Error(message)
  })
  if (pattern === undefined) throw new Error('unreported')
  return pattern
}

function ask(match: string, key: string) {
  const pattern = sound(match)
  const segments = key.split('/')
  const fits = fitsPattern(pattern, segments)
  return { fits, captured: fits ? capturesOf(pattern, segments) : {} }
}

/** Straight from the grammar, with every way to read a `**` tried in turn. */
function naivelyFits(match: string, key: string): boolean {
  const wanted = match.replace(/\/$/, '/**').replace(/(^|\/)\*\*$/, '$1**/*')
  return fitsFrom(wanted.split('/'), key.split('/'))
}

function fitsFrom([first, ...wanted]: readonly string[], segments: readonly string[]): boolean {
  if (first === undefined) return segments.length === 0
  if (first === '**') return [...segments, ''].some((_, taken) => fitsFrom(wanted, segments.slice(taken)))
  const [segment, ...rest] = segments
  if (segment === undefined) return false
  const regex = first.replace(/\{\w+\}|\*|[^\w]/g, (part) =>
    part === '*' ? '.*' : part.startsWith('{') ? '.+' : `\\${part}`,
  )
  return new RegExp(`^${regex}$`, 'su').test(segment) && fitsFrom(wanted, rest)
}
