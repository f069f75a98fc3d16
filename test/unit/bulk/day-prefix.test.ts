import { covers, type Day, type DayPrefix, parsePrefix, prefixOn } from '../../../lambda/bulk/day-prefix'

function prefixOf(source: string): DayPrefix {
  const prefix = parsePrefix(source, (message) => {
    throw new Error(message)
  })
  if (prefix === undefined) throw new Error(source)
  return prefix
}

describe('a prefix on a day', () => {
  it.each<[string, Day, string]>([
    ['exports/{yyyy}/{mm}/{dd}/', '2026-11-20', 'exports/2026/11/20/'],
    ['dt={yyyy}-{mm}-{dd}/orders', '2024-02-29', 'dt=2024-02-29/orders'],
    ['{yyyy}/{yyyy}{mm}{dd}', '2026-01-05', '2026/20260105'],
    ['months/{yyyy}-{mm}/', '2026-12-31', 'months/2026-12/'],
    ['history/orders/', '2026-11-20', 'history/orders/'],
  ])('%s on %s is %s', (source, day, prefix) => {
    expect(prefixOn(prefixOf(source), day)).toBe(prefix)
  })

  it('covers the keys of any day, and no others', () => {
    const dated = prefixOf('exports/{yyyy}/{mm}/{dd}/')
    expect(covers(dated, 'exports/2026/11/20/a.csv')).toBe(true)
    expect(covers(dated, 'exports/1999/01/31/deep/a.csv')).toBe(true)
    for (const key of ['exports/2026/11/a.csv', 'exports/2026/1/20/a.csv', 'x/exports/2026/11/20/a.csv', 'exports/']) {
      expect([key, covers(dated, key)]).toEqual([key, false])
    }
  })

  it('takes whatever is written for itself, and no character for a pattern', () => {
    const odd = prefixOf('a.b+c(d)[e]^$|\\x/')
    expect(covers(odd, 'a.b+c(d)[e]^$|\\x/1.csv')).toBe(true)
    expect(covers(odd, 'aXb+c(d)[e]^$|\\x/1.csv')).toBe(false)
    expect(covers(prefixOf('a'), 'a\nb')).toBe(true)
  })
})
