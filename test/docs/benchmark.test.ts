import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MEASUREMENT_NAMES } from '../bench/measurement-names'
import { blockOf, publishedBlocks, RESULTS_FILE } from '../bench/published'
import type { Results } from '../bench/report'

const ROOT = join(__dirname, '..', '..')
const RESULTS = JSON.parse(readFileSync(join(ROOT, RESULTS_FILE), 'utf8')) as Results

describe('the published figures', () => {
  it('are those of every measurement, with all runs', () => {
    expect(RESULTS.measured.map(({ measurement }) => measurement)).toEqual([...MEASUREMENT_NAMES])
    expect(RESULTS.quick).toBe(false)
  })

  // Whoever changes a figure by hand, or how figures are shown, is told here: `npm run bench -- --write` renews both.
  it.each(publishedBlocks(RESULTS))('are shown in $file as they were measured ($mark)', ({ file, mark, content }) => {
    expect(blockOf(readFileSync(join(ROOT, file), 'utf8'), mark)).toBe(content)
  })

  it.each(['README.md', 'test/bench/README.md'])('bear their day, and what they are compared with, in %s', (file) => {
    const shown = blockOf(readFileSync(join(ROOT, file), 'utf8'), 'benchmark')
    expect(shown).toMatch(/^Measured on \d{4}-\d{2}-\d{2}, .+, Node \d+/m)
    expect(shown).toMatch(
      /^\| figure +\| +median +\| +spread \(min – max\) +\| +unit +\| +runs +\| +to reach +\| +the deprecated loader +\|$/m,
    )
  })

  it('have a headline of every kind that is promised: throughput, cost', () => {
    const headlines = RESULTS.measured.flatMap(({ measurement, section }) =>
      section.figures.filter(({ headline }) => headline).map(() => measurement),
    )
    expect(headlines).toEqual(expect.arrayContaining(['whole-path', 'cost']))
  })

  it('tell of each measurement what it asks', () => {
    const readme = readFileSync(join(ROOT, 'test/bench/README.md'), 'utf8')
    const asked = [...readme.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, name]) => name)
    expect(asked).toEqual([...MEASUREMENT_NAMES])
  })
})
