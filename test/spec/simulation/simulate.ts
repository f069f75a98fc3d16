import { codeOf } from '../../../lambda/errors'
import type { TargetId } from '../../../lambda/model'
import { secretsInMemory } from '../../memory/secrets-in-memory'
import type { CrashPoint } from '../crash-points'
import { aBucket } from './bucket'
import { clockFrom } from './clock'
import { diceOf } from './dice'
import { judgeEnding } from './ending'
import { fates, Injected } from './fate'
import { functionsOver } from './functions'
import { happenings } from './happenings'
import { type Breach, invariantsOf, type Report } from './invariants'
import { isSettled } from './is-settled'
import { tablesInMemory } from './memory'
import { portsIn } from './ports-in'
import { processesIn } from './process'
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
/** A wake for every event and every try, and no more than chance and outages explain. */
const MOST_LOADS = { atAll: 150, perFile: 15 }

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
  let throttled: string | undefined
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
    count,
    fateOf: fates({ story, dice, isFaulty, throttled: () => throttled, count }),
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
    portsOf: (process) => portsOf(process),
    acknowledged: invariants.acknowledged,
    broke: (process, error) => surprised(process.name, error),
  })

  const portsOf = portsIn({
    story,
    clock,
    dice,
    bucket,
    warehouses,
    secrets,
    parameterOf,
    tables,
    processes,
    functions: () => functions,
    isFaulty,
    invariants,
    surprised,
    note,
    count,
  })

  function surprised(who: string, error: unknown): void {
    if (error instanceof Injected || codeOf(error) === 'LOST_LEASE') return
    report('surprise', `${who} threw ${error instanceof Error ? error.stack : String(error)}`)
  }
  const toCome = happenings({
    story,
    clock,
    dice,
    bucket,
    warehouses,
    announce: functions.announce,
    setPassword: ({ name }, password) => secrets.set(parameterOf(name), password),
    throttle: (calls) => {
      throttled = calls
    },
    count,
  })
  const isAtRest = () =>
    processes.alive() === 0 &&
    toCome() === 0 &&
    functions.objects.size() + functions.objects.parked() + functions.wakes.size() === 0 &&
    isSettled({ story, seen: tables.seen, bucket, targetsOf })

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
  const landed = [...bucket.history.values()].reduce((sum, versions) => sum + versions.filter(Boolean).length, 0)
  const most = MOST_LOADS.atAll + MOST_LOADS.perFile * landed * story.warehouses.length
  if (functions.loads() > most) report('bounded work', `${functions.loads()} loads for ${landed} files`)
  const { lost, loaded } = judgeEnding({
    story,
    nowMs: clock.now(),
    seen: tables.seen,
    bucket,
    warehouses,
    targetsOf,
    report,
  })
  return { seed, breaches, trace, deaths, faults, loaded, landed, lost, doubled: invariants.doubled(), steps }
}
