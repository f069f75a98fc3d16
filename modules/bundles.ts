import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import { ownSourceMap, type SourceMap } from './own-source-map'
import { withoutUnusedShapes } from './unused-shapes'
import { zipOf } from './zip'

/** The functions, named after their handlers. */
export const FUNCTION_NAMES = ['on-object', 'on-load', 'on-tick'] as const
export type FunctionName = (typeof FUNCTION_NAMES)[number]

/** The archive of each function: `index.js`, which exports `handler`, and its source map. */
export type Bundles = Readonly<Record<FunctionName, string>>

/** What each bundle holds, and why: a file beside them for `esbuild.github.io/analyze`. */
export const METAFILE = 'metafile.json'

const ROOT = path.join(__dirname, '..')

/** What the SDK would carry along and no function can use, and what stands in for it. */
const STAND_INS = {
  '@aws-sdk/credential-provider-node': './lambda/platform/credentials-of-function.ts',
  '@smithy/core/event-streams': './lambda/platform/no-event-streams.ts',
}

/**
 * Makes one file of each handler and all that it needs, the SDK included, so that what runs is what was tested. Paths in the
 * source maps are relative to the project, and the same sources give the same bytes: on another machine nothing is
 * deployed again.
 *
 * Everything in them is read at every cold start, so a function gets what it can use and no more. What a handler does not import is left
 * out, since package.json says that no module of the project does anything by being imported.
 */
export async function makeBundles(folder = path.join(ROOT, 'dist', 'functions')): Promise<Bundles> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(
      FUNCTION_NAMES.map((name) => [`${name}/index`, path.join('lambda', 'handlers', `${name}.ts`)]),
    ),
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    alias: STAND_INS,
    plugins: [withoutUnusedShapes],
    // Modules can be shaken: a quarter less to load at a cold start than what the packages' `main` gives.
    mainFields: ['module', 'main'],
    // pg asks for it only if it is told to.
    external: ['pg-native'],
    logLevel: 'warning',
  })
  writeFileSync(path.join(folder, METAFILE), JSON.stringify(metafile))
  return {
    'on-object': archive(folder, 'on-object'),
    'on-load': archive(folder, 'on-load'),
    'on-tick': archive(folder, 'on-tick'),
  }
}

function archive(folder: string, name: FunctionName): string {
  const map = path.join(folder, name, 'index.js.map')
  writeFileSync(map, JSON.stringify(ownSourceMap(JSON.parse(readFileSync(map, 'utf8')) as SourceMap, packageOf)))
  const entries = ['index.js', 'index.js.map'].map((file) => ({
    name: file,
    bytes: readFileSync(path.join(folder, name, file)),
  }))
  const file = path.join(folder, `${name}.zip`)
  writeFileSync(file, zipOf(entries))
  return file
}

/** `../../../node_modules/pg` of any file in it. */
function packageOf(source: string): string | undefined {
  return /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0]
}

if (require.main === module)
  void makeBundles().then((bundles) => {
    for (const file of Object.values(bundles)) console.log(path.relative(process.cwd(), file))
  })
