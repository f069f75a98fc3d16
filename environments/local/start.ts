import { PutObjectCommand } from '@aws-sdk/client-s3'
import { type Clients, makeClients } from '../../lambda/platform/clients'
import type { Log, Measure, Ports } from '../../lambda/ports'
import { makeRuntime } from '../../lambda/runtime'
import type { SettingsInput } from '../../lambda/settings'
import type { EventBridge } from './event-bridge'
import { type Functions, type Handlers, handlersOf, startFunctions } from './functions'
import { LOCAL } from './names'
import { type EventsBy, type LoginInput, PASSWORD_PARAMETER, provision } from './provision'
import { type ServerPorts, type Servers, startServers, variablesOf } from './servers'

export interface LocalOptions {
  /** Routes, thresholds and formats. @default no route of its own, no window */
  readonly settings?: Partial<Omit<SettingsInput, 'name' | 'work' | 'warehouses'>>
  /** The way that events take. @default 'queue' */
  readonly events?: EventsBy
  /** How the loader logs in. @default by password */
  readonly login?: LoginInput
  /** What is invoked, given what a function finds in its environment. @default the product's handlers, in this process */
  readonly handlers?: (variables: Readonly<Record<string, string>>) => Handlers
  readonly ports?: ServerPorts
  /** @default a minute, as in the cloud */
  readonly tickEveryMs?: number
  readonly log?: Log
  readonly measure?: Measure
  /** Hears every event of the bucket as it is sent off. */
  readonly onEvent?: (body: string) => void
}

export interface LocalEnvironment extends Omit<Servers, 'bus'> {
  readonly bucket: string
  /** Sends events of a kind to a queue or a function, besides those that are there. */
  readonly addRule: EventBridge['addRule']
  /** The loader's own ports: the state as the product sees it. */
  readonly ports: Ports
  readonly clients: Clients
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

/**
 * The whole of Penstock in one process: S3, SQS, SNS, DynamoDB, SSM and a Redshift on sockets of this machine, and the
 * product's own handlers between them. Ready in about a second.
 */
export async function startLocal(options: LocalOptions = {}): Promise<LocalEnvironment> {
  const stops: (() => Promise<unknown> | unknown)[] = []
  try {
    return await start(options, stops)
  } catch (error) {
    await stopAll(stops)
    throw error
  }
}

async function start(options: LocalOptions, stops: (() => Promise<unknown> | unknown)[]): Promise<LocalEnvironment> {
  // The SDK's notice about Node 20 is for who deploys; the deployed functions run on 22.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  let functions: Functions | undefined
  const servers = await startServers(options.ports ?? {}, stops, {
    event: (body) => options.onEvent?.(body),
    invocation: async (event) => functions?.invokeOnObject(event),
  })
  const clients = makeClients(variablesOf(servers))
  stops.push(clients.close)
  const provisioned = await provision(servers, clients, {
    settings: options.settings ?? {},
    events: options.events ?? 'queue',
    ...(options.login ? { login: options.login } : {}),
  })
  const variables = { ...variablesOf(servers), ...provisioned.variables }
  const runtime = makeRuntime(variables, {
    ...(options.log ? { log: options.log } : {}),
    ...(options.measure ? { measure: options.measure } : {}),
  })
  const handlers = options.handlers?.(variables) ?? handlersOf(runtime)
  const running = startFunctions(handlers, servers, provisioned, options.tickEveryMs ?? 60_000)
  functions = running
  // What runs comes to its end before what it needs is stopped.
  stops.push(runtime.close, running.stop)

  const { bus, ...reachable } = servers
  return {
    ...reachable,
    bucket: LOCAL.bucket,
    addRule: bus.addRule,
    ports: runtime.ports,
    clients,
    passwordParameter: PASSWORD_PARAMETER,
    setPassword: provisioned.setPassword,
    put: async (key, body) =>
      void (await clients.s3.send(new PutObjectCommand({ Bucket: LOCAL.bucket, Key: key, Body: body }))),
    tick: running.tick,
    quiet: running.quiet,
    stop: () => stopAll(stops),
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
