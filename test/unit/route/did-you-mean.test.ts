import { didYouMean } from '../../../lambda/route/did-you-mean'

it.each([
  ['mian', 'main'],
  ['Main', 'main'],
  ['main1', 'main'],
  ['reportng', 'reporting'],
])('takes %s for %s', (written, name) => {
  expect(didYouMean(written, ['spare', 'main', 'reporting'])).toBe(` (did you mean '${name}'?)`)
})

it.each(['elsewhere', 'x', ''])('guesses nothing from %j', (written) => {
  expect(didYouMean(written, ['spare', 'main', 'reporting'])).toBe('')
})
