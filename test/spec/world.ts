import { createHash } from 'node:crypto'
import type { FileRecord, S3Object, S3Url, TargetId } from '../../lambda/model'
import { bulk, heal, ingest, loadTarget, tick } from '../../lambda/pipeline'
import type { Ports, Wake } from '../../lambda/ports'
import { type SettingsInput, settingsFrom } from '../../lambda/settings'
import { arrivalsInMemory } from '../memory/arrivals-in-memory'
import { batchesInMemory } from '../memory/batches-in-memory'
import { contentsInMemory } from '../memory/contents-in-memory'
import { deadLettersInMemory } from '../memory/dead-letters-in-memory'
import { filesInMemory } from '../memory/files-in-memory'
import { noticesInMemory } from '../memory/notices-in-memory'
import { objectsInMemory } from '../memory/objects-in-memory'
import { targetsInMemory } from '../memory/targets-in-memory'
import { warehouseInMemory } from '../memory/warehouse-in-memory'

/** Thrown by a port call at which the process dies. Nothing after it happens in that process. */
export class Died extends Error {}

/** The process dies before or after the n-th call (from 1) of an operation such as `files.put`, or whoever makes it dies every time. */
export interface Death {
  readonly at: string
  readonly when: 'before' | 'after'
  readonly call: number | 'every'
}

export type World = ReturnType<typeof aWorld>

const INVOCATION_MS = 60_000

/** The real pipeline over ports in memory, with a clock that moves when it is told to. */
export function aWorld(given: Partial<SettingsInput> = {}) {
  let settings = settingsOf(given)

  let nowMs = Date.UTC(2026, 10, 20, 12)
  let events = 0
  let invocations = 0
  let ids = 0
  let wakes: { readonly target: TargetId; readonly atMs: number }[] = []
  let death: Death | undefined
  let dead = false
  let calls: string[] = []
  const trace: string[] = []
  let seed = 1
  const logged: { readonly event: string; readonly fields: Readonly<Record<string, unknown>> }[] = []
  const measured = new Map<string, number>()

  const warehouse = warehouseInMemory()
  const notices = noticesInMemory()
  const objects = objectsInMemory({ now: () => nowMs })
  const files = filesInMemory()
  const targets = targetsInMemory()
  const arrivals = arrivalsInMemory()
  const batches = batchesInMemory()
  const contents = contentsInMemory()
  const plain = {
    arrivals,
    files,
    contents,
    batches,
    targets,
    objects,
    notices,
    wakes: {
      send: async (sent: readonly Wake[]) =>
        void wakes.push(...sent.map(({ target, delaySeconds }) => ({ target, atMs: nowMs + delaySeconds * 1000 }))),
    },
    warehouses: {
      connect: async (name: string) => {
        const connection = await warehouse.connect(name)
        return connection.kind === 'connected'
          ? { ...connection, session: mortal('session', connection.session, ['load', 'find', 'runAfter']) }
          : connection
      },
    },
  }

  const ports: Ports = {
    settings: async () => settings,
    arrivals: mortal('arrivals', plain.arrivals, ['put', 'oldest', 'remove']),
    files: mortal('files', plain.files, ['get', 'put', 'putUnlessLoaded']),
    contents: mortal('contents', plain.contents, ['get', 'put']),
    batches: mortal('batches', plain.batches, ['put', 'get']),
    targets: mortal('targets', plain.targets, ['get', 'countArrivals', 'claim', 'change']),
    objects: mortal('objects', plain.objects, ['put', 'get', 'head', 'list']),
    notices: mortal('notices', plain.notices, ['publish']),
    wakes: mortal('wakes', plain.wakes, ['send']),
    deadLetters: deadLettersInMemory(),
    warehouses: mortal('warehouses', plain.warehouses, ['connect']),
    log: (_level, event, fields) => void logged.push({ event, fields }),
    measure: (metric, value) => void measured.set(metric, (measured.get(metric) ?? 0) + value),
    now: () => nowMs,
    newBatchId: () => {
      ids += 1
      return `b${ids}`
    },
    random: nextRandom,
  }

  /** The same numbers in every run (Park and Miller). */
  function nextRandom(): number {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }

  /** The port with every call noted, and deadly where it is told to be. A dead process does nothing any more. */
  function mortal<T extends object>(name: string, port: T, operations: readonly (keyof T & string)[]): T {
    const wrapped: Record<string, unknown> = {}
    for (const operation of operations) {
      const at = `${name}.${operation}`
      wrapped[operation] = async (...args: unknown[]) => {
        if (dead) throw new Died(at)
        calls.push(at)
        const isIt =
          death?.at === at && (death.call === 'every' || calls.filter((one) => one === at).length === death.call)
        if (isIt && death?.when === 'before') die(at)
        const result = await (port[operation] as (...given: unknown[]) => Promise<unknown>)(...args)
        trace.push(at)
        if (isIt) die(at)
        return result
      }
    }
    return Object.assign(Object.create(port) as T, wrapped)
  }

  function die(at: string): never {
    dead = true
    trace.push(`✝ ${at}`)
    throw new Died(at)
  }

  const world = {
    settings: () => settings,
    /** From now on these are read. */
    changeSettings(given: Partial<SettingsInput>): void {
      settings = settingsOf(given)
    },
    ports,
    warehouse,
    notices,
    objects,
    logged,
    measured,
    trace,
    now: () => nowMs,
    wakes: () => wakes,
    calls: () => calls,

    /** Puts a file and returns its event. */
    async put(key: string, content = `content of ${key}`): Promise<S3Object> {
      nowMs += 1
      events += 1
      if (content !== '') await objects.put(`s3://landing/${key}`, content)
      return {
        bucket: 'landing',
        key,
        etag: createHash('md5').update(content).digest('hex'),
        sizeBytes: Buffer.byteLength(content),
        sequencer: events.toString(16).toUpperCase().padStart(16, '0'),
        eventTimeMs: nowMs,
      }
    },
    /** Hands events to the intake. Whoever dies there gets them again. */
    async deliver(...objectsGiven: readonly S3Object[]): Promise<void> {
      await survive(() => ingest(ports, objectsGiven))
    },
    /** Runs the wakes that are due, and those that they send, until none is. */
    async wake(): Promise<void> {
      for (let turn = 0; turn < 200; turn += 1) {
        const due = wakes.find(({ atMs }) => atMs <= nowMs)
        if (!due) return
        wakes = wakes.filter((one) => one !== due)
        await survive(() => world.load(due.target))
      }
      throw new Error('wakes without end')
    },
    load: (target: TargetId) => {
      invocations += 1
      return loadTarget(ports, target, { owner: `run${invocations}`, deadlineMs: nowMs + INVOCATION_MS })
    },
    tick: () => survive(() => tick(ports)),
    bulk: () => survive(() => bulk(ports, { deadlineMs: nowMs + INVOCATION_MS / 2 })),
    heal: () => survive(() => heal(ports, { deadlineMs: nowMs + INVOCATION_MS })),
    /** Moves the clock. Nobody acts meanwhile. */
    wait(ms: number): void {
      nowMs += ms
    },
    /** Lets time pass, with a tick every minute and every wake at its time. */
    async pass(ms: number): Promise<void> {
      const until = nowMs + ms
      while (nowMs < until) {
        nowMs = Math.min(until, nowMs + 15_000)
        await warehouse.endStatements()
        await world.tick()
        await world.bulk()
        await world.heal()
        await world.wake()
      }
    },
    /** The process that makes this call dies. Afterwards others go on. */
    dyingAt(given: Death): void {
      death = given
      calls = []
    },
    /** From now on nobody dies. */
    nobodyDies(): void {
      death = undefined
    },
    loseWakes(): void {
      wakes = []
    },
    waiting: (target: TargetId) => arrivals.oldest(target, 10_000),
    state: (target: TargetId) => targets.get(target),
    async record(target: TargetId, key: string): Promise<FileRecord | undefined> {
      const url: S3Url = `s3://landing/${key}`
      return (await files.get(target, [url])).get(url)
    },
    batch: (target: TargetId, batchId: string) => batches.get(target, batchId),
  }
  return world

  async function survive(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof Died)) throw error
      // Its connections are cut; the server rolls back what was not committed.
      dead = false
      if (death?.call !== 'every') death = undefined
    }
  }
}

function settingsOf(given: Partial<SettingsInput>) {
  return settingsFrom({
    name: 'test',
    bucket: 'landing',
    work: 's3://landing/_penstock/',
    warehouses: { main: { kind: 'redshift', host: 'warehouse.test', database: 'dev', user: 'penstock' } },
    batch: { seconds: 0 },
    // Its listings would stand in every trace.
    heal: false,
    notify: { success: topic('success'), failure: topic('failure') },
    ...given,
  } satisfies SettingsInput)
}

function topic(name: string): string {
  return `arn:aws:sns:eu-west-1:123456789012:${name}`
}
