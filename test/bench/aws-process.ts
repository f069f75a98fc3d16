/** What stands in for AWS and the warehouse, in a process of its own: the other core, and memory that is not the loader's. */
import { provision } from '../../environments/local/provision'
import { type Servers, startServers, variablesOf } from '../../environments/local/servers'
import { makeClients } from '../../lambda/platform/clients'
import type { SettingsInput } from '../../lambda/settings'
import type { Counted } from './counted'
import { answerCalls } from './own-process'

/** What it has to know to run functions. */
export interface Started {
  readonly variables: Readonly<Record<string, string>>
  readonly queueUrls: { readonly objects: string; readonly wakes: string }
}

/** What it can be asked for. */
export type Aws = typeof aws

const stops: (() => Promise<unknown> | unknown)[] = []
let started: Servers | undefined

const aws = {
  async start(settings: Partial<SettingsInput>): Promise<Started> {
    const servers = await startServers({}, stops, { event: () => {}, invocation: async () => {} })
    started = servers
    const clients = makeClients(variablesOf(servers))
    stops.push(clients.close)
    const { objects, wakes, variables } = await provision(servers, clients, { settings, events: 'queue' })
    return {
      variables: { ...variablesOf(servers), ...variables },
      queueUrls: { objects: objects.url, wakes: wakes.url },
    }
  },

  async counted(_: undefined): Promise<Counted> {
    const { dynamodb, s3, queues, ssm } = running()
    return {
      requests: {
        dynamodb: Object.fromEntries(dynamodb.requests),
        s3: Object.fromEntries(s3.requests),
        sqs: Object.fromEntries(queues.requests),
        ssm: Object.fromEntries(ssm.requests),
      },
      ...dynamodb.consumed(),
    }
  },

  settled: (_: undefined) => running().s3.settled(),

  admin: (sql: string) => running().redshift.admin(sql),

  /** Its processor time so far, Postgres' own left out, in milliseconds. */
  async cpuMs(_: undefined): Promise<number> {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  },

  async stop(_: undefined): Promise<void> {
    for (const stop of stops.reverse()) await stop()
  },
}

function running(): Servers {
  if (started === undefined) throw new Error('nothing was started')
  return started
}

answerCalls(aws)
