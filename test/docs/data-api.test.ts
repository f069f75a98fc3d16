import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MOST_BYTES, MOST_STATEMENTS, mostFiles } from '../../lambda/data-api-limits'
import { readSettings, type SettingsInput, settingsFrom } from '../../lambda/settings'
import { statementName } from '../../lambda/statement-name'

const textOf = (file: string) => readFileSync(join(__dirname, '..', '..', file), 'utf8')
/** The section of this title. */
const sectionOf = (file: string) => /^## Through the Data API\n([\s\S]*?)^## /m.exec(textOf(file))?.[1] ?? ''

describe('what is said of the Data API', () => {
  const section = sectionOf('README.md')
  const [, shown = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(section) ?? []
  const { warehouses } = new Function(`return { ${shown} }`)() as Pick<SettingsInput, 'warehouses'>
  const documentOf = (more: object) => ({
    name: 'dev',
    bucket: 'landing',
    work: 's3://landing/_penstock/',
    warehouses,
    routes: [{ match: '{table}/**', into: { warehouse: 'named', ...more } }],
  })

  it('shows a warehouse for each way to log in, and all can be used', () => {
    const logins = Object.values(settingsFrom(documentOf({})).warehouses).map(({ login }) => login)
    expect(logins).toEqual([
      { kind: 'cluster', cluster: 'acme', user: 'penstock' },
      { kind: 'cluster', cluster: 'acme', secretArn: expect.stringContaining(':secret:') },
      { kind: 'cluster', cluster: 'acme' },
      { kind: 'workgroup', workgroup: 'acme-wg' },
    ])
  })

  it('tells the limits that hold', () => {
    expect(section).toContain(`${MOST_STATEMENTS} statements and ${MOST_BYTES / 1_000} KB of SQL at most`)
    expect(section).toContain(`a batch has ${mostFiles({ lineage: { file: 'f' } })} files at most`)
  })

  it('tells what is refused', () => {
    expect(section).toMatch(/`after` cannot ask for `\{rows\}`/)
    expect(readSettings(documentOf({ after: ['select {rows}'] })).kind).toBe('invalid')
    expect(section).toMatch(/`overwrites: 'reload'` takes a `mode`/)
    expect(readSettings(documentOf({ overwrites: 'reload' })).kind).toBe('invalid')
  })

  it('tells how statements are called', () => {
    const name = statementName({ environment: '<environment>', target: '<target>', batchId: '<batch>', what: '1' })
    expect(sectionOf('lambda/README.md')).toContain(name.replace(/1$/, '<attempt>'))
  })
})
