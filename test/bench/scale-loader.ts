/** The product in a process of its own, with its own adapters: what this process takes of memory is what the product takes. */
import { ulid } from 'ulid'
import { takeLease } from '../../lambda/load/lease'
import { openBatch } from '../../lambda/load/open-batch'
import { planFor } from '../../lambda/load/plan-for'
import type { Turn } from '../../lambda/load/turn'
import { urlOf } from '../../lambda/model'
import { heal, loadTarget, tick } from '../../lambda/pipeline'
import { arrivalsInDynamoDb } from '../../lambda/platform/arrivals-in-dynamodb'
import { batchesInDynamoDb } from '../../lambda/platform/batches-in-dynamodb'
import { contentsInDynamoDb } from '../../lambda/platform/contents-in-dynamodb'
import { deadLettersInSqs } from '../../lambda/platform/dead-letters-in-sqs'
import { filesInDynamoDb } from '../../lambda/platform/files-in-dynamodb'
import { makeMeasure } from '../../lambda/platform/measure'
import { objectsInS3 } from '../../lambda/platform/objects-in-s3'
import { targetsInDynamoDb } from '../../lambda/platform/targets-in-dynamodb'
import { wakesInSqs } from '../../lambda/platform/wakes-in-sqs'
import type { Ports, WarehousesPort } from '../../lambda/ports'
import { routeOf } from '../../lambda/route/by-pattern'
import { type SettingsInput, settingsFrom } from '../../lambda/settings'
import { thresholdsOf } from '../../lambda/target-settings'
import { answerCalls } from './own-process'
import type { Started } from './scale-emulators'
import { clientsOf, ORDERS, settingsOf, TABLES } from './scale-world'

/** What a piece of the product's work took. */
export interface Ran {
  readonly ms: number
  /** The most requests of each operation that were under way at a time. */
  readonly atOnce: Readonly<Record<string, number>>
  /** At their highest, of this process. */
  readonly rssMb: number
  readonly heapMb: number
}

let started: Started | undefined
let underWay = new Map<string, { now: number; most: number }>()
const logged: { event: string; fields: Readonly<Record<string, unknown>> }[] = []
const metrics = makeMeasure({ namespace: 'Penstock/bench' })
let clients: ReturnType<typeof clientsOf> | undefined

export type Loader = typeof loader

const loader = {
  async start(given: Started): Promise<void> {
    started = given
    clients = clientsOf(given)
    for (const client of [clients.dynamodb, clients.sqs, clients.s3]) countCallsOf(client)
  },

  /** One tick at that time. */
  tick({ nowMs }: { readonly nowMs: number }): Promise<Ran> {
    return run(async () => {
      await tick(portsOf({ ...settingsOf('tick'), heal: false }, { now: () => nowMs }))
      metrics.flush()
    })
  },

  /** A look at the oldest files that wait. */
  async look({ files }: { readonly files: number }): Promise<Ran & { readonly found: number }> {
    const { arrivals } = portsOf(settingsOf('look'))
    let found = 0
    const ran = await run(async () => {
      found = (await arrivals.oldest(ORDERS, files)).length
    })
    return { ...ran, found }
  },

  /** All that comes before the COPY of a batch of so many files; afterwards they wait as before. */
  open({ files }: { readonly files: number }): Promise<Ran> {
    return run(async () => {
      const input = settingsOf('open')
      const [ports, settings] = [portsOf(input), settingsFrom(input)]
      const lease = await takeLease(ports, ORDERS, ulid(), Date.now() + 60_000)
      if (lease === 'held') throw new Error('nobody else should hold the target')
      const waiting = await ports.arrivals.oldest(ORDERS, files)
      await ports.files.get(
        ORDERS,
        waiting.map(({ object }) => urlOf(object)),
      )
      const [first] = waiting
      const plan = first && planFor(first, settings)
      if (plan?.kind !== 'copy') throw new Error('the first file that waits should be loaded')
      const nobody = () => Promise.reject(new Error('nobody connects'))
      const now = Date.now()
      const turn: Turn = {
        ports,
        target: ORDERS,
        lease,
        settings: () => settings,
        refreshSettings: nobody,
        connect: nobody,
        startedMs: now,
        deadlineMs: now + 60_000,
      }
      await openBatch(turn, { arrivals: waiting, plan: plan.plan }, 'bench')
      await lease.change({ unfinished: null, lease: null })
    })
  },

  /** Takes batches of 5,000 for so long, from a warehouse that answers at once. */
  async load({
    forMs,
  }: {
    readonly forMs: number
  }): Promise<Ran & { readonly batches: number; readonly files: number }> {
    const sizes: number[] = []
    const ports = portsOf(settingsOf('load'), { warehouses: warehouseThatAnswers((files) => void sizes.push(files)) })
    // The last seconds of an invocation are for settling: no batch is begun in them.
    const deadlineMs = Date.now() + forMs + 12_000
    const ran = await run(() => loadTarget(ports, ORDERS, { owner: ulid(), deadlineMs }))
    return { ...ran, batches: sizes.length, files: sizes.reduce((sum, files) => sum + files, 0) }
  },

  /** Compares all that is listed with what is remembered, in as many runs of the tick as that takes. */
  async heal({
    pass,
  }: {
    readonly pass: string
  }): Promise<Ran & { readonly runs: number; readonly listed: number; readonly queued: number }> {
    logged.length = 0
    let runs = 0
    const routes = settingsOf('').routes?.slice(1, 2) ?? []
    const ports = portsOf({ ...settingsOf(pass), routes })
    const isOver = () => logged.find(({ event }) => event === 'route-compared')
    const ran = await run(async () => {
      while (isOver() === undefined && runs < 10_000) {
        runs += 1
        await heal(ports, { deadlineMs: Date.now() + 60_000 })
      }
    })
    const { listed, queued } = isOver()?.fields ?? {}
    return { ...ran, runs, listed: Number(listed), queued: Number(queued) }
  },

  /** Reads settings with so many routes, and asks them about keys and targets. */
  async routes({
    count,
    runs,
  }: {
    readonly count: number
    readonly runs: number
  }): Promise<Record<'readMs' | 'routeUs' | 'targetUs', readonly number[]>> {
    const routes = Array.from({ length: count }, (_, index) => ({
      match: `landing/tenant_${index}/{table}/**`,
      into: { schema: `tenant_${index}` },
    }))
    const text = JSON.stringify({ ...settingsOf('routes'), routes })
    const took = Array.from({ length: runs }, () => {
      const begun = performance.now()
      const settings = settingsFrom(JSON.parse(text))
      const read = performance.now()
      for (let asked = 0; asked < ASKED; asked += 1)
        routeOf(`landing/tenant_${(asked * 7_919) % count}/orders/a.csv`, settings.routes)
      const routed = performance.now()
      for (let asked = 0; asked < ASKED; asked += 1)
        thresholdsOf(`main/tenant_${(asked * 7_919) % count}.orders`, settings)
      const found = performance.now()
      return {
        readMs: read - begun,
        routeUs: ((routed - read) / ASKED) * 1e3,
        targetUs: ((found - routed) / ASKED) * 1e3,
      }
    })
    return {
      readMs: took.map(({ readMs }) => readMs),
      routeUs: took.map(({ routeUs }) => routeUs),
      targetUs: took.map(({ targetUs }) => targetUs),
    }
  },

  /** What is left when all garbage is gone. */
  async keptMb(_: undefined): Promise<number> {
    globalThis.gc?.()
    return process.memoryUsage().heapUsed / 1e6
  },
}

const ASKED = 10_000
const SAMPLE_MS = 20

async function run(work: () => Promise<void>): Promise<Ran> {
  globalThis.gc?.()
  underWay = new Map()
  let [rss, heap] = [0, 0]
  const sample = () => {
    const used = process.memoryUsage()
    rss = Math.max(rss, used.rss)
    heap = Math.max(heap, used.heapUsed)
  }
  const sampling = setInterval(sample, SAMPLE_MS)
  const begun = performance.now()
  try {
    await work()
    sample()
    return {
      ms: performance.now() - begun,
      atOnce: Object.fromEntries([...underWay].map(([operation, { most }]) => [operation, most])),
      rssMb: rss / 1e6,
      heapMb: heap / 1e6,
    }
  } finally {
    clearInterval(sampling)
  }
}

/** Has every call of a client counted while it is under way. */
function countCallsOf(client: object): void {
  const { send } = client as { readonly send: (command: object) => Promise<unknown> }
  const counting = async (command: object) => {
    const operation = command.constructor.name.replace(/Command$/, '')
    const one = underWay.get(operation) ?? { now: 0, most: 0 }
    underWay.set(operation, one)
    one.now += 1
    one.most = Math.max(one.most, one.now)
    try {
      return await send.call(client, command)
    } finally {
      one.now -= 1
    }
  }
  Object.assign(client, { send: counting })
}

function portsOf(input: SettingsInput, given: Partial<Pick<Ports, 'now' | 'warehouses'>> = {}): Ports {
  if (started === undefined || clients === undefined) throw new Error('nothing was started')
  const { dynamodb: client, s3, sqs } = clients
  const settings = settingsFrom(input)
  return {
    settings: async () => settings,
    arrivals: arrivalsInDynamoDb({ client, table: TABLES.arrivals }),
    files: filesInDynamoDb({ client, table: TABLES.files }),
    contents: contentsInDynamoDb({ client, table: TABLES.files }),
    batches: batchesInDynamoDb({ client, table: TABLES.batches }),
    targets: targetsInDynamoDb({ client, table: TABLES.targets }),
    objects: objectsInS3({ client: s3 }),
    wakes: wakesInSqs({ client: sqs, queueUrl: started.wakesUrl }),
    deadLetters: deadLettersInSqs({ client: sqs, queueUrls: started.deadLetterUrls }),
    notices: { publish: async () => {} },
    warehouses: warehouseThatAnswers(() => {}),
    log: (level, event, fields) => {
      if (level === 'error') console.error(event, fields)
      logged.push({ event, fields })
    },
    measure: metrics.measure,
    now: () => Date.now(),
    random: Math.random,
    newBatchId: (nowMs) => ulid(nowMs),
    ...given,
  }
}

/** A load takes no time and always comes off. */
function warehouseThatAnswers(loaded: (files: number) => void): WarehousesPort {
  return {
    connect: async () => ({
      kind: 'connected',
      session: {
        id: 'bench',
        load: async ({ urls }) => {
          loaded(urls.length)
          return { kind: 'loaded', rows: urls.length, statements: [] }
        },
        find: async () => ({ kind: 'nothing' }),
        runAfter: async () => ({ kind: 'ended', done: 0 }),
        table: async () => undefined,
        close: async () => {},
      },
    }),
  }
}

answerCalls(loader)
