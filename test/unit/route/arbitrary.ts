import * as fc from 'fast-check'

/** Few letters, so that patterns and keys meet often. */
const letters = fc.constantFrom('a', 'b', 'ab')

/** Segments without captures: `*`, `a`, `a*b` … */
const globText = fc
  .array(fc.oneof({ weight: 2, arbitrary: letters }, { weight: 1, arbitrary: fc.constant('*') }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join('').replace(/\*+/g, '*'))

/** A `{}` is to be given a name. */
const captureText = fc
  .tuple(fc.constantFrom('', 'a', 'b'), fc.constantFrom('', 'a', 'b', 'a*'))
  .map(([before, after]) => `${before}{}${after}`)

export const aFilename = globText

/** A `match` that is sound: at most four segments out of two letters, captures named `c0`, `c1` … */
export const aMatch = fc
  .array(fc.oneof(globText, captureText, fc.constant('**')), { minLength: 1, maxLength: 4 })
  .map((segments) => {
    let captures = 0
    return segments.join('/').replace(/\{\}/g, () => `{c${captures++}}`)
  })

/** Keys that such patterns may fit, empty folders included. */
export const aKey = fc.string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 7 })

/** Every key of at most six of the characters a, b and `/`. */
export const allShortKeys: readonly string[] = Array.from({ length: 6 })
  .reduce<string[][]>(
    (lengths) => [...lengths, (lengths.at(-1) ?? []).flatMap((key) => ['a', 'b', '/'].map((char) => key + char))],
    [['']],
  )
  .flat()
  .filter((key) => key !== '')
