import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateBucketCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { PutParameterCommand } from '@aws-sdk/client-ssm'
import { makeOnLoad } from '../../lambda/handlers/on-load'
import { makeOnObject } from '../../lambda/handlers/on-object'
import { makeOnTick } from '../../lambda/handlers/on-tick'
import { type Clients, makeClients } from '../../lambda/platform/clients'
import { createTables } from '../../lambda/platform/create-tables'
import type { Log, Measure, Ports } from '../../lambda/ports'
import { makeRuntime, VARIABLES } from '../../lambda/runtime'
import { passwordParameterOf, type SettingsInput } from '../../lambda/settings'
import { type DynamoDb, startDynamoDb } from './dynamodb'
import { makeEventBridge } from './event-bridge'
import { invokeEvery } from './lambda/invoke-every'
import { pollQueue } from './lambda/poll-queue'
import { type Queues, startQueues } from './queues'
import { type FakeRedshift, startFakeRedshift } from './redshift/start'
import { type S3Server, startS3 } from './s3/server'
import type { AwsJsonServer } from './ssm/aws-json'
import { startSsm } from './ssm/server'

export interface LocalOptions {
  /** Routes, thresholds and formats. @default no route of its own, no window */
  readonly settings?: Partial<Omit<SettingsInput, 'name' | 'work' | 'warehouses'>>
  /** The way that events take. @default 'queue' */
  readonly events?: 'queue' | 'topic' | 'event-bridge'
  /** Ports to listen on. @default free ones */
  readonly ports?: {
    readonly s3?: number
    readonly queues?: number
    readonly dynamodb?: number
    readonly ssm?: number
    readonly redshift?: number
  }
  /** @default a minute, as in the cloud */
  readonly tickEveryMs?: number
  readonly log?: Log
  readonly measure?: Measure
  /** Hears every event of the bucket as it is sent off. */
  readonly onEvent?: (body: string) => void
}

export interface LocalEnvironment {
  readonly bucket: string
  readonly s3: S3Server
  readonly queues: Queues
  readonly dynamodb: DynamoDb
  readonly ssm: AwsJsonServer
  readonly redshift: FakeRedshift
  /** The loader's own ports: the state as the product sees it. */
  readonly ports: Ports
  readonly clients: Clients
  /** What a client of this environment finds in its own: region, keys, endpoints. */
  readonly variables: Readonly<Record<string, string>>
  /** The SSM parameter that holds the loader's password. */
  readonly passwordParameter: string
  readonly put: (key: string, body: string | Buffer) => Promise<void>
  readonly setPassword: (password: string) => Promise<void>
  /** Runs the tick now instead of at the next minute. */
  readonly tick: () => Promise<void>
  /** Resolves when every event is handled and no invocation runs. What waits for its window or its retry goes on waiting. */
  readonly quiet: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Names and keys of the embedded environment. None of them is a secret: nothing but loopback reaches it. */
export const LOCAL = {
  name: 'local',
  region: 'eu-west-1',
  account: '000000000000',
  bucket: 'landing',
  warehouse: 'main',
  database: 'dev',
  user: 'penstock',
  firstPassword: 'First-password-1',
  /** A person who creates tables and reads them. */
  admin: 'analyst',
  adminPassword: 'Analyst-password-1',
} as const

const QUEUES = { objects: 'penstock-local-objects', wakes: 'penstock-local-wakes' } as const
const LOAD_TIMEOUT_MS = 120_000
/** Failed messages come back after this long, instead of six times the function's timeout. */
const RETRY_DELAY_MS = 500

/**
 * The whole of Penstock in one process: S3, SQS, SNS, DynamoDB, SSM and a Redshift on sockets of this machine, and the
 * product's own handlers between them. Ready in about a second.
 */
export async function startLocal(options: LocalOptions = {}): Promise<LocalEnvironment> {
  const { region, account, bucket } = LOCAL
  const stops: (() => Promise<unknown> | unknown)[] = []
  try {
    return await start()
  } catch (error) {
    await stopAll(stops)
    throw error
  }

  async function start(): Promise<LocalEnvironment> {
    const queues = await startQueues({ region, ...port(options.ports?.queues) })
    stops.push(queues.stop)
    const bus = makeEventBridge(queues.send)
    const s3 = await startS3({
      region,
      ...port(options.ports?.s3),
      deliver: async (destination, event) => {
        const body = JSON.stringify(event)
        options.onEvent?.(body)
        if (destination.kind === 'event-bridge') await bus.put(event)
        else if (destination.kind === 'queue') await queues.send(destination.arn, body)
        else await queues.publish(destination.arn, body, 'Amazon S3 Notification')
      },
    })
    stops.push(s3.stop)
    const [dynamodb, ssm, redshift] = await Promise.all([
      startDynamoDb(port(options.ports?.dynamodb)).then(stoppable),
      startSsm({ region, account, ...port(options.ports?.ssm) }).then(stoppable),
      startFakeRedshift({
        s3: { endpoint: s3.endpoint, region },
        database: LOCAL.database,
        users: { [LOCAL.user]: LOCAL.firstPassword, [LOCAL.admin]: LOCAL.adminPassword },
        ...port(options.ports?.redshift),
      }).then(stoppable),
    ])

    const variables = {
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ENDPOINT_URL_SQS: queues.endpoint,
      AWS_ENDPOINT_URL_SNS: queues.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
      AWS_ENDPOINT_URL_SSM: ssm.endpoint,
    }
    // The SDK's notice about Node 20 is for who deploys; the deployed functions run on 22.
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
    const clients = makeClients(variables)
    stops.push(clients.close)

    const objects = await withDeadLetters(queues, QUEUES.objects)
    const wakes = await withDeadLetters(queues, QUEUES.wakes)
    const topics = {
      success: await queues.createTopic('penstock-local-success'),
      failure: await queues.createTopic('penstock-local-failure'),
    }
    await createTables(clients.dynamodb, TABLE_NAMES)
    const settings = settingsOf(redshift, topics, options.settings ?? {})
    await clients.s3.send(
      new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: region } }),
    )
    // The settings lie in a bucket of their own, so that nothing in the landing bucket is there before its first file.
    await clients.s3.send(
      new CreateBucketCommand({ Bucket: SETTINGS_BUCKET, CreateBucketConfiguration: { LocationConstraint: region } }),
    )
    await clients.s3.send(
      new PutObjectCommand({ Bucket: SETTINGS_BUCKET, Key: 'settings.json', Body: JSON.stringify(settings) }),
    )
    await announceTo(options.events ?? 'queue', { clients, queues, bus, bucket, queueArn: objects.arn })
    const passwordParameter = passwordParameterOf(LOCAL.name, LOCAL.warehouse)
    const setPassword = async (password: string) =>
      void (await clients.ssm.send(
        new PutParameterCommand({ Name: passwordParameter, Value: password, Type: 'SecureString', Overwrite: true }),
      ))
    await setPassword(LOCAL.firstPassword)
    await redshift.admin(grants())

    const runtime = makeRuntime(
      {
        ...variables,
        [VARIABLES.settings]: `s3://${SETTINGS_BUCKET}/settings.json`,
        [VARIABLES.wakes]: wakes.url,
        [VARIABLES.arrivals]: TABLE_NAMES.arrivals,
        [VARIABLES.files]: TABLE_NAMES.files,
        [VARIABLES.batches]: TABLE_NAMES.batches,
        [VARIABLES.targets]: TABLE_NAMES.targets,
      },
      { ...(options.log ? { log: options.log } : {}), ...(options.measure ? { measure: options.measure } : {}) },
    )
    const queue = { endpoint: queues.endpoint, region, retryDelayMs: RETRY_DELAY_MS }
    const onObject = pollQueue({
      ...queue,
      functionName: 'on-object',
      queueUrl: objects.url,
      handler: makeOnObject(runtime),
      concurrency: 4,
      timeoutMs: 60_000,
    })
    const onLoad = pollQueue({
      ...queue,
      functionName: 'on-load',
      queueUrl: wakes.url,
      handler: makeOnLoad(runtime),
      batchSize: 1,
      concurrency: 10,
      timeoutMs: LOAD_TIMEOUT_MS,
    })
    const onTick = invokeEvery({
      functionName: 'on-tick',
      region,
      handler: makeOnTick(runtime),
      everyMs: options.tickEveryMs ?? 60_000,
      timeoutMs: 60_000,
    })
    // What runs comes to its end before what it needs is stopped.
    stops.push(runtime.close)
    stops.push(() => Promise.all([onObject.stop(), onLoad.stop(), onTick.stop()]))

    return {
      bucket,
      s3,
      queues,
      dynamodb,
      ssm,
      redshift,
      ports: runtime.ports,
      clients,
      variables,
      passwordParameter,
      setPassword,
      put: async (key, body) =>
        void (await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))),
      tick: async () => void (await onTick.now()),
      quiet: () => quiet({ s3, queues, onObject, onLoad }),
      stop: () => stopAll(stops),
    }
  }

  function stoppable<T extends { readonly stop: () => Promise<void> }>(server: T): T {
    stops.push(server.stop)
    return server
  }
}

const SETTINGS_BUCKET = 'penstock-local-settings'
const TABLE_NAMES = {
  arrivals: 'penstock-local-arrivals',
  files: 'penstock-local-files',
  batches: 'penstock-local-batches',
  targets: 'penstock-local-targets',
} as const

function port(given: number | undefined): { readonly port?: number } {
  return given === undefined ? {} : { port: given }
}

function settingsOf(
  redshift: FakeRedshift,
  topics: { readonly success: string; readonly failure: string },
  given: Partial<SettingsInput>,
): SettingsInput {
  return {
    name: LOCAL.name,
    work: `s3://${LOCAL.bucket}/_penstock/`,
    warehouses: {
      [LOCAL.warehouse]: {
        kind: 'redshift',
        host: redshift.host,
        port: redshift.port,
        database: redshift.database,
        user: LOCAL.user,
        tls: { ca: redshift.ca },
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
    `alter user ${admin} superuser`,
    `alter default privileges for user ${admin} grant insert on tables to ${user}`,
  ].join(';')
}

async function withDeadLetters(queues: Queues, name: string) {
  await queues.createQueue(`${name}-dead`)
  return queues.createQueue(name, {
    deadLetter: `${name}-dead`,
    maxReceiveCount: 5,
    visibilitySeconds: 6 * (LOAD_TIMEOUT_MS / 1000),
  })
}

async function announceTo(
  way: 'queue' | 'topic' | 'event-bridge',
  {
    clients,
    queues,
    bus,
    bucket,
    queueArn,
  }: { clients: Clients; queues: Queues; bus: ReturnType<typeof makeEventBridge>; bucket: string; queueArn: string },
): Promise<void> {
  await clients.s3.send(
    new PutBucketNotificationConfigurationCommand({ Bucket: bucket, NotificationConfiguration: await configuration() }),
  )

  async function configuration(): Promise<NotificationConfiguration> {
    switch (way) {
      case 'queue':
        return { QueueConfigurations: [{ QueueArn: queueArn, Events: ['s3:ObjectCreated:*'] }] }
      case 'topic': {
        const topic = await queues.createTopic('penstock-local-objects')
        await queues.subscribe(topic, { queueArn })
        return { TopicConfigurations: [{ TopicArn: topic, Events: ['s3:ObjectCreated:*'] }] }
      }
      case 'event-bridge':
        bus.addRule({
          source: 'aws.s3',
          detailType: 'Object Created',
          bucket,
          target: { kind: 'queue', arn: queueArn },
        })
        return { EventBridgeConfiguration: {} }
    }
  }
}

/** Twice in a row nothing to do: an invocation that ends may have sent the next message. */
async function quiet(running: {
  readonly s3: S3Server
  readonly queues: Queues
  readonly onObject: { readonly idle: () => Promise<void> }
  readonly onLoad: { readonly idle: () => Promise<void> }
}): Promise<void> {
  for (let calm = 0; calm < 2; ) {
    await running.s3.settled()
    await running.onObject.idle()
    await running.onLoad.idle()
    const counts = await Promise.all(Object.values(QUEUES).map((name) => running.queues.counts(name)))
    calm = counts.every(({ ready, inFlight }) => ready + inFlight === 0) ? calm + 1 : 0
    if (calm < 2) await sleep(5)
  }
}

/** Last started, first stopped. Everything is tried; the first problem is reported. */
async function stopAll(stops: readonly (() => Promise<unknown> | unknown)[]): Promise<void> {
  const problems: unknown[] = []
  for (const stop of [...stops].reverse()) {
    try {
      await stop()
    } catch (error) {
      problems.push(error)
    }
  }
  if (problems.length > 0) throw problems[0]
}
