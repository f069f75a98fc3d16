import { isDeepStrictEqual } from 'node:util'
import { LOCAL } from '../names'
import { startLocal } from '../start'
import type { Report } from './report'
import { csvOf, rowsOf, type SourceRow } from './source-rows'

const COLUMNS = ['iata', 'name', 'city', 'state', 'country', 'latitude', 'longitude', 'revision'] as const

/** Airports, merged by their code: twice, with changes in between. Throws if a row is not what a fold over the files makes it. */
export async function demoMerge(report: Report): Promise<void> {
  report.heading('Penstock, merge: the newest row of each key, whatever comes doubled, late or deleted')
  const local = await startLocal({
    settings: {
      csv: { headerLines: 1 },
      routes: [
        {
          match: '{table}/**',
          into: {
            columns: 'by-name',
            mode: { merge: { key: ['iata'], version: 'revision', delete: { column: 'op', values: ['D'] } } },
          },
        },
      ],
    },
    log: () => {},
    measure: () => {},
  })
  const table = async () => {
    const rows = await local.redshift.admin(`select ${COLUMNS.join(', ')} from public.airports order by iata`)
    return rows.map((row) => Object.fromEntries(COLUMNS.map((name) => [name, String(row[name])])))
  }
  try {
    await local.redshift.admin(
      `create table public.airports (iata varchar(8) primary key, name varchar(128), city varchar(64), state varchar(8), country varchar(64), latitude float8, longitude float8, revision integer); grant select, insert, update, delete on public.airports to ${LOCAL.user}`,
    )
    const first = rowsOf('airports.csv').map((row) => ({ ...row, revision: '1', op: 'U' }))
    const changes = changesTo(first)
    for (const [name, columns, rows] of [
      ['2026-11-20.csv', [...COLUMNS, 'op'], first],
      // The columns stand in another order: they are matched by their names.
      ['2026-11-21.csv', ['op', 'revision', ...COLUMNS.slice(0, -1)], changes],
    ] as const) {
      await report.during(`airports/${name}, ${rows.length} rows`, land(name, csvOf(columns, rows)))
    }
    const expected = folded([...first, ...changes])
    const found = await table()
    compare(found, expected)
    report.proven(`${found.length} airports, each as a fold over the two files has it`)
    await report.during(
      'the second file once more, under another name',
      land('again.csv', csvOf([...COLUMNS, 'op'], changes)),
    )
    compare(await table(), expected)
    report.proven('nothing has changed: what is there is as new as what came')
  } finally {
    await local.stop()
  }

  async function land(name: string, text: string): Promise<void> {
    await local.put(`airports/${name}`, text)
    await local.quiet()
  }
}

/** Some are renamed, some twice; some are deleted; some are late, and older than what is there; some are new. */
function changesTo(rows: readonly SourceRow[]): readonly SourceRow[] {
  return rows.flatMap((row, at): readonly SourceRow[] => {
    const renamed = (revision: number) => ({
      ...row,
      name: `${row['name']}, rev. ${revision}`,
      revision: String(revision),
    })
    switch (at % 10) {
      case 0:
        return [renamed(2)]
      case 1:
        return [renamed(3), renamed(2)]
      case 2:
        return [{ ...row, revision: '2', op: 'D' }]
      case 3:
        return [renamed(0)]
      case 4:
        return [{ ...renamed(1), iata: `${row['iata']}-N` }]
      default:
        return []
    }
  })
}

/** The same in JavaScript: of each airport the row with the greatest revision, unless that one deletes it. */
function folded(rows: readonly SourceRow[]): readonly SourceRow[] {
  const newest = new Map<string, SourceRow>()
  for (const row of rows) {
    const known = newest.get(row['iata'] ?? '')
    if (known === undefined || Number(row['revision']) > Number(known['revision'])) newest.set(row['iata'] ?? '', row)
  }
  return [...newest.values()]
    .filter((row) => row['op'] !== 'D')
    .map(
      (row): SourceRow => ({
        ...Object.fromEntries(COLUMNS.map((name) => [name, row[name] ?? ''])),
        latitude: String(Number(row['latitude'])),
        longitude: String(Number(row['longitude'])),
      }),
    )
    .sort((a, b) => (String(a['iata']) < String(b['iata']) ? -1 : 1))
}

function compare(found: readonly SourceRow[], expected: readonly SourceRow[]): void {
  const byCode = new Map(found.map((row) => [row['iata'], row]))
  const wrong = expected.find((row) => !isDeepStrictEqual({ ...byCode.get(row['iata']) }, { ...row }))
  if (wrong !== undefined) {
    throw new Error(
      `the table has ${JSON.stringify(byCode.get(wrong['iata']))}, the files say ${JSON.stringify(wrong)}`,
    )
  }
  if (found.length !== expected.length) throw new Error(`${found.length} rows, and the files say ${expected.length}`)
}
