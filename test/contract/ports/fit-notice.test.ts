import fc from 'fast-check'
import { fitBody, fitSubject } from '../../../lambda/platform/fit-notice'

it('any subject becomes one that SNS takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (subject) => {
      expect(fitSubject(subject)).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,98}$/)
    }),
  )
})

it('a body that fits stays as it is', () => {
  expect(fitBody({ a: 1, b: ['ü'] })).toBe('{"a":1,"b":["ü"]}')
})

it.each([
  ['a text beyond the basic plane', { text: '🪣'.repeat(100_000) }],
  ['many small fields', Object.fromEntries(Array.from({ length: 4_000 }, (_, at) => [`field ${at}`, 'x'.repeat(100)]))],
  ['a name without end', { ['x'.repeat(300_000)]: 1 }],
  ['an object that cannot be halved', { deep: { deeper: 'x'.repeat(300_000) } }],
  ['a list of one', { list: ['x'.repeat(300_000)] }],
])('%s is cut until it fits, and the body is still JSON', (_, body) => {
  const text = fitBody({ kind: 'failed', ...body })
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(250_000)
  expect(JSON.parse(text)).toHaveProperty('truncated')
})
