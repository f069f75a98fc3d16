import {
  CreateBucketCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { PutParameterCommand } from '@aws-sdk/client-ssm'
import type { Clients } from '../../lambda/platform/clients'
import { createTables } from '../../lambda/platform/create-tables'
import { VARIABLES } from '../../lambda/runtime'
import { passwordParameterOf, type SettingsInput, settingsFrom } from '../../lambda/settings'
import { statementPrefix } from '../../lambda/statement-name'
import { deadLettersOf, LOCAL, QUEUES, SETTINGS_BUCKET, TABLE_NAMES, TIMEOUTS_MS } from './names'
import type { Queue, Queues } from './queues'
import type { FakeRedshift } from './redshift/start'
import type { Servers } from './servers'

/** How the loader logs in: as a user of its own with a password, by IAM, or through the Data API. */
export type LoginInput = Pick<SettingsInput['warehouses'][string], 'via' | 'user' | 'auth' | 'secretArn'>

/** The way that events take from the bucket to the function. */
export type EventsBy = 'queue' | 'topic' | 'event-bridge' | 'function'

export interface Provisioned {
  readonly objects: Queue
  readonly wakes: Queue
  /** What the functions find in their environment, besides the endpoints. */
  readonly variables: Readonly<Record<string, string>>
  readonly setPassword: (password: string) => Promise<void>
}

/** The SSM parameter that holds the loader's password. */
export const PASSWORD_PARAMETER = passwordParameterOf(LOCAL.name, LOCAL.warehouse)

/** Makes what Terraform makes in the cloud: queues, topics, tables, buckets, settings, the notification, the parameter. */
export async function provision(
  servers: Servers,
  clients: Clients,
  given: { readonly settings: Partial<SettingsInput>; readonly events: EventsBy; readonly login?: LoginInput },
): Promise<Provisioned> {
  const { queues, redshift } = servers
  const objects = await withDeadLetters(queues, QUEUES.objects, TIMEOUTS_MS.onObject)
  const wakes = await withDeadLetters(queues, QUEUES.wakes, TIMEOUTS_MS.onLoad)
  const topics = {
    success: await queues.createTopic('penstock-local-success'),
    failure: await queues.createTopic('penstock-local-failure'),
  }
  await createTables(clients.dynamodb, TABLE_NAMES)
  for (const Bucket of [LOCAL.bucket, SETTINGS_BUCKET]) {
    await clients.s3.send(
      new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: LOCAL.region } }),
    )
  }
  const document = settingsOf(redshift, topics, given.settings, given.login ?? { user: LOCAL.user })
  const settings = JSON.stringify(document)
  // Every function would find it out by itself, and nobody would hear of it.
  settingsFrom(JSON.parse(settings))
  await clients.s3.send(new PutObjectCommand({ Bucket: SETTINGS_BUCKET, Key: 'settings.json', Body: settings }))
  await announceTo(given.events, servers, clients, objects.arn)
  if (given.login?.via === 'data-api') tellOfStatements(servers, wakes.arn)
  const setPassword = async (password: string) =>
    void (await clients.ssm.send(
      new PutParameterCommand({ Name: PASSWORD_PARAMETER, Value: password, Type: 'SecureString', Overwrite: true }),
    ))
  await setPassword(LOCAL.firstPassword)
  await redshift.admin(grants())
  return {
    objects,
    wakes,
    setPassword,
    variables: {
      [VARIABLES.settings]: `s3://${SETTINGS_BUCKET}/settings.json`,
      [VARIABLES.wakes]: wakes.url,
      [VARIABLES.deadObjects]: queues.queue(deadLettersOf(QUEUES.objects)).url,
      [VARIABLES.deadWakes]: queues.queue(deadLettersOf(QUEUES.wakes)).url,
      [VARIABLES.arrivals]: TABLE_NAMES.arrivals,
      [VARIABLES.files]: TABLE_NAMES.files,
      [VARIABLES.batches]: TABLE_NAMES.batches,
      [VARIABLES.targets]: TABLE_NAMES.targets,
    },
  }
}

function settingsOf(
  redshift: FakeRedshift,
  topics: { readonly success: string; readonly failure: string },
  given: Partial<SettingsInput>,
  login: LoginInput,
): SettingsInput {
  return {
    name: LOCAL.name,
    bucket: LOCAL.bucket,
    work: `s3://${LOCAL.bucket}/_penstock/`,
    warehouses: {
      [LOCAL.warehouse]: {
        kind: 'redshift',
        database: redshift.database,
        ...login,
        ...(login.via === 'data-api' ? {} : { host: redshift.host, port: redshift.port, tls: { ca: redshift.ca } }),
      },
    },
    batch: { seconds: 0 },
    notify: topics,
    ...given,
  }
}

/** The loader may create its receipts; a person may do anything with tables, and the loader may fill those. */
function grants(): string {
  const { database, user, admin } = LOCAL
  return [
    `grant create on database ${database} to ${user}`,
    `alter user ${admin} createuser`,
    `alter default privileges for user ${admin} grant insert on tables to ${user}`,
  ].join(';')
}

async function withDeadLetters(queues: Queues, name: string, timeoutMs: number): Promise<Queue> {
  await queues.createQueue(deadLettersOf(name))
  return queues.createQueue(name, {
    deadLetter: deadLettersOf(name),
    maxReceiveCount: 5,
    visibilitySeconds: 6 * (timeoutMs / 1000),
  })
}

/** A statement that has ended wakes the loader. */
function tellOfStatements({ bus }: Servers, wakesArn: string): void {
  bus.addRule({
    source: 'aws.redshift-data',
    detailType: 'Redshift Data Statement Status Change',
    statementPrefix: statementPrefix(LOCAL.name),
    target: { kind: 'queue', arn: wakesArn },
  })
}

async function announceTo(way: EventsBy, { queues, bus }: Servers, clients: Clients, queueArn: string): Promise<void> {
  await clients.s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: LOCAL.bucket,
      NotificationConfiguration: await configuration(),
    }),
  )

  async function configuration(): Promise<NotificationConfiguration> {
    const Events: ['s3:ObjectCreated:*'] = ['s3:ObjectCreated:*']
    switch (way) {
      case 'queue':
        return { QueueConfigurations: [{ QueueArn: queueArn, Events }] }
      case 'topic': {
        const topic = await queues.createTopic('penstock-local-objects')
        await queues.subscribe(topic, { queueArn })
        return { TopicConfigurations: [{ TopicArn: topic, Events }] }
      }
      case 'event-bridge':
        bus.addRule({
          source: 'aws.s3',
          detailType: 'Object Created',
          bucket: LOCAL.bucket,
          target: { kind: 'queue', arn: queueArn },
        })
        return { EventBridgeConfiguration: {} }
      case 'function': {
        const LambdaFunctionArn = `arn:aws:lambda:${LOCAL.region}:${LOCAL.account}:function:on-object`
        return { LambdaFunctionConfigurations: [{ LambdaFunctionArn, Events }] }
      }
    }
  }
}
