import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { App } from 'cdktf'
import type { Environment } from '../../environments/environment'
import { PenstockStack } from '../../modules/penstock-stack'
import { zipOf } from '../../modules/zip'

/** Writes into an empty folder what `npm run synth` writes for an environment, with archives in place of the bundles. */
export function synthesizeInto(folder: string, environment: Environment): void {
  const archive = path.join(folder, 'empty.zip')
  writeFileSync(archive, zipOf([]))
  const app = new App({ outdir: path.join(folder, 'out') })
  new PenstockStack(app, environment, { 'on-object': archive, 'on-load': archive, 'on-tick': archive })
  app.synth()
}
