import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build, type Plugin } from 'esbuild'

/** A change of one file's text. */
export interface Edit {
  /** From the root of the project. */
  readonly file: string
  /** It must be there exactly once. */
  readonly find: string
  readonly replace: string
}

const ROOT = join(__dirname, '..', '..', '..')

/** The simulation as one text of JavaScript, for worker threads: with the code of today, or with the code as edited. */
export async function bundleSimulation(edits: readonly Edit[] = []): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, 'worker.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: false,
    logLevel: 'silent',
    plugins: [withoutRuntime, editing(edits)],
  })
  return outputFiles[0]?.text ?? ''
}

/** The edited text of each file. Throws when an edit does not fit the code of today. */
export function editedTexts(edits: readonly Edit[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  for (const { file, find, replace } of edits) {
    const text = texts.get(file) ?? readFileSync(join(ROOT, file), 'utf8')
    const times = text.split(find).length - 1
    if (times !== 1) throw new Error(`stale: ${file} holds ${JSON.stringify(find)} ${times} times, not once`)
    texts.set(
      file,
      text.replace(find, () => replace),
    )
  }
  return texts
}

function editing(edits: readonly Edit[]): Plugin {
  const texts = editedTexts(edits)
  return {
    name: 'edits',
    setup(on) {
      on.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = texts.get(relative(ROOT, path).replaceAll('\\', '/'))
        return contents === undefined ? undefined : { contents, loader: 'ts' }
      })
    },
  }
}

/** Handlers name the runtime of a real function, and with it every SDK. The simulation gives them its own ports. */
const withoutRuntime: Plugin = {
  name: 'without-runtime',
  setup(on) {
    on.onResolve({ filter: /\/runtime$/ }, () => ({ path: 'runtime', namespace: 'absent' }))
    on.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({
      contents: ['functionRuntime', 'runtimeWithoutWarehouses']
        .map(
          (name) => `export function ${name}() { throw new Error("a simulated function has no runtime of its own") }`,
        )
        .join('\n'),
    }))
  },
}
