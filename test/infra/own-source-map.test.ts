import { SourceMap } from 'node:module'
import { buildSync } from 'esbuild'
import { ownSourceMap } from '../../modules/own-source-map'

type Map = ReturnType<typeof ownSourceMap>

/** What esbuild makes of a file of ours that imports one of a package. */
function bundled(): { readonly code: string; readonly map: Map } {
  const { outputFiles } = buildSync({
    stdin: { contents: OURS, sourcefile: 'ours.ts', resolveDir: __dirname, loader: 'ts' },
    bundle: true,
    write: false,
    minify: true,
    platform: 'node',
    format: 'cjs',
    sourcemap: 'external',
    outfile: 'index.js',
  })
  const [map, code] = outputFiles
  return { code: code?.text ?? '', map: JSON.parse(map?.text ?? '') as Map }
}

const OURS = `import { ulid } from 'ulid'
export function madeAt(given: number) {
  return \`first
${'line'} \${ulid(given)}\`
}
export function failed() {
  throw new Error('of ours')
}
`
const packageOf = (source: string) => /.*node_modules\/[^/]+/.exec(source)?.[0]

interface Place {
  readonly originalSource: string
  readonly originalLine: number
}

function placesOf({ version, sources, names, mappings }: Map): (line: number, column: number) => Place {
  const map = new SourceMap({
    file: 'index.js',
    sourceRoot: '',
    sourcesContent: [],
    version,
    sources: [...sources],
    names: [...names],
    mappings,
  })
  return (line, column) => map.findEntry(line, column) as Place
}

describe('the source map of a bundle', () => {
  const { code, map } = bundled()
  const own = ownSourceMap(map, packageOf)

  it('leads to the same lines of ours as the whole one, and to the package from wherever in it', () => {
    const [before, after] = [placesOf(map), placesOf(own)]
    const seen = new Set<string>()
    for (const [line, text] of code.split('\n').entries()) {
      for (let column = 0; column < text.length; column += 1) {
        const { originalSource, originalLine } = before(line, column)
        if (originalSource === undefined) continue
        const named = packageOf(originalSource)
        const expected = named === undefined ? [originalSource, originalLine] : [named, 0]
        const found = after(line, column)
        expect([found.originalSource, found.originalLine]).toEqual(expected)
        seen.add(expected.join(':'))
      }
    }
    expect([...seen]).toEqual(expect.arrayContaining(['test/infra/ours.ts:2', 'test/infra/ours.ts:6']))
    expect([...seen]).toContainEqual(expect.stringMatching(/node_modules\/ulid:0$/))
  })

  it('is a fraction of the whole one', () => {
    expect(own.mappings.length).toBeLessThan(map.mappings.length / 5)
  })
})
