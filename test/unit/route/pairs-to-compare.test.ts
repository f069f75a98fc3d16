import * as fc from 'fast-check'
import { compileRoutes } from '../../../lambda/route/compile-routes'
import { keyOfBoth } from '../../../lambda/route/overlap'
import { pairsToCompare } from '../../../lambda/route/pairs-to-compare'
import type { Matcher, RouteInput } from '../../../lambda/route/route'
import { compareSpecificity } from '../../../lambda/route/specificity'
import { aFilename, aMatch } from './arbitrary'

it('leaves out no two routes that are equally specific and share a key, and keeps their order', () => {
  const input = fc.record({ match: aMatch, filename: fc.option(aFilename, { nil: undefined }) })
  const agrees = fc.property(fc.array(input, { maxLength: 12 }), (inputs) => {
    const sorted = matchersOf(inputs.map((one) => ({ ...one, into: { table: 't' } })))
    const share = ([one, other]: readonly [Matcher, Matcher]) => keyOfBoth(one, other) !== undefined
    expect(pairsToCompare(sorted).filter(share)).toEqual(allPairsOf(sorted).filter(share))
  })
  return fc.assert(agrees, { numRuns: 2_000 })
})

it.each([
  ['in folders of their own', (index: number) => `tenant_${index}/{table}/**`],
  ['in folders below one', (index: number) => `landing/tenant_${index}/**`],
  ['in folders below any', (index: number) => `*/tenant_${index}/**`],
  ['in folders that begin otherwise', (index: number) => `landing/tenant_${index}_*/**`],
  ['in folders that begin otherwise below any', (index: number) => `{region}/tenant_${index}_*/**`],
  ['with file names that begin otherwise', (index: number) => `landing/orders_${index}_*.csv`],
  ['with file names that end otherwise', (index: number) => `landing/**/*_${index}.csv`],
  ['with file names', (index: number) => `landing/**/${index}.csv`],
])('compares none of two thousand routes %s', (_, match) => {
  const inputs = Array.from({ length: 2_000 }, (__, index) => ({ match: match(index), into: { table: 't' } }))
  expect(pairsToCompare(matchersOf(inputs)).length).toBe(0)
})

it('compares what lies behind any number of folders, where it may stand in different places', () => {
  const inputs = ['**/a/**/x', '**/b/**/x'].map((match) => ({ match, into: { table: 't' } }))
  expect(keysOf(inputs)).toEqual(['a/b/x'])
})

function keysOf(inputs: readonly RouteInput[]): readonly (string | undefined)[] {
  const matchers = inputs.flatMap((input) => compileRoutes([input], { warehouses: ['main'] }).routes)
  return pairsToCompare(matchers).map(([one, other]) => keyOfBoth(one, other))
}

function matchersOf(inputs: readonly RouteInput[]): readonly Matcher[] {
  return compileRoutes(inputs, { warehouses: ['main'] }).routes
}

function allPairsOf(sorted: readonly Matcher[]): readonly (readonly [Matcher, Matcher])[] {
  return sorted.flatMap((one, place) =>
    sorted
      .slice(place + 1)
      .filter((other) => compareSpecificity(one, other) === 0)
      .map((other) => [one, other] as const),
  )
}
