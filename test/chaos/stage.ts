import { PutObjectCommand } from '@aws-sdk/client-s3'
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { makeQueueClient } from '../../environments/local/lambda/queue-client'
import { LOCAL, QUEUES } from '../../environments/local/names'
import { provision } from '../../environments/local/provision'
import { startServers, variablesOf } from '../../environments/local/servers'
import { type Clients, makeClients } from '../../lambda/platform/clients'
import type { Ports } from '../../lambda/ports'
import { makeRuntime } from '../../lambda/runtime'
import { type FastClock, inFastTime } from './clock'
import type { Dice } from './dice'

/** The world around the workers: every server of the embedded environment, and none of the functions. */
export interface Stage {
  readonly servers: Awaited<ReturnType<typeof startServers>>
  readonly clients: Clients
  /** The state as the product sees it. */
  readonly ports: Ports
  readonly variables: Readonly<Record<string, string>>
  readonly queueUrls: { readonly objects: string; readonly wakes: string }
  readonly put: (key: string, body: string) => Promise<void>
  readonly query: (sql: string) => Promise<Record<string, unknown>[]>
}

/** What the dead had received comes again after this long. Slow ones who live get company, which must do no harm either. */
const VISIBILITY_SECONDS = 2
/** An event comes twice, each time up to so much later, so the second may come first and the next file's before both. */
const LATEST_SECONDS = 4
/** And one in so many never comes. */
const NEVER_ONE_IN = 60

export const TABLES = ['orders', 'items', 'kpis', 'visits', 'returns', 'prices'] as const
export type Table = (typeof TABLES)[number]

/** Sets it up. Whatever has started is on `stops` already when something fails. */
export async function setStage(
  clock: FastClock,
  dice: Dice,
  stops: (() => Promise<unknown> | unknown)[],
): Promise<Stage> {
  let onEvent: (event: unknown) => Promise<void> = async () => {}
  const servers = await startServers({}, stops, { event: () => {}, invocation: (event) => onEvent(event) })
  const clients = makeClients(variablesOf(servers))
  stops.push(clients.close)
  const { objects, wakes, variables } = await provision(servers, clients, {
    events: 'function',
    settings: {
      batch: { files: 20, seconds: 15 },
      heal: { everyMinutes: 3, afterMinutes: 1 },
      routes: [
        // Also what landed before anybody has listed the bucket for the first time.
        { match: '{table}/**', existing: 'load', into: {} },
        { match: 'visits/**', existing: 'load', into: { table: 'visits', duplicates: 'skip' } },
        { match: 'prices/**', existing: 'load', into: { table: 'prices', overwrites: 'reload' } },
      ],
    },
  })
  for (const { url } of [objects, wakes]) {
    const Attributes = { VisibilityTimeout: String(VISIBILITY_SECONDS) }
    await clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }))
  }
  for (const table of TABLES) {
    await servers.redshift.admin(
      `create table ${table} (file int, version int, line int); grant insert on ${table} to ${LOCAL.user}`,
    )
  }
  // The bucket invokes this instead of sending to the queue: what lies between the two is ours to make worse.
  onEvent = async (event) => {
    const body = JSON.stringify(event, (name, value: unknown) =>
      name === 'eventTime' ? new Date(inFastTime(clock, Date.parse(String(value)))).toISOString() : value,
    )
    if (!body.includes('_penstock') && dice.oneIn(NEVER_ONE_IN)) return
    for (const isLate of [dice.oneIn(4), dice.oneIn(2)]) {
      await servers.queues.send(objects.arn, body, isLate ? dice.between(1, LATEST_SECONDS) : 0)
    }
  }
  const all = { ...variablesOf(servers), ...variables }
  const runtime = makeRuntime(all, { log: () => {}, measure: () => {} })
  stops.push(runtime.close)
  return {
    servers,
    clients,
    ports: runtime.ports,
    variables: all,
    queueUrls: { objects: objects.url, wakes: wakes.url },
    put: async (Key, Body) => void (await clients.s3.send(new PutObjectCommand({ Bucket: LOCAL.bucket, Key, Body }))),
    query: servers.redshift.admin,
  }
}

/** Sends the events again that were given up after too many deaths: what an operator does with dead letters. */
export async function redrive({ servers: { queues } }: Stage): Promise<number> {
  const dead = makeQueueClient({
    queueUrl: queues.queue(`${QUEUES.objects}-dead`).url,
    endpoint: queues.endpoint,
    region: LOCAL.region,
  })
  try {
    for (let count = 0; ; ) {
      const messages = await dead.receive(10, 0, new AbortController().signal)
      if (messages.length === 0) return count
      for (const { Body } of messages) await queues.send(queues.queue(QUEUES.objects).arn, Body)
      await dead.remove(messages)
      count += messages.length
    }
  } finally {
    dead.close()
  }
}
