import { listingPrefix } from '../../../lambda/heal/listing-prefix'
import { parsePattern } from '../../../lambda/route/pattern'

describe('what is listed for a route', () => {
  it.each([
    ['{table}/**', ''],
    ['sales/{table}/dt=*/**', 'sales/'],
    ['crm/contacts/', 'crm/contacts/'],
    ['crm/contacts/**/x.csv', 'crm/contacts/'],
    ['a/raw_{table}/x', 'a/raw_'],
    ['a/b/daily-*.csv', 'a/b/daily-'],
    ['a/b/one.csv', 'a/b/one.csv'],
    ['**', ''],
  ])('%s: only what begins with "%s"', (match, prefix) => {
    const pattern = parsePattern(match, (message) => {
      throw new Error(message)
    })
    expect(pattern && listingPrefix(pattern)).toBe(prefix)
  })
})
