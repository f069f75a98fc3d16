import { codeOf } from '../../../lambda/errors'
import type { TargetId } from '../../../lambda/model'
import type { Log, Ports } from '../../../lambda/ports'
import type { Statement } from '../../../lambda/warehouse/statement'
import { contentsInMemory } from '../../memory/contents-in-memory'
import { noticesInMemory } from '../../memory/notices-in-memory'
import { secretsInMemory } from '../../memory/secrets-in-memory'
import { type CrashPoint, portsThrough } from '../crash-points'
import { aBucket } from './bucket'
import { clockFrom } from './clock'
import { connectTo } from './connect'
import { diceOf } from './dice'
import { judgeEnding } from './ending'
import { fates, Injected } from './fate'
import { functionsOver } from './functions'
import { happenings } from './happenings'
import { type Breach, covers, invariantsOf, type Report } from './invariants'
import { recordId, tablesInMemory } from './memory'
import { type Process, processesIn } from './process'
import { refusalOf } from './statements'
import { storyOf } from './story'
import { aWarehouse } from './warehouse'

/** What one run has shown. */
export interface Outcome {
  readonly seed: number
  readonly breaches: readonly Breach[]
  readonly trace: readonly string[]
  /** How often a process died at a point. */
  readonly deaths: ReadonlyMap<CrashPoint, number>
  readonly faults: ReadonlyMap<string, number>
  /** Copies of files that are in a warehouse. */
  readonly loaded: number
  readonly landed: number
  readonly lost: number
  readonly doubled: number
  readonly steps: number
}

const START_MS = Date.UTC(2026, 10, 20, 12)
/** Until then things go wrong. */
const FAULTY_MS = 10 * 60_000
/** Long enough for five deliveries and every hold. */
const LONGEST_MS = 8 * 3_600_000
const MOST_STEPS = 100_000
const MOST_BREACHES = 20

/** Runs one story of events, workers and mishaps to its end; the same seed is the same story, step by step. */
export async function simulate(seed: number, { traced = false } = {}): Promise<Outcome> {
  const dice = diceOf(seed)
  const story = storyOf(seed, dice)
  const clock = clockFrom(START_MS)
  const isFaulty = () => clock.now() < START_MS + FAULTY_MS
  const breaches: Breach[] = []
  const trace: string[] = []
  const deaths = new Map<CrashPoint, number>()
  const faults = new Map<string, number>()

  const note = (text: () => string) => {
    if (traced) trace.push(`${((clock.now() - START_MS) / 1000).toFixed(3).padStart(9)} ${text()}`)
  }
  const report: Report = (invariant, text) => {
    if (breaches.length < MOST_BREACHES) breaches.push({ invariant, text })
    note(() => `‼ ${invariant}: ${text}`)
  }
  const count = (fault: string) => void faults.set(fault, (faults.get(fault) ?? 0) + 1)
  const targetsOf = (key: string): readonly TargetId[] => {
    const slash = key.indexOf('/')
    return slash < 0 ? [] : story.warehouses.map((name): TargetId => `${name}/public.${key.slice(0, slash)}`)
  }

  const bucket = aBucket(clock)
  const warehouses = story.warehouses.map((name) => aWarehouse(name, story.receiptsTable))
  const secrets = secretsInMemory({ now: clock.now })
  const parameterOf = (name: string) => `/penstock/test/${name}/password`
  for (const { name, password } of warehouses) secrets.set(parameterOf(name), password)

  const invariants = invariantsOf({ story, clock, seen: () => tables.seen, targetsOf, report })
  const tables = tablesInMemory(invariants)
  const processes = processesIn({
    clock,
    dice,
    note,
    fateOf: fates({ story, dice, isFaulty, count }),
    died: (_process, point) => {
      if (point === undefined) count('process killed at its timeout')
      else deaths.set(point, (deaths.get(point) ?? 0) + 1)
    },
  })
  const functions = functionsOver({
    story,
    clock,
    dice,
    processes,
    isFaulty,
    portsOf,
    acknowledged: invariants.acknowledged,
    broke: (process, error) => surprised(process.name, error),
  })

  function surprised(who: string, error: unknown): void {
    if (error instanceof Injected || codeOf(error) === 'LOST_LEASE') return
    report('surprise', `${who} threw ${error instanceof Error ? error.stack : String(error)}`)
  }
  const logOf =
    ({ name }: Process): Log =>
    (_level, event, fields) => {
      note(() => `${name} says ${event} ${JSON.stringify(fields).slice(0, 300)}`)
      if (fields['error'] !== undefined) surprised(name, fields['error'])
    }

  function portsOf(process: Process): Ports {
    const plain: Ports = {
      ...tables.of(process),
      settings: async () => story.settings,
      objects: bucket.objects,
      contents,
      notices,
      deadLetters: {
        count: async (queue) => ({
          messages: functions[queue].parked(),
          arn: `arn:aws:sqs:eu-west-1:123456789012:${queue}-dead`,
        }),
        driveBack: async (queue) => {
          functions[queue].driveBack()
          return 'started'
        },
      },
      wakes: {
        async send(target, delaySeconds) {
          if (isFaulty() && dice.chance(story.odds.lostWake)) return count('wake that got lost')
          functions.wake(target, delaySeconds * 1000 + dice.below(300))
        },
      },
      warehouses: {
        connect: async (name) => {
          const warehouse = warehouses.find((one) => one.name === name)
          if (warehouse === undefined) throw new Error(`there is no warehouse ${name}`)
          return connectTo(connecting, warehouse, process, parameterOf(name))
        },
      },
      log: logOf(process),
      measure: () => {},
      now: clock.now,
      newBatchId: () => {
        batches += 1
        return `b${String(batches).padStart(4, '0')}`
      },
      random: dice.next,
    }
    return portsThrough(plain, processes.aroundOf(process))
  }
  const notices = noticesInMemory()
  const contents = contentsInMemory()
  let batches = 0
  const connecting = {
    clock,
    dice,
    bucket,
    secrets,
    processes,
    committed: invariants.committed,
    touched: invariants.touched,
    isSlow: () => isFaulty() && dice.chance(story.odds.slowStatement),
    maybeRefused: (statement: Statement) => {
      if (!isFaulty() || !dice.chance(story.odds.refusal)) return undefined
      count('statement that was refused')
      return refusalOf(statement, dice)
    },
  }

  const toCome = happenings({
    story,
    clock,
    dice,
    bucket,
    warehouses,
    announce: functions.announce,
    setPassword: ({ name }, password) => secrets.set(parameterOf(name), password),
    count,
  })
  const isAtRest = () =>
    processes.alive() === 0 &&
    toCome() === 0 &&
    functions.objects.size() + functions.objects.parked() + functions.wakes.size() === 0 &&
    [...tables.seen.arrivals.values()].every((queue) => queue.size === 0) &&
    [...tables.seen.targets.values()].every(
      ({ unfinished, hold, waitingFiles }) => !unfinished && !hold && waitingFiles === 0,
    ) &&
    everythingIsKnown()
  const everythingIsKnown = () =>
    [...bucket.history].every(([key, versions]) => {
      const last = versions.at(-1)
      const isKnown = (target: TargetId) => {
        const record = tables.seen.records.get(recordId(target, `s3://landing/${key}`))
        return last === undefined || (record !== undefined && covers(record, last, story.overwrites))
      }
      return targetsOf(key).every(isKnown)
    })

  if (story.ticks) everyMinute()
  function everyMinute(): void {
    clock.after(60_000, () => {
      functions.tick()
      everyMinute()
    })
  }
  clock.at(START_MS + 2 * FAULTY_MS, driveBack)
  function driveBack(): void {
    functions.objects.driveBack()
    clock.after(30 * 60_000, driveBack)
  }

  let steps = 0
  while (clock.step(START_MS + LONGEST_MS)) {
    steps += 1
    await new Promise(setImmediate)
    if (steps > MOST_STEPS) {
      report('bounded work', `${steps} steps without end`)
      break
    }
    if (isAtRest()) break
  }
  const { lost, loaded } = judgeEnding({
    story,
    nowMs: clock.now(),
    seen: tables.seen,
    bucket,
    warehouses,
    targetsOf,
    report,
  })
  const landed = [...bucket.history.values()].reduce((sum, versions) => sum + versions.filter(Boolean).length, 0)
  return { seed, breaches, trace, deaths, faults, loaded, landed, lost, doubled: invariants.doubled(), steps }
}
