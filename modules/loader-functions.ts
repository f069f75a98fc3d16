import { Construct } from 'constructs'
import type { Environment } from '../environments/environment'
import { METRICS_NAMESPACE, VARIABLES } from '../lambda/runtime'
import type { Bundles } from './bundles'
import type { Encryption } from './encryption-key'
import { LoaderFunction, type LoaderFunctionProps } from './loader-function'
import { logsIn, may, type Permission, readsPasswords, runsStatements, usesKeyThrough } from './permissions'
import type { QueueWithDeadLetters } from './queue-with-dead-letters'
import type { SettingsDocument } from './settings-document'
import type { StateTables } from './state-tables'

export interface LoaderFunctionsProps {
  readonly environment: Environment
  readonly bundles: Bundles
  readonly key: Encryption
  readonly settings: Pick<SettingsDocument, 'url' | 'objectArn'>
  readonly landing: { readonly arn: string }
  readonly queues: { readonly objects: QueueWithDeadLetters; readonly wakes: QueueWithDeadLetters }
  readonly tables: StateTables['tables']
  readonly passwordArns: readonly string[]
  /** The network from which the warehouses can be reached. @default they are reached from outside of any VPC */
  readonly network?: LoaderFunctionProps['network']
}

/**
 * Events per invocation of on-object: they share requests. A second is waited for more; where little comes, SQS may take 20.
 * Where a route waits for nothing, neither does this: then SQS hands over 10 at most.
 */
function eventsAtOnce({ shortestWindowSeconds }: Environment) {
  return shortestWindowSeconds === 0
    ? { batchSize: 10, windowSeconds: 0, atOnce: 20 }
    : { batchSize: 100, windowSeconds: 1, atOnce: 20 }
}

/** A wake is one target's, and a target is loaded for as long as it takes: each has an invocation of its own. */
const ONE_WAKE = { batchSize: 1, windowSeconds: 0 } as const

/** The three functions, and what each may do: what its code calls, on what it calls it, and nothing else. */
export class LoaderFunctions extends Construct {
  readonly onObject: LoaderFunction
  readonly onLoad: LoaderFunction
  readonly onTick: LoaderFunction

  constructor(scope: Construct, id: string, props: LoaderFunctionsProps) {
    super(scope, id)
    const { environment, bundles, queues, network } = props
    const { functions } = environment
    const common = commonTo(props)
    this.onObject = new LoaderFunction(this, 'on-object', {
      ...common,
      ...functions.onObject,
      name: `${environment.prefix}-on-object`,
      description: `Queues files that landed for ${environment.prefix}`,
      bundle: bundles['on-object'],
      permissions: [...ofAll(props), ...toQueueFiles(props)],
      reads: { queue: queues.objects, ...eventsAtOnce(environment) },
    })
    this.onLoad = new LoaderFunction(this, 'on-load', {
      ...common,
      ...functions.onLoad,
      name: `${environment.prefix}-on-load`,
      description: `Loads batches of ${environment.prefix} into the warehouses`,
      bundle: bundles['on-load'],
      permissions: [...ofAll(props), ...toLoad(props)],
      network,
      reads: { queue: queues.wakes, ...ONE_WAKE, atOnce: functions.onLoad.atOnce },
    })
    this.onTick = new LoaderFunction(this, 'on-tick', {
      ...common,
      ...functions.onTick,
      name: `${environment.prefix}-on-tick`,
      description: `Wakes what was forgotten and finds what was never announced in ${environment.prefix}`,
      bundle: bundles['on-tick'],
      permissions: [...ofAll(props), ...toQueueFiles(props), ...toFindFiles(props)],
      reservedConcurrency: functions.onTick.reserved ? 1 : undefined,
    })
  }
}

function commonTo({ environment, key, settings, queues, tables }: LoaderFunctionsProps) {
  const { account, region, functions, iam } = environment
  return {
    account,
    region,
    log: { days: functions.logDays, keyArn: key.arn },
    tracing: functions.tracing,
    role: { path: iam.rolePath, permissionsBoundary: iam.permissionsBoundary },
    variables: {
      [VARIABLES.settings]: settings.url,
      [VARIABLES.arrivals]: tables.arrivals.name,
      [VARIABLES.files]: tables.files.name,
      [VARIABLES.batches]: tables.batches.name,
      [VARIABLES.targets]: tables.targets.name,
      [VARIABLES.wakes]: queues.wakes.url,
      [VARIABLES.deadObjects]: queues.objects.deadLettersUrl,
      [VARIABLES.deadWakes]: queues.wakes.deadLettersUrl,
      [METRICS_NAMESPACE]: metricsNamespace(environment),
    },
  }
}

/** The namespace of an environment's metrics: two environments in one account do not add up. */
export function metricsNamespace({ name }: Pick<Environment, 'name'>): string {
  return `Penstock/${name}`
}

function ofAll({ environment, key, settings, queues }: LoaderFunctionsProps): readonly Permission[] {
  const { region, toldTopics } = environment
  return [
    may('ReadSettings', ['s3:GetObject'], [settings.objectArn]),
    may('Wake', ['sqs:SendMessage'], [queues.wakes.arn]),
    may('Tell', ['sns:Publish'], toldTopics),
    usesKeyThrough('s3', key.arn, region, ['kms:Decrypt', 'kms:GenerateDataKey']),
    usesKeyThrough('sns', key.arn, region, ['kms:Decrypt', 'kms:GenerateDataKey']),
    usesKeyThrough('dynamodb', key.arn, region, [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ]),
  ]
}

/** What the intake does, whether an event or a listing told of the files. */
function toQueueFiles({ tables }: LoaderFunctionsProps): readonly Permission[] {
  return [
    may('QueueArrivals', ['dynamodb:BatchWriteItem'], [tables.arrivals.arn]),
    may('RecordWhatIsLeftOut', ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem'], [tables.files.arn]),
    may('CountArrivals', ['dynamodb:UpdateItem'], [tables.targets.arn]),
  ]
}

function toLoad(props: LoaderFunctionsProps): readonly Permission[] {
  const { environment, key, tables, passwordArns } = props
  return [
    may('TakeArrivals', ['dynamodb:Query', 'dynamodb:BatchWriteItem'], [tables.arrivals.arn]),
    may('RecordFiles', ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem'], [tables.files.arn]),
    may('RecordBatches', ['dynamodb:GetItem', 'dynamodb:PutItem'], [tables.batches.arn]),
    may('HoldTheLease', ['dynamodb:GetItem', 'dynamodb:UpdateItem'], [tables.targets.arn]),
    ...toLookAtFiles(props),
    may('KeepBatches', ['s3:PutObject'], [inWorkFolder(props, 'batches/*'), inWorkFolder(props, 'failed/*')]),
    ...readsPasswords(passwordArns, key.arn),
    ...logsIn(environment.logins, environment),
    ...runsStatements(environment.logins, environment),
  ]
}

function toFindFiles(props: LoaderFunctionsProps): readonly Permission[] {
  const { tables, queues } = props
  return [
    may('FindWaiting', ['dynamodb:Query'], [tables.arrivals.arn]),
    may('FindTargets', ['dynamodb:Scan', 'dynamodb:GetItem'], [tables.targets.arn]),
    may('CountDeadLetters', ['sqs:GetQueueAttributes'], [queues.objects.deadLettersArn, queues.wakes.deadLettersArn]),
    ...toLookAtFiles(props),
    may('KeepProgress', ['s3:PutObject'], [inWorkFolder(props, 'heal.json'), inWorkFolder(props, 'bulk/*')]),
  ]
}

/**
 * Which files land is not known beforehand, so it is all of the bucket. S3 has no permission to look at an object without
 * reading it, and says that one is missing only to those who may list.
 */
function toLookAtFiles({ landing }: LoaderFunctionsProps): readonly Permission[] {
  return [
    may('LookAtFiles', ['s3:GetObject'], [`${landing.arn}/*`]),
    may('ListFiles', ['s3:ListBucket'], [landing.arn]),
  ]
}

function inWorkFolder({ environment, landing }: LoaderFunctionsProps, rest: string): string {
  return `${landing.arn}/${environment.workFolder}${rest}`
}
