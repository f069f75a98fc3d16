import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import dev from '../../../environments/dev'
import type { Environment } from '../../../environments/environment'
import prod from '../../../environments/prod'
import staging from '../../../environments/staging'
import { type Bundles, makeBundles } from '../../../modules/bundles'
import complete from './complete'
import { startMoto } from './moto'
import { synthesize } from './synthesize'
import { type Change, makeWorkspace } from './terraform'
import { findMoto, findTerraform, skip, type Terraform } from './tools'

const ENVIRONMENTS = [dev, staging, prod, complete]

/**
 * `npm run test:apply`: Terraform really makes every environment, finds nothing to change, and takes it away again. They come and go
 * side by side, each in an AWS of its own: the provider spends nearly all of its time in waiting.
 */
async function main(names: readonly string[]): Promise<void> {
  const terraform = findTerraform()
  if (terraform.kind === 'missing') return skip('test:apply', terraform.what)
  const moto = findMoto()
  if (moto.kind === 'missing') return skip('test:apply', moto.what)
  const folder = mkdtempSync(path.join(tmpdir(), 'penstock-apply-'))
  try {
    const bundles = await makeBundles(path.join(folder, 'functions'))
    const tools = { terraform: terraform.tool, moto: moto.tool, bundles, folder }
    const chosen = ENVIRONMENTS.filter(({ name }) => names.length === 0 || names.includes(name))
    const ends = await Promise.allSettled(chosen.map((environment) => comeAndGo(environment, tools)))
    const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []))
    if (reasons.length > 0) throw new Error(reasons.map(messageOf).join('\n\n'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Tools {
  readonly terraform: Terraform
  readonly moto: string
  readonly bundles: Bundles
  readonly folder: string
}

/** The life of one environment. */
async function comeAndGo(environment: Environment, { terraform, moto, bundles, folder }: Tools): Promise<void> {
  const { name, prefix, region } = environment
  const say = sayer(name)
  const own = path.join(folder, name)
  const aws = await startMoto(moto, environment.account)
  try {
    synthesize(environment, bundles, own)
    const workspace = makeWorkspace(terraform, own, aws.endpoint)
    await workspace.init()
    say('initialised')
    await workspace.apply()
    say(`applied: ${(await workspace.holds()).length} in the state`)
    assert.notDeepEqual(await aws.belongingTo(prefix, region), [], 'nothing bears the tag of the environment')
    none(await workspace.plan(), 'a second plan')
    say('planned again: no changes')

    synthesize(withOneMoreRoute(environment), bundles, own)
    onlyTheSettings(await workspace.plan())
    say('planned with one more route: the settings document changes, and nothing else')
    await workspace.apply()
    none(await workspace.plan(), 'the plan after the route')
    say('applied the route: no changes')

    if (environment.protect) {
      await assert.rejects(workspace.destroy(), /prevent_destroy/, 'what is protected was destroyed')
      say('refused to destroy what is protected')
      synthesize({ ...environment, protect: false }, bundles, own)
      await workspace.apply()
    }
    await workspace.destroy()
    assert.deepEqual(await workspace.holds(), [], 'the state holds something after destroy')
    assert.deepEqual(
      await aws.belongingTo(prefix, region),
      [],
      'something bears the tag of the environment after destroy',
    )
    say('destroyed: nothing is left')
  } finally {
    await aws.stop()
  }
}

function withOneMoreRoute(environment: Environment): Environment {
  const { settings } = environment
  const route = {
    match: 'one-more/{table}/**',
    into: { warehouse: Object.keys(settings.warehouses)[0], schema: 'public' },
  }
  return { ...environment, settings: { ...settings, routes: [...(settings.routes ?? []), route] } } as Environment
}

function none(changes: readonly Change[], what: string): void {
  assert.equal(changes.length, 0, `${what} would change something: ${told(changes)}`)
}

function onlyTheSettings(changes: readonly Change[]): void {
  const kinds = changes.map(({ type, actions }) => `${actions.join('+')} ${type}`)
  assert.deepEqual(kinds, ['update aws_s3_object'], `one more route would change more: ${told(changes)}`)
}

function told(changes: readonly Change[]): string {
  return JSON.stringify(changes.map(differing), null, 2)
}

/** What a person needs to see of a change that should not be. */
function differing({ address, actions, before, after }: Change) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  const attributes = names.filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]))
  return {
    address,
    actions,
    attributes: Object.fromEntries(attributes.map((name) => [name, { before: before?.[name], after: after?.[name] }])),
  }
}

function sayer(name: string): (what: string) => void {
  const began = Date.now()
  return (what) =>
    void process.stdout.write(
      `${name.padEnd(8)} ${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s  ${what}\n`,
    )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exitCode = 1
})
