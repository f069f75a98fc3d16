import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FORMAT_NAMES, TABLE_TAKES, TAKES, whyNot } from '../../lambda/copy-matrix'
import { planOf } from '../../lambda/load/plan-for'
import { routeOf } from '../../lambda/route/by-pattern'
import { type SettingsInput, settingsFrom } from '../../lambda/settings'
import { render } from '../../lambda/warehouse/redshift/render'

const TEXT = readFileSync(join(__dirname, '..', '..', 'lambda', 'README.md'), 'utf8')
const SECTION = /\n## What COPY can be told\n([\s\S]*?)\n## /.exec(TEXT)?.[1] ?? ''

/** The table, a list of cells for each line. */
const ROWS = SECTION.split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )

describe('the list of what COPY can be told', () => {
  it('has every option and every format, and says of each pair what the settings say', () => {
    const [head, , ...shown] = ROWS
    expect(head?.slice(3)).toEqual(FORMAT_NAMES.map((format) => `\`${format}\``))
    const options = Object.entries({ ...TAKES, ...TABLE_TAKES })
    expect(shown.map(([name]) => name)).toEqual(options.map(([option]) => `\`${option}\``))
    expect(shown.map((row) => [row[0], ...row.slice(3)])).toEqual(
      options.map(([option, takes]) => [
        `\`${option}\``,
        ...FORMAT_NAMES.map((format) => (whyNot(takes, format) === undefined ? '✓' : '')),
      ]),
    )
  })

  it('shows routes that can be used, and that tell COPY what they say', () => {
    const [, shown = ''] = /```ts\n([\s\S]*?)```/.exec(SECTION) ?? []
    const written = new Function(`return { ${shown} }`)() as Pick<SettingsInput, 'csv' | 'routes'>
    const settings = settingsFrom({
      name: 'dev',
      bucket: 'landing',
      work: 's3://landing/_penstock/',
      warehouses: { main: { kind: 'redshift', host: 'h', database: 'd', user: 'u' } },
      ...written,
    })
    const clausesOf = (key: string) => {
      const decision = routeOf(key, settings.routes)
      const [routed] = decision.kind === 'routed' ? decision.targets : []
      const plan = routed === undefined ? undefined : planOf(key, routed, settings)
      if (plan?.kind !== 'copy') return plan
      const text = render({ kind: 'copy', plan: plan.plan, manifest: 's3://landing/m', role: 'default' })
      return text.split('\n').filter((line) => !/^(FROM|IAM_ROLE|MANIFEST)/.test(line))
    }
    expect(clausesOf('bank/a')).toEqual(['COPY "bank"."lines"', "DELIMITER AS '~'", 'ESCAPE'])
    expect(clausesOf('host/a')).toEqual(['COPY "host"."accounts"', "FIXEDWIDTH 'number:10,holder:40'", 'BLANKSASNULL'])
    expect(clausesOf('raw/a')).toEqual(['COPY "raw"."events" ("event")', "FORMAT AS JSON 'noshred'"])
    expect(clausesOf('lake/t/a')).toEqual(['COPY "lake"."t"', 'FORMAT AS PARQUET SERIALIZETOJSON', 'STATUPDATE OFF'])
    expect(clausesOf('maps/a.shp')).toEqual(['COPY "maps"."roads"', 'FORMAT AS SHAPEFILE SIMPLIFY AUTO'])
    expect(clausesOf('maps/a.dbf')).toMatchObject({ kind: 'skip', code: 'PART_OF_SHAPEFILE' })
  })
})
