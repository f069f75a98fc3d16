import type { Figure } from '../../bench/figure'
import { headlinesOf, jsonOf, type Results, reportOf } from '../../bench/report'

const MACHINE = {
  date: '2026-11-21',
  cpu: 'Intel Xeon',
  cores: 2,
  memoryGiB: 8,
  system: 'Linux 6.1 x64',
  node: '20.18.0',
  commit: '9f54532',
}
const THROUGHPUT: Figure = {
  name: 'files/s, batch 100',
  unit: 'files/s',
  values: [2_412, 1_987, 2_145.5],
  reach: { atLeast: 2_000 },
  rival: '403–409, 95 of 2,000 lost',
  headline: true,
}
const UNITS: Figure = { name: 'write units', unit: 'units/file', values: [3.0412], reach: { atMost: 3 } }

function results(given: Partial<Results> = {}): Results {
  const section = {
    title: 'The whole way',
    about: 'Files of one row.',
    figures: [THROUGHPUT, UNITS],
    more: '|a|b|\n|-|-|\n|1|2|\n',
  }
  return { machine: MACHINE, quick: false, measured: [{ measurement: 'whole-path', section }], ...given }
}

describe('the report', () => {
  it('tells the machine, and of each section what it is about, its figures and what it adds', () => {
    expect(reportOf(results())).toBe(
      `Measured on 2026-11-21, Intel Xeon, 2 cores, 8 GiB, Linux 6.1 x64, Node 20.18.0, commit 9f54532.

### The whole way

Files of one row.

| figure             | median | spread (min – max) | unit       | runs | to reach  | the deprecated loader     |
| ------------------ | -----: | -----------------: | ---------- | ---: | --------- | ------------------------- |
| files/s, batch 100 |  2,150 |      1,990 – 2,410 | files/s    |    3 | ≥ 2,000 ✓ | 403–409, 95 of 2,000 lost |
| write units        |   3.04 |                  – | units/file |    1 | ≤ 3 ✗     | –                         |

| a   | b   |
| --- | --- |
| 1   | 2   |`,
    )
  })

  it('tells what was not measured, and why', () => {
    const text = reportOf(results({ measured: [] }), [{ measurement: 'scale', why: 'out of memory' }])
    expect(text).toBe(
      'Measured on 2026-11-21, Intel Xeon, 2 cores, 8 GiB, Linux 6.1 x64, Node 20.18.0, commit 9f54532.\n\n### scale\n\nNot measured: out of memory',
    )
  })

  it('does not pass quick figures off as whole ones', () => {
    expect(reportOf(results({ quick: true }))).toContain('\n\nQuick: fewer runs and smaller numbers')
    expect(reportOf(results())).not.toContain('Quick')
  })

  it('shows no table where a section has no figures', () => {
    const section = { title: 'Shares', about: 'Of time.', figures: [] }
    expect(reportOf(results({ measured: [{ measurement: 'profile', section }] }))).toMatch(/### Shares\n\nOf time\.$/)
  })
})

describe('the headlines', () => {
  it('are the figures that are marked, in the same columns, and when and where they were measured', () => {
    expect(headlinesOf(results())).toBe(
      `| figure             | median | spread (min – max) | unit    | runs | to reach  | the deprecated loader     |
| ------------------ | -----: | -----------------: | ------- | ---: | --------- | ------------------------- |
| files/s, batch 100 |  2,150 |      1,990 – 2,410 | files/s |    3 | ≥ 2,000 ✓ | 403–409, 95 of 2,000 lost |

Measured on 2026-11-21, Intel Xeon, 2 cores, 8 GiB, Linux 6.1 x64, Node 20.18.0, commit 9f54532.`,
    )
  })
})

describe('the results for a program', () => {
  it('hold every value, and can be read back', () => {
    expect(JSON.parse(jsonOf(results()))).toEqual(results())
  })

  it('name what failed', () => {
    const failed = [{ measurement: 'scale', why: 'out of memory' }]
    expect(JSON.parse(jsonOf(results(), failed))).toEqual({ ...results(), failed })
  })
})
