import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(__dirname, '..', '..')
const LOCAL = join(ROOT, 'environments/local')
const README = readFileSync(join(LOCAL, 'README.md'), 'utf8')

describe('the README of the embedded environment', () => {
  it('shows an example that is a test', () => {
    const shown = /^```ts\n([\s\S]*?)^```$/m.exec(README)?.[1]
    expect(shown).toBe(readFileSync(join(ROOT, 'test/pipeline/example.test.ts'), 'utf8'))
  })

  it('names the files that are there', () => {
    const files = new Set(readdirSync(LOCAL, { recursive: true, encoding: 'utf8' }))
    const named = [...README.matchAll(/`((?:redshift\/)?[a-z-]+(?:\.sql)?\.ts)`/g)].map(([, name = '']) => name)
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((name) => !files.has(name) && !files.has(`redshift/${name}`))).toEqual([])
  })

  it('tells of everything that is refused because it is not embedded', () => {
    const refused = readdirSync(join(LOCAL, 'redshift'))
      .flatMap((name) =>
        readFileSync(join(LOCAL, 'redshift', name), 'utf8')
          .split('throw notEmbedded(')
          .slice(1),
      )
      .map(
        (text) => text.slice(1).match(/[A-Z]{4,}( [A-Z]{4,})*|sha256|SSH|Parquet files|nested Parquet|columns of/)?.[0],
      )
    expect(refused.length).toBeGreaterThan(8)
    const about = README.slice(README.indexOf('**It refuses in its own words**'))
    expect(refused.filter((what) => what !== undefined && !about.replace(/\s+/g, ' ').includes(what))).toEqual([])
  })
})
