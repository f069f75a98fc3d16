import type { Around, CrashPoint, PortCall } from '../crash-points'
import type { Clock } from './clock'
import type { Dice } from './dice'
import type { Fate } from './fate'

/** One invocation of a function, from its birth to its end. */
export interface Process {
  readonly name: string
  /** When Lambda kills it at the latest. */
  readonly killedAtMs: number
  state: 'alive' | 'dead' | 'done'
  frozenUntilMs: number
  /** It was frozen beyond its time and goes on: Lambda promises that there is none, and it must do no harm. */
  zombie: boolean
  /** A clock that stood still with its process: how far it is behind. */
  lagMs: number
  /** What is to happen at its death. */
  readonly atDeath: (() => void)[]
}

export interface ProcessDeps {
  readonly clock: Clock
  readonly dice: Dice
  readonly fateOf: (process: Process, call: PortCall) => Fate
  readonly died: (process: Process, point: CrashPoint | undefined) => void
  readonly count: (fault: string) => void
  readonly note: (text: () => string) => void
}

export interface Processes {
  spawn(name: string, lifeMs: number, body: (process: Process) => Promise<void>, end: () => void): Process
  /** Puts a process's calls through chance: each takes time, and may be its last. */
  aroundOf(process: Process, cut?: () => void): Around
  sleepOf(process: Process): (ms: number) => Promise<void>
  kill(process: Process, point?: CrashPoint): void
  alive(): number
}

const LATENCY_MS = { usual: 40, slow: 4_000 }

/** Processes run side by side; between asking the world and hearing its answer, anything may happen to them. */
export function processesIn({ clock, dice, fateOf, died, count, note }: ProcessDeps): Processes {
  let alive = 0

  function kill(process: Process, point?: CrashPoint): void {
    if (process.state !== 'alive') return
    process.state = 'dead'
    alive -= 1
    note(() => `✝ ${process.name}${point === undefined ? ' at its timeout' : ` ${point}`}`)
    died(process, point)
    for (const run of process.atDeath) run()
  }

  const latency = () => 1 + dice.below(dice.chance(0.03) ? LATENCY_MS.slow : LATENCY_MS.usual)

  /** Does something for a process as soon as it is awake; what a dead one was about to do is not done. */
  function whenAwake(process: Process, run: () => void): void {
    if (process.state === 'dead') return
    if (process.frozenUntilMs > clock.now()) clock.at(process.frozenUntilMs, () => whenAwake(process, run))
    else run()
  }

  function freeze(process: Process, { forMs, zombie }: Extract<Fate, { kind: 'freeze' }>): void {
    process.frozenUntilMs = clock.now() + forMs
    // A zombie that would die at once on waking would be none.
    if (zombie && process.frozenUntilMs > process.killedAtMs) {
      process.zombie = true
      process.lagMs += forMs
      count('process that went on beyond its time')
    }
    note(() => `❄ ${process.name} for ${Math.round(forMs / 1000)} s${process.zombie ? ', beyond its time' : ''}`)
  }

  function aroundOf(process: Process, cut: () => void = () => {}): Around {
    return <T>(call: PortCall, work: () => Promise<T>) => {
      if (process.state === 'dead') return new Promise<T>(() => {})
      return new Promise<T>((resolve, reject) => {
        const fate = fateOf(process, call)
        const answer = (settle: () => void, text: () => string) => {
          clock.after(latency(), () =>
            whenAwake(process, () => {
              note(() => `${process.name} ${call}${text()}`)
              settle()
            }),
          )
        }
        const fail = (error: Error) =>
          answer(
            () => reject(error),
            () => ` ✗ ${error.message}`,
          )
        const done = (settle: () => void, text: () => string) => {
          if (process.state === 'dead') return
          if (fate.kind === 'die' && fate.when === 'after') return kill(process, `${call}:after`)
          if (fate.kind === 'lose-answer') {
            cut()
            return fail(fate.error)
          }
          if (fate.kind === 'freeze' && fate.when === 'after') freeze(process, fate)
          answer(settle, text)
        }
        const ask = () => {
          if (fate.kind === 'die' && fate.when === 'before') return kill(process, `${call}:before`)
          if (fate.kind === 'refuse') {
            if (fate.cut) cut()
            return fail(fate.error)
          }
          work().then(
            (value) =>
              done(
                () => resolve(value),
                () => shown(value),
              ),
            (error) =>
              done(
                () => reject(error),
                () => ` ✗ ${error instanceof Error ? error.message : String(error)}`,
              ),
          )
          // The world may take its time to do it, and will not notice at once that nobody waits any more.
          if (fate.kind === 'die' && fate.when === 'during') kill(process, `${call}:after`)
        }
        clock.after(latency(), () => {
          if (fate.kind === 'freeze' && fate.when === 'before' && process.state === 'alive') freeze(process, fate)
          whenAwake(process, ask)
        })
      })
    }
  }

  return {
    kill,
    aroundOf,
    alive: () => alive,
    sleepOf: (process) => (ms) => new Promise((resolve) => clock.after(ms, () => whenAwake(process, resolve))),
    spawn(name, lifeMs, body, end) {
      const process: Process = {
        name,
        killedAtMs: clock.now() + lifeMs,
        state: 'alive',
        frozenUntilMs: 0,
        zombie: false,
        lagMs: 0,
        atDeath: [end],
      }
      alive += 1
      const finish = () => {
        if (process.state !== 'alive') return
        process.state = 'done'
        alive -= 1
        end()
      }
      body(process).then(finish, finish)
      const endOfTime = () => {
        if (process.state !== 'alive') return
        if (process.zombie && clock.now() < process.frozenUntilMs + lifeMs) {
          clock.at(process.frozenUntilMs + lifeMs, endOfTime)
        } else kill(process)
      }
      clock.at(process.killedAtMs, endOfTime)
      return process
    },
  }
}

function shown(value: unknown): string {
  const text = value instanceof Map ? JSON.stringify([...value.values()]) : JSON.stringify(value)
  return text === undefined ? '' : ` → ${text.slice(0, 300)}`
}
