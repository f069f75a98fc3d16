import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { App } from 'cdktf'
import type { Environment } from '../../../environments/environment'
import type { Bundles } from '../../../modules/bundles'
import { PenstockStack } from '../../../modules/penstock-stack'

/**
 * Synthesizes one environment, as `main.ts` does, and lays what comes out, archives included, into `folder`: over what lies there, so
 * that the same state is compared with other settings.
 */
export function synthesize(environment: Environment, bundles: Bundles, folder: string): void {
  const outdir = mkdtempSync(path.join(tmpdir(), 'penstock-synth-'))
  try {
    const app = new App({ outdir })
    new PenstockStack(app, environment, bundles)
    app.synth()
    cpSync(path.join(outdir, 'stacks', environment.name), folder, { recursive: true })
  } finally {
    rmSync(outdir, { recursive: true, force: true })
  }
}
