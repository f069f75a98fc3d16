import { PenstockError } from '../lambda/errors'
import type { S3Url } from '../lambda/model'
import { type Problem, passwordParameterOf, problemsOf, readSettings, type SettingsInput } from '../lambda/settings'
import { TOLD } from '../lambda/settings-problems'
import { type Infrastructure, type InfrastructureInput, infrastructure } from './infrastructure'

type WarehouseInput = SettingsInput['warehouses'][string]

/** Everything that differs between two deployments. */
export interface EnvironmentInput
  extends Omit<SettingsInput, 'work' | 'bucket' | 'notify' | 'warehouses'>,
    InfrastructureInput {
  readonly warehouses: Readonly<
    Record<
      string,
      Omit<WarehouseInput, 'copyRole'> & {
        /**
         * The role with which the warehouse reads the files. `create` makes one that reads the landing bucket and nothing
         * else; attach it to the warehouse once, with the line that the deploy prints.
         * @default 'default', the warehouse's default role
         */
        readonly copyRole?: WarehouseInput['copyRole'] | 'create'
      }
    >
  >
}

/** An environment whose every value was checked, and from which every name in AWS follows. */
export interface Environment extends Infrastructure {
  readonly name: string
  /** Prefix of every name in AWS: `penstock-dev`. Two environments live side by side in one account. */
  readonly prefix: string
  /** The topics that are told, whether they are created or given. */
  readonly topics: { readonly failureArn: string; readonly successArn: string }
  /** The warehouses whose COPY role is created, and the role's name. */
  readonly copyRoles: readonly { readonly warehouse: string; readonly roleName: string }[]
  /** The document that the functions read: plain values, so that it changes only when a person changes it. */
  readonly settings: SettingsInput
}

/** Checks an environment and fills in the defaults. Throws `MALFORMED_SETTINGS` that lists every problem with its path. */
export function environment(input: EnvironmentInput): Environment {
  const placed = infrastructure.safeParse(pick(input, true), TOLD)
  const prefix = `penstock-${input.name}`
  const settings = settingsOf(input, prefix, placed.success ? placed.data : undefined)
  const checked = readSettings(settings, INFRASTRUCTURE_KEYS)
  const problems: readonly Problem[] = [
    ...(placed.success ? [] : placed.error.issues.flatMap((issue) => problemsOf(issue, INFRASTRUCTURE_KEYS))),
    // A wrong bucket is told once, as the bucket.
    ...(checked.kind === 'invalid' ? checked.problems.filter(({ path }) => path !== 'work' && path !== 'bucket') : []),
  ]
  if (!placed.success || problems.length > 0) throw problem(input.name, problems)
  return {
    ...placed.data,
    name: input.name,
    prefix,
    topics: topicsOf(placed.data, prefix),
    copyRoles: createdRoles(input, prefix),
    settings,
  }
}

const INFRASTRUCTURE_KEYS: readonly string[] = Object.keys(infrastructure.shape)

/** The part of the input that speaks of AWS, or the other one. */
function pick(input: EnvironmentInput, ofInfrastructure: boolean): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(input).filter(([key]) => INFRASTRUCTURE_KEYS.includes(key) === ofInfrastructure),
  )
}

function settingsOf(input: EnvironmentInput, prefix: string, placed: Infrastructure | undefined): SettingsInput {
  const topics = placed === undefined ? undefined : topicsOf(placed, prefix)
  const bucket = placed?.bucket.name ?? bucketOf(input)
  const warehouses = Object.entries(input.warehouses ?? {}).map(([id, one]) => [
    id,
    {
      ...one,
      passwordParameter: one.passwordParameter ?? passwordParameterOf(input.name, id),
      ...(one.copyRole === 'create' ? { copyRole: roleArn(placed, roleName(prefix, id)) } : {}),
    },
  ])
  return {
    ...(pick(input, false) as Omit<SettingsInput, 'work' | 'bucket'>),
    bucket,
    work: workOf(bucket),
    warehouses: Object.fromEntries(warehouses),
    ...(topics === undefined ? {} : { notify: { failure: topics.failureArn, success: topics.successArn } }),
  }
}

function bucketOf({ bucket }: EnvironmentInput): string {
  return typeof bucket === 'string' ? bucket : (bucket?.existing ?? '')
}

/** Where batches keep their objects: in the landing bucket, which the warehouse's role may read. */
function workOf(bucket: string): S3Url {
  return `s3://${bucket}/_penstock/`
}

function topicsOf({ account, region, notify }: Infrastructure, prefix: string): Environment['topics'] {
  const created = (kind: string) => `arn:aws:sns:${region}:${account}:${prefix}-${kind}`
  return {
    failureArn: notify.failures?.topicArn ?? created('failure'),
    successArn: notify.successes?.topicArn ?? created('success'),
  }
}

function createdRoles(input: EnvironmentInput, prefix: string): Environment['copyRoles'] {
  return Object.entries(input.warehouses).flatMap(([warehouse, { copyRole }]) =>
    copyRole === 'create' ? [{ warehouse, roleName: roleName(prefix, warehouse) }] : [],
  )
}

function roleName(prefix: string, warehouse: string): string {
  return `${prefix}-copy-${warehouse}`
}

function roleArn(placed: Infrastructure | undefined, name: string): string {
  return `arn:aws:iam::${placed?.account ?? '000000000000'}:role${placed?.iam.rolePath ?? '/'}${name}`
}

function problem(name: unknown, problems: readonly Problem[]): PenstockError {
  const list = problems.map(({ path, message }) => `\n  ${path || 'the environment'}: ${message}`).join('')
  return new PenstockError('MALFORMED_SETTINGS', `environment ${String(name)} cannot be used:${list}`)
}
