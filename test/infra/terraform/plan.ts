import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ENVIRONMENTS } from '../../../environments/all'
import { makeBundles } from '../../../modules/bundles'
import { synthesize } from './synthesize'
import { makeWorkspace } from './terraform'
import { findTerraform, skip } from './tools'

/** `npm run plan -- dev`: what Terraform would make of an environment, without an account. Without a name, of each. */
async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !ENVIRONMENTS.some((one) => one.name === name))
  if (unknown !== undefined)
    throw new Error(`there is no environment ${unknown}: ${ENVIRONMENTS.map(({ name }) => name).join(', ')}`)
  const terraform = findTerraform()
  if (terraform.kind === 'missing') return skip('plan', terraform.what)
  const folder = mkdtempSync(path.join(tmpdir(), 'penstock-plan-'))
  try {
    const bundles = await makeBundles(path.join(folder, 'functions'))
    for (const environment of ENVIRONMENTS.filter(({ name }) => names.length === 0 || names.includes(name))) {
      const own = path.join(folder, environment.name)
      synthesize(environment, bundles, own)
      const workspace = makeWorkspace(terraform.tool, own)
      await workspace.init()
      await workspace.validate()
      const changes = await workspace.plan()
      for (const { address, actions } of changes) process.stdout.write(`  ${actions.join('+')} ${address}\n`)
      process.stdout.write(`${environment.name}: valid; ${changes.length} resources would be made\n`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
