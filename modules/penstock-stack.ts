import { AwsProvider } from '@cdktf/provider-aws/lib/provider'
import { type App, S3Backend, TerraformStack } from 'cdktf'
import { type Environment, roleArn } from '../environments/environment'
import { statementPrefix } from '../lambda/statement-name'
import { Alarms } from './alarms'
import type { Bundles } from './bundles'
import { CopyRole, type Whereabouts } from './copy-role'
import { Dashboard } from './dashboard'
import { type Encryption, EncryptionKey } from './encryption-key'
import { LandingBucket } from './landing-bucket'
import { LoaderFunctions, metricsNamespace } from './loader-functions'
import { Network } from './network'
import { NoticeTopics } from './notice-topics'
import { outputsOf } from './outputs'
import { PasswordParameters } from './password-parameters'
import { QueueWithDeadLetters } from './queue-with-dead-letters'
import { SettingsDocument } from './settings-document'
import { StateTables } from './state-tables'
import { StatementEvents } from './statement-events'
import { TickSchedule } from './tick-schedule'

/** All that one environment needs. The stack's id is the environment's name, so `cdktf deploy dev` deploys it. */
export class PenstockStack extends TerraformStack {
  constructor(app: App, environment: Environment, bundles: Bundles) {
    super(app, environment.name)
    const { account, region, prefix, protect, functions, iam, notify } = environment
    belongTo(this, environment)

    const key = keyOf(this, environment)
    const topics = new NoticeTopics(this, 'notices', {
      name: prefix,
      account,
      keyArn: key.arn,
      failures: notify.failures,
      successes: notify.successes,
    })
    const queueOf = (what: 'objects' | 'wakes', consumerTimeoutSeconds: number) =>
      new QueueWithDeadLetters(this, `${what}-queue`, {
        name: `${prefix}-${what}`,
        consumerTimeoutSeconds,
        alarmTopicArn: topics.failureArn,
      })
    const objects = queueOf('objects', functions.onObject.timeoutSeconds)
    const wakes = queueOf('wakes', functions.onLoad.timeoutSeconds)
    const landing = new LandingBucket(this, 'landing-bucket', {
      name: prefix,
      bucket: environment.bucket,
      account,
      region,
      workFolder: environment.workFolder,
      workersArns: [`${prefix}-on-load`, `${prefix}-on-tick`].map((name) => roleArn(environment, name)),
      keyArn: environment.kmsKey,
      queue: objects,
      protect,
    })
    const { tables } = new StateTables(this, 'state-tables', { name: prefix, keyArn: key.arn, protect })
    const settings = new SettingsDocument(this, 'settings', {
      // Bucket names are global, so somebody else's environment may be called alike.
      bucket: `${prefix}-settings-${account}`,
      keyArn: key.arn,
      settings: environment.settings,
      protect,
    })
    const passwords = new PasswordParameters(this, 'passwords', {
      parameters: passwordParametersOf(environment),
      keyArn: key.arn,
      protect,
    })

    for (const { warehouse, roleName } of environment.copyRoles) {
      new CopyRole(this, `copy-role-${warehouse}`, {
        roleName,
        account,
        bucketArn: landing.arn,
        keyArn: environment.kmsKey,
        iam,
        warehouse: { name: warehouse, ...whereaboutsOf(environment.logins[warehouse]) },
      })
    }

    const { onObject, onLoad, onTick } = new LoaderFunctions(this, 'functions', {
      environment,
      bundles,
      key,
      settings,
      landing,
      queues: { objects, wakes },
      tables,
      passwordArns: passwords.arns,
      network: networkOf(this, environment),
    })
    if (Object.values(environment.logins).some(({ via }) => via === 'data-api')) {
      new StatementEvents(this, 'statement-events', {
        name: prefix,
        account,
        statementPrefix: statementPrefix(environment.name),
        queue: wakes,
      })
    }
    new TickSchedule(this, 'every-minute', {
      name: `${prefix}-tick`,
      account,
      calls: onTick,
      role: { path: iam.rolePath, permissionsBoundary: iam.permissionsBoundary },
    })

    const alarms = new Alarms(this, 'alarms', {
      name: prefix,
      topicArn: topics.failureArn,
      namespace: metricsNamespace(environment),
      functions: {
        onObject: { name: onObject.functionName, timeoutSeconds: functions.onObject.timeoutSeconds },
        onLoad: { name: onLoad.functionName, timeoutSeconds: functions.onLoad.timeoutSeconds },
        onTick: { name: onTick.functionName, timeoutSeconds: functions.onTick.timeoutSeconds },
      },
      oldestArrivalMinutes: environment.alarms.oldestArrivalMinutes,
    })
    new Dashboard(this, 'dashboard', {
      name: prefix,
      region,
      namespace: metricsNamespace(environment),
      queues: [objects.queueName, wakes.queueName],
      deadLetters: [objects.deadLettersName, wakes.deadLettersName],
      functions: [onObject.functionName, onLoad.functionName, onTick.functionName],
      alarmArns: [...alarms.arns, objects.alarmArn, wakes.alarmArn],
    })

    outputsOf(this, {
      environment,
      bucketName: landing.bucketName,
      queueUrl: objects.url,
      deadLettersArns: [objects.deadLettersArn, wakes.deadLettersArn],
      tableNames: Object.values(tables).map(({ name }) => name),
      keyName: key.shortName,
    })
  }
}

/** The account that is touched and no other, the tags of everything, and where Terraform keeps its state. */
function belongTo(stack: PenstockStack, { account, region, prefix, tags, bucket, stateBucket }: Environment): void {
  new AwsProvider(stack, 'aws', {
    region,
    allowedAccountIds: [account],
    defaultTags: [{ tags: { Application: prefix, ...tags } }],
  })
  const backend = new S3Backend(stack, {
    bucket: stateBucket ?? `${bucket.name}-state`,
    key: `${prefix}.tfstate`,
    region,
    encrypt: true,
  })
  backend.addOverride('use_lockfile', true)
}

function keyOf(stack: PenstockStack, { kmsKey, prefix, account, region, protect }: Environment): Encryption {
  if (kmsKey !== undefined) return { arn: kmsKey, shortName: kmsKey }
  return new EncryptionKey(stack, 'key', { name: prefix, account, region, protect })
}

function networkOf(stack: PenstockStack, environment: Environment): Network['vpcConfig'] | undefined {
  const { network, prefix: name, account, region, logins, iam, functions } = environment
  if (network === undefined) return undefined
  const warehouses = Object.values(logins)
  return new Network(stack, 'network', { name, account, region, network, warehouses, iam, logDays: functions.logDays })
    .vpcConfig
}

function whereaboutsOf(warehouse: Environment['logins'][string] | undefined): Whereabouts {
  if (warehouse === undefined) return { host: '' }
  return warehouse.via === 'pg' ? { host: warehouse.host } : warehouse.login
}

function passwordParametersOf({ logins }: Environment): Readonly<Record<string, string>> {
  const entries = Object.entries(logins)
  return Object.fromEntries(
    entries.flatMap(([id, { login }]) => (login.kind === 'password' ? [[id, login.parameter]] : [])),
  )
}
