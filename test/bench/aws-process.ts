/** What stands in for AWS and the warehouse, in a process of its own: the other core, and memory that is not the loader's. */
import { type Provisioned, provision } from '../../environments/local/provision'
import { type Servers, startServers, variablesOf } from '../../environments/local/servers'
import { makeClients } from '../../lambda/platform/clients'
import type { SettingsInput } from '../../lambda/settings'
import type { Counted } from './counted'

/** What the stage asks for. */
export type Asked =
  | { readonly ask: 'start'; readonly settings: Partial<SettingsInput> }
  | { readonly ask: 'counted' }
  | { readonly ask: 'settled' }
  | { readonly ask: 'admin'; readonly sql: string }
  | { readonly ask: 'cpu' }
  | { readonly ask: 'stop' }

/** What it has to know to run functions. */
export interface Started {
  readonly variables: Readonly<Record<string, string>>
  readonly queueUrls: { readonly objects: string; readonly wakes: string }
}

let servers: Servers | undefined
const stops: (() => Promise<unknown> | unknown)[] = []

async function answer(asked: Asked): Promise<unknown> {
  if (asked.ask === 'start') return start(asked.settings)
  if (asked.ask === 'stop') {
    for (const stop of stops.reverse()) await stop()
    return undefined
  }
  if (servers === undefined) throw new Error('nothing was started')
  switch (asked.ask) {
    case 'counted':
      return counted(servers)
    case 'settled':
      return servers.s3.settled()
    case 'admin':
      return servers.redshift.admin(asked.sql)
    case 'cpu': {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1000
    }
  }
}

async function start(settings: Partial<SettingsInput>): Promise<Started> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  servers = await startServers({}, stops, { event: () => {}, invocation: async () => {} })
  const clients = makeClients(variablesOf(servers))
  stops.push(clients.close)
  const { objects, wakes, variables }: Provisioned = await provision(servers, clients, { settings, events: 'queue' })
  return {
    variables: { ...variablesOf(servers), ...variables },
    queueUrls: { objects: objects.url, wakes: wakes.url },
  }
}

function counted({ dynamodb, s3, queues, ssm }: Servers): Counted {
  return {
    requests: {
      dynamodb: Object.fromEntries(dynamodb.requests),
      s3: Object.fromEntries(s3.requests),
      sqs: Object.fromEntries(queues.requests),
      ssm: Object.fromEntries(ssm.requests),
    },
    ...dynamodb.consumed(),
  }
}

process.on('message', ({ id, asked }: { id: number; asked: Asked }) => {
  answer(asked).then(
    (value) => process.send?.({ id, value }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  )
})
// Whoever started it is gone.
process.on('disconnect', () => process.exit())
