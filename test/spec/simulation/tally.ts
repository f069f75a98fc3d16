import { CRASH_POINTS, type CrashPoint } from '../crash-points'
import type { Outcome } from './simulate'

/** What many runs have shown together. It travels between threads, so it holds nothing but plain values. */
export interface Tally {
  runs: number
  /** Files that were put, overwritten ones each time. */
  landed: number
  /** Copies of files that came into a warehouse. */
  loaded: number
  lost: number
  doubled: number
  steps: number
  readonly deaths: Partial<Record<CrashPoint, number>>
  readonly faults: Record<string, number>
  readonly failures: Failure[]
}

/** A run in which a promise was broken. */
export interface Failure {
  readonly seed: number
  readonly breaches: Outcome['breaches']
  readonly trace: readonly string[]
}

export function emptyTally(): Tally {
  return { runs: 0, landed: 0, loaded: 0, lost: 0, doubled: 0, steps: 0, deaths: {}, faults: {}, failures: [] }
}

/** Adds one to the other. */
export function add(to: Tally, more: Tally): void {
  for (const name of ['runs', 'landed', 'loaded', 'lost', 'doubled', 'steps'] as const) to[name] += more[name]
  for (const point of CRASH_POINTS) {
    const times = more.deaths[point]
    if (times !== undefined) to.deaths[point] = (to.deaths[point] ?? 0) + times
  }
  for (const [fault, times] of Object.entries(more.faults)) to.faults[fault] = (to.faults[fault] ?? 0) + times
  to.failures.push(...more.failures)
}

export function tallyOf({ seed, breaches, trace, deaths, faults, ...sums }: Outcome): Tally {
  return {
    ...sums,
    runs: 1,
    deaths: Object.fromEntries(deaths),
    faults: Object.fromEntries(faults),
    failures: breaches.length === 0 ? [] : [{ seed, breaches, trace }],
  }
}

/** Points at which nobody has died yet. */
export function notReached({ deaths }: Tally): readonly CrashPoint[] {
  return CRASH_POINTS.filter((point) => deaths[point] === undefined && !OUT_OF_REACH.has(point))
}

/** Calls that only a person makes. */
export const OUT_OF_REACH: ReadonlySet<CrashPoint> = new Set([
  'deadLetters.driveBack:before',
  'deadLetters.driveBack:after',
])
