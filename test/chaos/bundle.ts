import path from 'node:path'
import { build } from 'esbuild'

/** The worker as one file, which starts in a fraction of the time that its sources need. */
export async function bundleWorker(folder: string): Promise<string> {
  const outfile = path.join(folder, 'worker.cjs')
  await build({
    entryPoints: [path.join(__dirname, 'worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'error',
    external: ['pg-native'],
  })
  return outfile
}
