import { createHash } from 'node:crypto'
import {
  type Arrival,
  type FileRecord,
  type Receipt,
  type S3Object,
  type S3Url,
  type TargetId,
  urlOf,
} from '../../../lambda/model'
import { ingest, loadTarget, tick } from '../../../lambda/pipeline'
import type { Fault, LoadJob, LoadOutcome, Ports, WarehouseSession } from '../../../lambda/ports'
import { settingsFrom } from '../../../lambda/settings'
import { arrivalsInMemory } from '../../memory/arrivals-in-memory'
import { batchesInMemory } from '../../memory/batches-in-memory'
import { filesInMemory } from '../../memory/files-in-memory'
import { noticesInMemory } from '../../memory/notices-in-memory'
import { objectsInMemory } from '../../memory/objects-in-memory'
import { targetsInMemory } from '../../memory/targets-in-memory'

/** The same throws for the same seed (mulberry32). */
function dice(seed: number) {
  let a = seed >>> 0
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  return {
    next,
    chance: (p: number) => next() < p,
    below: (n: number) => Math.floor(next() * n),
    one: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T,
  }
}

export interface Options {
  readonly deaths: number
  readonly errors: number
  readonly lostAnswers: boolean
  readonly overwrites: 'none' | 'skip' | 'reload'
  readonly warehouseFaults: number
}

interface Actor {
  readonly name: string
  dead: boolean
  readonly killAtMs: number
  done: boolean
}
interface Pending {
  readonly actor: Actor
  readonly op: string
  readonly go: (how: 'ok' | 'error-before' | 'error-after') => void
  readonly onKill?: () => void
}

const passing: Fault = { kind: 'passing', code: 'ECONNRESET', message: 'connection lost', fileErrors: [] }

/** Runs one story of events, workers and faults to its end, and returns what is not as it must be. */
export async function simulate(seed: number, options: Options): Promise<readonly string[]> {
  const d = dice(seed)
  const problems: string[] = []
  const trace: string[] = []
  const startMs = Date.UTC(2026, 10, 20, 12)
  let nowMs = startMs
  let faulty = true
  const pending: Pending[] = []
  const tables = ['a', 'b'].slice(0, 1 + d.below(2))
  const settings = settingsFrom({
    name: 'test',
    work: 's3://landing/_penstock/',
    warehouses: { main: { kind: 'redshift', host: 'h', database: 'dev', user: 'penstock' } },
    routes: [{ match: '{table}/**', into: options.overwrites === 'reload' ? { overwrites: 'reload' } : {} }],
    batch: { files: 1 + d.below(5), seconds: d.one([0, 0, 5, 60]), bytes: d.one([30, 1_000_000]) },
    notify: { failure: 'arn:aws:sns:eu-west-1:123456789012:failure' },
  })
  const objects = objectsInMemory()
  const store = {
    arrivals: arrivalsInMemory(),
    files: filesInMemory(),
    batches: batchesInMemory(),
    targets: targetsInMemory(),
    notices: noticesInMemory(),
  }
  let wakes: { target: TargetId; atMs: number; receives: number }[] = []
  let messages: { objects: readonly S3Object[]; atMs: number }[] = []
  let ids = 0

  // The warehouse.
  const loaded: { target: TargetId; url: S3Url; etag: string }[] = []
  const receipts: Receipt[] = []
  const ended = new Set<string>()
  let sessions = 0
  const inside = new Map<TargetId, Set<Actor>>()
  const bad = new Set<S3Url>()
  const nameless = new Set<S3Url>()

  function gate<T>(actor: Actor, op: string, work: () => Promise<T>, onKill?: () => void): Promise<T> {
    if (actor.dead) return new Promise<T>(() => {})
    return new Promise<T>((resolve, reject) => {
      pending.push({
        actor,
        op,
        ...(onKill ? { onKill } : {}),
        go: (how) => {
          if (how === 'error-before')
            return reject(Object.assign(new Error(`injected before ${op}`), { code: 'INJECTED' }))
          work().then((value) => {
            if (actor.dead) return
            if (how === 'error-after') reject(Object.assign(new Error(`injected after ${op}`), { code: 'INJECTED' }))
            else resolve(value)
          }, reject)
        },
      })
    })
  }
  function gated<T extends object>(actor: Actor, name: string, port: T, operations: readonly (keyof T & string)[]): T {
    const wrapped: Record<string, unknown> = {}
    for (const operation of operations)
      wrapped[operation] = (...args: unknown[]) =>
        gate(actor, `${name}.${operation}`, () =>
          (port[operation] as (...given: unknown[]) => Promise<unknown>)(...args),
        )
    return Object.assign(Object.create(port) as T, wrapped)
  }

  function sessionOf(actor: Actor): WarehouseSession {
    sessions += 1
    const id = String(sessions)
    const commit = (job: LoadJob, urls: readonly (readonly [S3Url, string])[]) => {
      for (const [url, etag] of urls) loaded.push({ target: job.target, url, etag })
      receipts.push({
        batchId: job.batchId,
        target: job.target,
        files: urls.length,
        rows: urls.length,
        bytes: job.bytes,
        manifest: job.manifest,
      })
    }
    const load = async (job: LoadJob): Promise<LoadOutcome> => {
      const here = inside.get(job.target) ?? new Set()
      inside.set(job.target, here)
      const others = [...here].filter((one) => !one.dead && one !== actor)
      if (others.length > 0)
        problems.push(`two loads of ${job.target} at once: ${actor.name} and ${others.map(({ name }) => name).join()}`)
      here.add(actor)
      try {
        const outcome = await gate(actor, 'copy', async (): Promise<LoadOutcome | undefined> => {
          if (ended.has(id)) return { kind: 'unknown', fault: passing }
          if (faulty && d.chance(options.warehouseFaults))
            return d.one<LoadOutcome>([
              { kind: 'unknown', fault: passing },
              { kind: 'refused', fault: { ...passing, code: '40001' } },
              { kind: 'refused', fault: { kind: 'too-long', code: '57014', message: 'cancelled', fileErrors: [] } },
            ])
          for (const url of job.urls)
            if ((await objects.head(url)) === undefined)
              return { kind: 'refused', fault: { kind: 'gone', code: 'XX000', message: 'NoSuchKey', fileErrors: [] } }
          const named = job.urls.find((url) => bad.has(url))
          if (named)
            return {
              kind: 'refused',
              fault: {
                kind: 'data',
                code: 'XX000',
                message: 'x',
                fileErrors: [{ url: named, code: 'X', reason: 'bad' }],
              },
            }
          if (job.urls.some((url) => nameless.has(url)))
            return { kind: 'refused', fault: { kind: 'data', code: 'XX000', message: 'x', fileErrors: [] } }
          return undefined
        })
        if (outcome) return outcome
        const content = await Promise.all(
          job.urls.map(async (url) => [url, (await objects.head(url))?.etag ?? ''] as const),
        )
        if (job.stillCurrent && !(await job.stillCurrent())) {
          const fault: Fault = { kind: 'gone', code: 'FILES_CHANGED', message: 'overwritten', fileErrors: [] }
          return { kind: 'refused', fault }
        }
        const lostLater = d.chance(0.5)
        return await gate(
          actor,
          'commit',
          async (): Promise<LoadOutcome> => {
            if (ended.has(id)) return { kind: 'unknown', fault: passing }
            if (faulty && d.chance(options.warehouseFaults)) {
              if (d.chance(0.5)) commit(job, content)
              return { kind: 'unknown', fault: passing }
            }
            commit(job, content)
            return { kind: 'loaded', rows: content.length, statements: [] }
          },
          () => {
            // The COMMIT was on its way when the process died: it may be done a while later, unless the session is ended.
            if (lostLater)
              later.push({
                atMs: nowMs + d.below(200_000),
                run: () => {
                  if (!ended.has(id)) {
                    commit(job, content)
                    ended.add(id)
                  }
                },
              })
          },
        )
      } finally {
        here.delete(actor)
      }
    }
    return {
      id,
      load,
      receipt: (target, batchId) =>
        gate(actor, 'receipt', async () => receipts.find((one) => one.target === target && one.batchId === batchId)),
      end: (other) =>
        gate(actor, 'end', async () => {
          ended.add(other)
          return true
        }),
      close: async () => void ended.add(id),
    }
  }
  const later: { atMs: number; run: () => void }[] = []

  function portsOf(actor: Actor): Ports {
    return {
      settings: async () => settings,
      arrivals: gated(actor, 'arrivals', store.arrivals, ['put', 'oldest', 'remove']),
      files: gated(actor, 'files', store.files, ['get', 'put', 'putUnlessLoaded']),
      batches: gated(actor, 'batches', store.batches, ['put', 'get']),
      targets: gated(actor, 'targets', store.targets, ['get', 'countArrivals', 'claim', 'change']),
      objects: gated(actor, 'objects', objects, ['put', 'get', 'head']),
      notices: gated(actor, 'notices', store.notices, ['publish']),
      wakes: {
        send: (target, delaySeconds) =>
          gate(actor, 'wakes.send', async () => {
            if (faulty && d.chance(0.05)) return
            const atMs = nowMs + delaySeconds * 1000 + (faulty && d.chance(0.1) ? d.below(120_000) : d.below(500))
            wakes.push({ target, atMs, receives: 0 })
            if (faulty && d.chance(0.05)) wakes.push({ target, atMs: atMs + d.below(5000), receives: 0 })
          }),
      },
      warehouses: {
        connect: () =>
          gate(actor, 'connect', async () =>
            faulty && d.chance(options.warehouseFaults)
              ? { kind: 'refused' as const, fault: passing }
              : { kind: 'connected' as const, session: sessionOf(actor) },
          ),
      },
      log: () => {},
      measure: () => {},
      now: () => nowMs,
      newBatchId: () => {
        ids += 1
        return `b${ids}`
      },
      random: () => d.next(),
    }
  }

  const actors: Actor[] = []
  let count = 0
  function spawn(
    kind: string,
    lifeMs: number,
    body: (ports: Ports, actor: Actor) => Promise<void>,
    end: (ok: boolean) => void,
  ) {
    count += 1
    const actor: Actor = { name: `${kind}${count}`, dead: false, killAtMs: nowMs + lifeMs, done: false }
    actors.push(actor)
    body(portsOf(actor), actor).then(
      () => {
        actor.done = true
        end(true)
      },
      (error) => {
        actor.done = true
        if (error?.code !== 'INJECTED' && error?.code !== 'LOST_LEASE')
          problems.push(`${actor.name} threw ${error?.stack ?? error}`)
        if (error?.code === 'LOST_LEASE') problems.push(`${actor.name} lost its lease`)
        end(false)
      },
    )
    Object.assign(actor, { onDeath: () => end(false) })
    return actor
  }
  function kill(actor: Actor) {
    if (actor.dead || actor.done) return
    actor.dead = true
    trace.push(`✝ ${actor.name}`)
    for (let index = pending.length - 1; index >= 0; index -= 1) {
      const one = pending[index]
      if (one?.actor === actor) {
        one.onKill?.()
        pending.splice(index, 1)
      }
    }
    ;(actor as Actor & { onDeath?: () => void }).onDeath?.()
  }

  // What happens in S3.
  let sequence = 0
  const versions = new Map<string, S3Object[]>()
  const puts: { atMs: number; key: string }[] = []
  const keys = 4 + d.below(10)
  for (let index = 0; index < keys; index += 1) {
    const key = `${d.one(tables)}/${index}.${d.chance(0.8) ? 'csv' : 'jsonl'}`
    puts.push({ atMs: startMs + d.below(120_000), key })
    if (options.overwrites !== 'none' && d.chance(0.4)) puts.push({ atMs: startMs + d.below(240_000), key })
    const flaw = d.next()
    if (flaw < 0.1) bad.add(`s3://landing/${key}`)
    else if (flaw < 0.19) nameless.add(`s3://landing/${key}`)
  }
  puts.sort((a, b) => a.atMs - b.atMs)
  async function putNow(key: string) {
    sequence += 1
    const content = `content ${d.below(3)} of ${key}`
    await objects.put(`s3://landing/${key}`, content)
    const object: S3Object = {
      bucket: 'landing',
      key,
      etag: createHash('md5').update(content).digest('hex'),
      sizeBytes: content.length,
      sequencer: sequence.toString(16).padStart(16, '0'),
      eventTimeMs: nowMs,
    }
    versions.set(key, [...(versions.get(key) ?? []), object])
    const delays = [d.chance(0.15) ? d.below(400_000) : d.below(1000)]
    if (d.chance(0.2)) delays.push(d.below(300_000))
    for (const delay of delays) messages.push({ objects: [object], atMs: nowMs + delay })
  }

  let nextTickMs = startMs + 30_000
  let steps = 0
  const endMs = startMs + 4 * 3_600_000
  let loads = 0
  while (nowMs < endMs) {
    steps += 1
    if (steps > 40_000) {
      problems.push('steps without end')
      break
    }
    if (nowMs > startMs + 600_000) faulty = false
    // What is due.
    while (puts[0] && puts[0].atMs <= nowMs) await putNow((puts.shift() as { key: string }).key)
    for (const one of later.filter(({ atMs }) => atMs <= nowMs)) {
      later.splice(later.indexOf(one), 1)
      one.run()
    }
    const dueMessages = messages.filter(({ atMs }) => atMs <= nowMs)
    if (dueMessages.length > 0) {
      const taken = dueMessages.slice(0, 1 + d.below(4))
      messages = messages.filter((one) => !taken.includes(one))
      spawn(
        'object',
        60_000,
        (ports) =>
          ingest(
            ports,
            taken.flatMap((one) => one.objects),
          ),
        (ok) => {
          if (!ok) for (const one of taken) messages.push({ ...one, atMs: nowMs + 60_000 + d.below(30_000) })
        },
      )
    }
    for (const wake of wakes.filter(({ atMs }) => atMs <= nowMs)) {
      wakes = wakes.filter((one) => one !== wake)
      loads += 1
      const lifeMs = d.one([15_000, 30_000, 60_000, 60_000])
      spawn(
        'load',
        lifeMs,
        (ports, actor) => loadTarget(ports, wake.target, { owner: actor.name, deadlineMs: nowMs + lifeMs - 1_000 }),
        (ok) => {
          if (!ok && wake.receives < 5) wakes.push({ ...wake, receives: wake.receives + 1, atMs: nowMs + 360_000 })
        },
      )
    }
    if (nextTickMs <= nowMs) {
      nextTickMs += 60_000
      spawn(
        'tick',
        60_000,
        (ports) => tick(ports),
        () => {},
      )
    }
    await new Promise(setImmediate)
    for (const actor of actors) if (!actor.done && !actor.dead && actor.killAtMs <= nowMs) kill(actor)
    for (let index = actors.length - 1; index >= 0; index -= 1)
      if (actors[index]?.done || actors[index]?.dead) actors.splice(index, 1)
    if (pending.length === 0) {
      const times = [
        nextTickMs,
        ...puts.slice(0, 1).map(({ atMs }) => atMs),
        ...messages.map(({ atMs }) => atMs),
        ...wakes.map(({ atMs }) => atMs),
        ...later.map(({ atMs }) => atMs),
      ]
      nowMs = Math.max(nowMs + 1, Math.min(...times))
      continue
    }
    const chosen = pending.splice(d.below(pending.length), 1)[0] as Pending
    nowMs += d.chance(0.02) && faulty ? d.below(20_000) : d.below(60)
    if (faulty && d.chance(options.deaths)) {
      if (d.chance(0.5)) {
        chosen.go('ok')
        trace.push(`${chosen.actor.name} ${chosen.op}`)
        await new Promise(setImmediate)
      } else pending.push(chosen)
      kill(chosen.actor)
      continue
    }
    const broken =
      faulty && d.chance(options.errors) && !['copy', 'commit', 'end', 'receipt', 'connect'].includes(chosen.op)
    const how = !broken
      ? 'ok'
      : options.lostAnswers && chosen.op !== 'targets.change' && chosen.op !== 'targets.claim' && d.chance(0.5)
        ? 'error-after'
        : 'error-before'
    trace.push(
      `${((nowMs - startMs) / 1000).toFixed(1)} ${chosen.actor.name} ${chosen.op}${how === 'ok' ? '' : ` ${how}`}`,
    )
    chosen.go(how)
  }

  // What has become of it.
  for (const [key, all] of versions) {
    const url: S3Url = `s3://landing/${key}`
    const target: TargetId = `main/public.${key.slice(0, key.indexOf('/'))}`
    const record: FileRecord | undefined = (await store.files.get(target, [url])).get(url)
    const times = loaded.filter((one) => one.target === target && one.url === url)
    const isBad = bad.has(url) || nameless.has(url)
    if (record === undefined) problems.push(`${key}: no record`)
    else if (isBad ? record.status !== 'failed' : record.status !== 'loaded')
      problems.push(`${key}: ${JSON.stringify(record)}`)
    const changes = all.filter((one, index) => index === 0 || one.etag !== all[index - 1]?.etag).length
    const most = isBad ? 0 : options.overwrites === 'reload' ? changes : 1
    if (times.length > most || (times.length === 0 && !isBad))
      problems.push(`${key}: loaded ${times.length} times, ${most} allowed`)
    if (options.overwrites === 'reload' && !isBad) {
      for (let index = 1; index < times.length; index += 1)
        if (times[index]?.etag === times[index - 1]?.etag) problems.push(`${key}: the same content twice in a row`)
      if (times.at(-1)?.etag !== all.at(-1)?.etag)
        problems.push(`${key}: the newest content is not what was loaded last`)
    }
  }
  for (const table of tables) {
    const target: TargetId = `main/public.${table}`
    const left: readonly Arrival[] = await store.arrivals.oldest(target, 1000)
    if (left.length > 0) problems.push(`${table}: still waiting ${left.map(({ object }) => urlOf(object)).join()}`)
    const state = await store.targets.get(target)
    if (state && (state.lease || state.unfinished || state.waitingFiles !== 0 || state.waitingBytes !== 0))
      problems.push(`${table}: ${JSON.stringify(state)}`)
    if (state?.hold) problems.push(`${table}: hold ${JSON.stringify(state.hold)}`)
  }
  const files = receipts.reduce((sum, one) => sum + one.files, 0)
  if (files !== loaded.length) problems.push(`receipts tell ${files}, ${loaded.length} are there`)
  for (const { batchId, target } of receipts)
    if ((await store.batches.get(target, batchId))?.status !== 'loaded')
      problems.push(`batch ${batchId} has a receipt and is not closed`)
  if (loads > 1500) problems.push(`${loads} loads`)
  if (problems.length > 0 && process.env['SEED']) console.log(trace.join('\n'))
  return problems
}
