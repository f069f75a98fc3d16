import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Testing } from 'cdktf'
import { type Environment, type EnvironmentInput, environment } from '../../environments/environment'
import type { Bundles } from '../../modules/bundles'
import { PenstockStack } from '../../modules/penstock-stack'
import { zipOf } from '../../modules/zip'

export type Block = Readonly<Record<string, unknown>>

export interface Statement {
  readonly sid?: string
  readonly effect?: 'Deny'
  readonly actions: readonly string[]
  readonly resources?: readonly string[]
  readonly principals?: readonly { readonly type: string; readonly identifiers: readonly string[] }[]
  readonly condition?: readonly {
    readonly test: string
    readonly variable: string
    readonly values: readonly string[]
  }[]
}

interface Json {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Block>>>>
  readonly data: Readonly<Record<string, Readonly<Record<string, { readonly statement: readonly Statement[] }>>>>
  readonly provider: { readonly aws: readonly Block[] }
  readonly output: Readonly<Record<string, { readonly value: unknown }>>
}

/** What Terraform is given for an environment, and the ways in which tests ask it. */
export interface Synthesized {
  readonly json: Json
  /** The blocks of a type, each with the `id` under which others refer to it. */
  readonly all: (type: string) => readonly Block[]
  readonly named: (type: string, name: string) => Block
  /** Everything that has statements, by its name in Terraform. */
  readonly documents: Readonly<Record<string, readonly Statement[]>>
  /** The statements of a policy document, given the text that refers to it. */
  readonly statementsOf: (policy: unknown) => readonly Statement[]
  /** What the role of a function may do. */
  readonly mayDo: (roleName: string) => readonly Statement[]
}

/** How another block refers to an attribute of this one. */
export function reference(type: string, { id }: Block, attribute: string): string {
  return `\${${type}.${String(id)}.${attribute}}`
}

/** An environment with nothing that could be left out. */
export const MINIMAL: EnvironmentInput = {
  name: 'small',
  account: '123456789012',
  region: 'eu-west-1',
  bucket: 'acme-landing',
  warehouses: { main: { kind: 'redshift', host: 'h', database: 'd', user: 'u' } },
}

/** An environment that brings along all that can be brought along. */
export const BROUGHT_ALONG: EnvironmentInput = {
  ...MINIMAL,
  name: 'given',
  bucket: { existing: 'acme-lake' },
  warehouses: {
    main: {
      kind: 'redshift',
      host: 'acme.abc123.eu-west-1.redshift.amazonaws.com',
      database: 'd',
      user: 'u',
      copyRole: 'create',
    },
    second: { kind: 'redshift', host: 'h2', database: 'd2', user: 'u2', passwordParameter: '/acme/second' },
  },
  notify: {
    failures: 'arn:aws:sns:eu-west-1:123456789012:acme-failures',
    successes: 'arn:aws:sns:eu-west-1:123456789012:acme-successes',
  },
  kmsKey: 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555',
  network: { vpc: 'vpc-0a1b2c3d', subnets: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'], securityGroups: ['sg-0a1b2c3d'] },
  iam: { permissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary', rolePath: '/data/' },
  functions: { tracing: true },
  protect: true,
  tags: { CostCenter: '42' },
  routes: [{ match: '{warehouse}/{table}/**', into: { warehouse: 'main' } }],
}

/** Synthesizes an environment, limits checked, with archives in place of the bundles that take seconds to make. */
export function synthesize(input: EnvironmentInput | Environment): Synthesized {
  const app = Testing.app()
  const folder = mkdtempSync(join(tmpdir(), 'penstock-bundles-'))
  try {
    const stack = new PenstockStack(app, 'prefix' in input ? input : environment(input), emptyBundles(folder))
    return ask(JSON.parse(Testing.synth(stack, true)) as Json)
  } finally {
    for (const each of [folder, app.outdir]) rmSync(each, { recursive: true, force: true })
  }
}

function emptyBundles(folder: string): Bundles {
  const file = join(folder, 'empty.zip')
  writeFileSync(file, zipOf([]))
  return { 'on-object': file, 'on-load': file, 'on-tick': file }
}

function ask(json: Json): Synthesized {
  const all = (type: string) => Object.entries(json.resource[type] ?? {}).map(([id, block]) => ({ id, ...block }))
  const named = (type: string, name: string): Block => {
    const found: readonly Block[] = all(type)
    return found.find((block) => block['name'] === name) ?? {}
  }
  const documents = Object.fromEntries(
    Object.entries(json.data['aws_iam_policy_document'] ?? {}).map(([id, { statement }]) => [id, statement]),
  )
  const statementsOf = (policy: unknown) =>
    documents[/data\.aws_iam_policy_document\.(.+)\.json/.exec(String(policy))?.[1] ?? ''] ?? []
  return {
    json,
    all,
    named,
    documents,
    statementsOf,
    mayDo: (roleName) => {
      const role = reference('aws_iam_role', named('aws_iam_role', roleName), 'name')
      const policies: readonly Block[] = all('aws_iam_role_policy')
      return policies.filter((block) => block['role'] === role).flatMap((block) => statementsOf(block['policy']))
    },
  }
}
