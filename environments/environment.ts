import { PenstockError } from '../lambda/errors'
import type { S3Url } from '../lambda/model'
import {
  type Problem,
  passwordParameterOf,
  problemsOf,
  readSettings,
  type Settings,
  type SettingsInput,
} from '../lambda/settings'
import { TOLD } from '../lambda/settings-problems'
import { type Infrastructure, type InfrastructureInput, infrastructure } from './infrastructure'
import { misplacedIn } from './misplaced'
import { partitionOf } from './partition'

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
  /** Where batches keep their objects in the landing bucket, which the warehouses' roles may read. */
  readonly workFolder: string
  /** The topics that are told, whether they are created or given. */
  readonly topics: { readonly failureArn: string; readonly successArn: string }
  /** The warehouses whose COPY role is created, and the role's name. */
  readonly copyRoles: readonly { readonly warehouse: string; readonly roleName: string }[]
  /** How to reach and enter each warehouse, as the functions will understand the settings. */
  readonly logins: Settings['warehouses']
  /** The shortest time that a file may wait for others, of all routes. */
  readonly shortestWindowSeconds: number
  /** Every topic that anybody is told through, those of single routes included. */
  readonly toldTopics: readonly string[]
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
    ...misplacedIn(input, prefix),
    // A wrong bucket is told once, as the bucket.
    ...(checked.kind === 'invalid' ? checked.problems.filter(({ path }) => path !== 'work' && path !== 'bucket') : []),
  ]
  if (!placed.success || checked.kind === 'invalid' || problems.length > 0) throw problem(input.name, problems)
  const topics = topicsOf(placed.data, prefix)
  return {
    ...placed.data,
    name: input.name,
    prefix,
    workFolder: WORK_FOLDER,
    topics,
    logins: checked.settings.warehouses,
    shortestWindowSeconds: shortestWindow(checked.settings),
    toldTopics: toldTopics(topics, checked.settings),
    copyRoles: createdRoles(input, prefix),
    settings,
  }
}

function shortestWindow({ batch, routes }: Settings): number {
  const own = routes.flatMap(({ targets }) => targets.map(({ into }) => into.batch?.seconds ?? batch.seconds))
  return own.length === 0 ? batch.seconds : Math.min(...own)
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
      // Without a password there is no parameter, and one that was given beside `auth` is told as the contradiction that it is.
      ...(one.auth === undefined && one.via !== 'data-api'
        ? { passwordParameter: one.passwordParameter ?? passwordParameterOf(input.name, id) }
        : {}),
      ...(one.copyRole === 'create' ? { copyRole: roleArn(placed ?? NOWHERE, roleName(prefix, id)) } : {}),
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

const WORK_FOLDER = '_penstock/'

function workOf(bucket: string): S3Url {
  return `s3://${bucket}/${WORK_FOLDER}`
}

function topicsOf({ account, region, notify }: Infrastructure, prefix: string): Environment['topics'] {
  const created = (kind: string) => `arn:${partitionOf(region)}:sns:${region}:${account}:${prefix}-${kind}`
  return {
    failureArn: notify.failures?.topicArn ?? created('failure'),
    successArn: notify.successes?.topicArn ?? created('success'),
  }
}

function toldTopics({ failureArn, successArn }: Environment['topics'], { routes, bulk }: Settings): readonly string[] {
  const ways = [...routes.flatMap(({ targets }) => targets), ...bulk]
  const own = ways.flatMap(({ into }) => Object.values(into.notify ?? {}))
  return [...new Set([failureArn, successArn, ...own])].filter((arn) => arn !== undefined)
}

function createdRoles(input: EnvironmentInput, prefix: string): Environment['copyRoles'] {
  return Object.entries(input.warehouses).flatMap(([warehouse, { copyRole }]) =>
    copyRole === 'create' ? [{ warehouse, roleName: roleName(prefix, warehouse) }] : [],
  )
}

function roleName(prefix: string, warehouse: string): string {
  return `${prefix}-copy-${warehouse}`
}

/** Stands in for a place that is wrong itself, so that the rest can be looked at. */
const NOWHERE: RolePlace = { account: '000000000000', region: '', iam: { rolePath: '/' } }
type RolePlace = Pick<Infrastructure, 'account' | 'region'> & { readonly iam: Pick<Infrastructure['iam'], 'rolePath'> }

/** The ARN of a role of ours, known before it is made. */
export function roleArn({ account, region, iam }: RolePlace, name: string): string {
  return `arn:${partitionOf(region)}:iam::${account}:role${iam.rolePath}${name}`
}

function problem(name: unknown, problems: readonly Problem[]): PenstockError {
  const list = problems.map(({ path, message }) => `\n  ${path || 'the environment'}: ${message}`).join('')
  return new PenstockError('MALFORMED_SETTINGS', `environment ${String(name)} cannot be used:${list}`)
}
