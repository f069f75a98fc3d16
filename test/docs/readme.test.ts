import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { MOST_WAITING } from '../../lambda/bulk/bulk'
import { dueListings } from '../../lambda/bulk/due-listings'
import { progressUrl } from '../../lambda/bulk/notes'
import { routeOf } from '../../lambda/route/by-pattern'
import { type Into, type SettingsInput, settingsFrom } from '../../lambda/settings'
import { render } from '../../lambda/warehouse/redshift/render'

const ROOT = join(__dirname, '..', '..')
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const PACKAGE = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Record<string, string>
}

function blocks(language: string): readonly string[] {
  return [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    (match) => match[1] ?? '',
  )
}

describe('the README', () => {
  it('shows the environment file of dev as it is', () => {
    const [shown = ''] = blocks('ts')
    expect(shown.replace('// environments/dev.ts\n', '')).toBe(readFileSync(join(ROOT, 'environments/dev.ts'), 'utf8'))
  })

  it('shows warehouses that are entered without a password', () => {
    const [, shown = ''] = blocks('ts')
    const { warehouses } = new Function(`return { ${shown} }`)() as Pick<SettingsInput, 'warehouses'>
    const routes = [{ match: '{table}/', into: { warehouse: 'main', schema: 'public' } }]
    const settings = settingsFrom({
      name: 'dev',
      bucket: 'landing',
      work: 's3://landing/_penstock/',
      warehouses,
      routes,
    })
    expect(Object.values(settings.warehouses).map(({ login }) => login)).toEqual([
      { kind: 'cluster', cluster: 'acme', user: 'penstock' },
      { kind: 'workgroup', workgroup: 'acme-wg' },
    ])
  })

  it('shows routes that can be used, and that do what their comments say', () => {
    const [, , shown = ''] = blocks('ts')
    const { routes } = new Function(`return { ${shown} }`)() as { routes: { match: string; into: Into | Into[] }[] }
    const settings = settingsFrom({
      name: 'dev',
      bucket: 'landing',
      work: 's3://landing/_penstock/',
      warehouses: { main: { kind: 'redshift', host: 'h', database: 'd', user: 'u' } },
      routes,
    })
    const targetsOf = (key: string) => {
      const decision = routeOf(key, settings.routes)
      return decision.kind === 'routed' ? decision.targets.map(({ target }) => target) : decision.why
    }
    expect(targetsOf('sales/orders/dt=2026-11-20/part-0.csv.gz')).toEqual(['main/sales.orders'])
    expect(targetsOf('web/clicks/dt=2026-11-20/x.bin')).toEqual(['main/web.clicks'])
    expect(targetsOf('crm/contacts/2026/a.jsonl.gz')).toEqual(['main/crm.contacts'])
    expect(targetsOf('export/orders_20261120.txt')).toEqual(['main/raw.orders', 'main/audit.orders'])
  })

  it('shows targets that ask for more than a load, in settings that can be used', () => {
    const shown = blocks('ts').find((block) => block.includes('mode: { merge')) ?? ''
    const { routes } = new Function(`return { ${shown} }`)() as Pick<SettingsInput, 'routes'>
    const settings = settingsFrom({
      name: 'dev',
      bucket: 'landing',
      work: 's3://landing/_penstock/',
      warehouses: { main: { kind: 'redshift', host: 'h', database: 'd', user: 'u' } },
      csv: { headerLines: 1 },
      routes,
    })
    const told = settings.routes.flatMap(({ targets }) => targets.map(({ into }) => [into.table, into.mode]))
    expect(Object.fromEntries(told)).toEqual({
      'crm.contacts': {
        merge: { key: ['id'], version: 'updated_at', delete: { column: 'op', values: ['D'] } },
      },
      'shop.prices': 'replace',
      'raw.events': undefined,
    })
  })

  it('shows bulk loads that can be used, do what their comments say, and keep their progress where it says', () => {
    const shown = blocks('ts').find((block) => block.startsWith('bulk:')) ?? ''
    const { bulk } = new Function(`return { ${shown} }`)() as Pick<SettingsInput, 'bulk'>
    const work = 's3://acme-landing-dev/_penstock/'
    const settings = settingsFrom({
      name: 'dev',
      bucket: 'acme-landing-dev',
      work,
      warehouses: { main: { kind: 'redshift', host: 'h', database: 'd', user: 'u' } },
      bulk,
    })
    const atNight = Date.parse('2026-11-20T05:00:00Z')
    const since = '2026-11-20T00:00:00.000Z'
    const due = settings.bulk.map((load) => [load.target, dueListings(load, { since, listings: {} }, atNight)])
    expect(Object.fromEntries(due)).toEqual({
      'main/sales.orders': [{ name: 'once', prefix: 'history/orders/' }],
      'main/raw.exports': [{ name: '2026-11-19', prefix: 'exports/2026/11/19/' }],
      'main/reference.cities': [{ name: '2026-11-20', prefix: 'reference/' }],
    })
    const once = settings.bulk.find(({ target }) => target === 'main/sales.orders')
    expect(once && blocks('sh').some((block) => block.includes(`aws s3 cp ${progressUrl(work, once)} -`))).toBe(true)
    expect(README).toContain(`Up to ${MOST_WAITING.toLocaleString('en')} files of a table wait at a time`)
  })

  it('names only scripts that exist', () => {
    const named = [...README.matchAll(/npm (?:run )?([a-z:]+)/g)]
      .map((match) => match[1] ?? '')
      .filter((name) => name !== 'ci' && name !== 'registry')
    expect(named.length).toBeGreaterThan(5)
    for (const name of named) expect(PACKAGE.scripts).toHaveProperty([name])
  })

  it('links only to what is there', () => {
    for (const file of ['README.md', 'lambda/README.md', 'modules/README.md']) {
      const text = readFileSync(join(ROOT, file), 'utf8')
      const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '')
      for (const link of links)
        expect([file, link, existsSync(join(ROOT, dirname(file), link))]).toEqual([file, link, true])
    }
  })

  it('prints the table of receipts as the loader creates it', () => {
    const [shown = ''] = blocks('sql')
    const created = render({ kind: 'create-receipts-table' }).replace(' IF NOT EXISTS', '')
    expect(shown).toContain(created)
  })

  it('names the parameter of the password as the loader looks for it', () => {
    expect(README).toContain('--name /penstock/dev/main/password')
  })
})
