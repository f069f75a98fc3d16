import { LOCAL } from '../names'
import { type LocalEnvironment, startLocal } from '../start'
import type { Report } from './report'
import { csvOf, rowsOf, type SourceRow } from './source-rows'

const COLUMNS = ['date', 'precipitation', 'temp_max', 'temp_min', 'wind', 'weather'] as const

/** The weather, replaced as a whole: nobody sees an empty table, and what fails changes nothing. Throws if any of it is not so. */
export async function demoReplace(report: Report): Promise<void> {
  report.heading('Penstock, replace: the rows of the table give way to those of the file')
  const local = await startLocal({
    settings: { csv: { headerLines: 1 }, routes: [{ match: '{table}/**', into: { mode: 'replace' } }] },
    log: () => {},
    measure: () => {},
  })
  try {
    await local.redshift.admin(
      `create table public.weather (day date, precipitation decimal(6,2), temp_max decimal(5,2), temp_min decimal(5,2), wind decimal(5,2), weather varchar(16)); grant insert, delete on public.weather to ${LOCAL.user}`,
    )
    const all = rowsOf('seattle-weather.csv')
    const later = all
      .slice(400)
      .map((row) => ({ ...row, weather: row['weather'] === 'rain' ? 'wet' : (row['weather'] ?? '') }))
    await report.during(`weather/monday.csv, ${all.length} rows`, land(local, 'monday.csv', all))
    await check(local, all)
    report.proven(`${all.length} days, as the file has them`)

    const seen = await watching(local, land(local, 'tuesday.csv', later))
    await check(local, later)
    const strange = seen.filter((rows) => rows !== all.length && rows !== later.length)
    if (strange.length > 0) throw new Error(`somebody has seen a table of ${strange[0]} rows`)
    report.proven(
      `${later.length} other days took their place; of ${seen.length} looks meanwhile none saw anything in between`,
    )

    const broken = later.map((row, at) => (at === 700 ? { ...row, wind: 'strong' } : row))
    await land(local, 'wednesday.csv', broken)
    await check(local, later)
    report.proven('a third file with a word for a number was refused, and has changed nothing')
  } finally {
    await local.stop()
  }
}

async function land(local: LocalEnvironment, name: string, rows: readonly SourceRow[]): Promise<void> {
  await local.put(`weather/${name}`, csvOf(COLUMNS, rows))
  await local.quiet()
}

/** How many rows others see while the work goes on. */
async function watching(local: LocalEnvironment, work: Promise<void>): Promise<readonly number[]> {
  const seen: number[] = []
  let isOver = false
  const over = work.finally(() => {
    isOver = true
  })
  while (!isOver) {
    const [row] = await local.redshift.admin('select count(*) as rows from public.weather')
    seen.push(Number(row?.['rows']))
  }
  await over
  return seen
}

/** Every row, compared with what the file says and not with what the loader says. */
async function check(local: LocalEnvironment, rows: readonly SourceRow[]): Promise<void> {
  const found = await local.redshift.admin(
    "select to_char(day, 'YYYY-MM-DD') as date, precipitation, temp_max, temp_min, wind, weather from public.weather",
  )
  const text = (row: Readonly<Record<string, unknown>>) =>
    COLUMNS.map((name) => (name === 'date' || name === 'weather' ? row[name] : Number(row[name]))).join(' ')
  const [expected, there] = [rows.map(text).sort(), found.map(text).sort()]
  const at = expected.findIndex((one, index) => one !== there[index])
  if (at >= 0 || expected.length !== there.length) {
    throw new Error(
      `the table has ${there.length} rows, the file ${expected.length}; the first other one is ${expected[at]}`,
    )
  }
}
