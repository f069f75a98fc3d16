import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { CrashPoint } from '../spec/crash-points'
import type { Assignment, Role, Told } from './assignment'
import type { Dice } from './dice'
import { makePlanner } from './plan'

/** One death. */
export interface Kill {
  readonly role: Role
  /**
   * `outside`: by somebody else, in the middle of anything. `frozen`: the same, but its connections stayed open for a
   * while. `silent`: frozen while its COMMIT was on its way. `timeout`: it took longer than a function may.
   */
  readonly at: CrashPoint | 'outside' | 'frozen' | 'silent' | 'timeout'
}

/** Something that a worker told, or that became of it. */
export interface Line {
  readonly atMs: number
  readonly worker: number
  readonly role: Role
  readonly text: string
}

export interface Workers {
  readonly kills: readonly Kill[]
  readonly lines: readonly Line[]
  /** Processes that ended without being killed. */
  readonly faults: readonly string[]
  /** Ends all; from now on workers live as long as they like. */
  readonly nobodyDies: () => Promise<void>
  readonly stop: () => Promise<void>
}

export interface Hear {
  /** A worker does nothing any more. */
  readonly death: (worker: number) => void
  /** The next COMMITs shall take so long. */
  readonly slowCommit: (ms: number) => void
}

/** Whoever has not come to a point of its plan by then will not come to any, and is killed from outside. */
const LONG_LIFE_MS = 5_000
/** One in so many is killed from outside before that, in the middle of anything. */
const SHORT_LIVED = { oneIn: 6, leastMs: 200, mostMs: 1_500 } as const
/** One in so many of those killed from outside is frozen before that. */
const FROZEN = { oneIn: 2, forMs: 3_000 } as const
/**
 * One in so many loaders falls silent in a COMMIT, which comes to its end after a successor has come. Not the first ones:
 * they would do unharmed what is done once, before those have come there who shall die at it.
 */
const SILENT = { after: 60, oneIn: 6, commitMs: 8_000, forMs: 10_000 } as const
/** Processes that are ready for work, since deaths come several at once. */
const SPARES = 3

/** Keeps as many workers as there are roles alive: whoever dies is followed at once by one with another plan. */
export function startWorkers(
  program: string,
  roles: readonly Role[],
  assignment: Pick<Assignment, 'clock' | 'variables' | 'queueUrls'>,
  dice: Dice,
  hear: Hear,
): Workers {
  const startedMs = Date.now()
  const planner = makePlanner(dice)
  const kills: Kill[] = []
  const lines: Line[] = []
  const faults: string[] = []
  const processes = new Set<ChildProcess>()
  let spare: ChildProcess[] = []
  let deadly = true
  let stopping = false
  let count = 0

  /** A process that has read its program and waits for its assignment: starting is what takes long. */
  function prepare(): ChildProcess {
    const child = spawn(process.execPath, ['--enable-source-maps', program], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    })
    processes.add(child)
    child.once('close', () => processes.delete(child))
    child.stdin?.on('error', () => {})
    return child
  }

  function employ(role: Role): void {
    const child = spare.shift() ?? prepare()
    while (spare.length < SPARES) spare.push(prepare())
    count += 1
    const worker = count
    const fallsSilent = deadly && role === 'load' && worker > SILENT.after && dice.oneIn(SILENT.oneIn)
    const plan = deadly && !fallsSilent ? planner.next(role) : {}
    const isShortLived = dice.oneIn(SHORT_LIVED.oneIn)
    const lifeMs = isShortLived ? dice.between(SHORT_LIVED.leastMs, SHORT_LIVED.mostMs) : LONG_LIFE_MS
    let at: Kill['at'] | undefined
    let killer: NodeJS.Timeout | undefined
    let complaint = ''

    const note = (text: string) => void lines.push({ atMs: Date.now() - startedMs, worker, role, text })
    let isReplaced = false
    const replace = () => {
      if (isReplaced || stopping) return
      isReplaced = true
      employ(role)
    }
    // It does nothing any more, and its successor has to end the session that it leaves open.
    const bury = (how: 'frozen' | 'silent', afterMs: number) => {
      at = how
      hear.death(worker)
      clearTimeout(killer)
      killer = setTimeout(() => child.kill('SIGKILL'), afterMs)
      replace()
    }
    const killFromOutside = () => {
      // It may be dying of its own in this very moment.
      if (at !== undefined) return
      if (dice.oneIn(FROZEN.oneIn)) {
        child.kill('SIGSTOP')
        bury('frozen', FROZEN.forMs)
      } else {
        at = 'outside'
        child.kill('SIGKILL')
      }
    }
    const listen = (told: Told) => {
      if (told.kind === 'log') note(`${told.event} ${JSON.stringify(told.fields)}`)
      else if (told.kind === 'falling silent') hear.slowCommit(SILENT.commitMs)
      else if (told.kind === 'working') killer = deadly ? setTimeout(killFromOutside, lifeMs) : undefined
      else if (told.at === 'silent') bury('silent', SILENT.forMs)
      else at = told.at
    }

    createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => listen(JSON.parse(line) as Told))
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint += String(chunk)
    })
    child.once('close', (code, signal) => {
      clearTimeout(killer)
      if (stopping) return
      if (signal !== 'SIGKILL' || at === undefined) {
        faults.push(`${role} ${worker} ended with ${signal ?? code}: ${complaint}`)
      } else {
        note(`✝ ${at}`)
        kills.push({ role, at })
        hear.death(worker)
        if (isCrashPoint(at)) planner.died(role, at)
        else if (!isShortLived && !fallsSilent) planner.survived(role)
      }
      replace()
    })
    child.stdin?.write(`${JSON.stringify({ ...assignment, worker, role, plan, fallsSilent } satisfies Assignment)}\n`)
  }

  async function endAll(): Promise<void> {
    stopping = true
    spare = []
    const ended = [...processes].map((child) => new Promise((resolve) => child.once('close', resolve)))
    for (const child of processes) child.kill('SIGKILL')
    await Promise.all(ended)
  }

  for (const role of roles) employ(role)
  return {
    kills,
    lines,
    faults,
    nobodyDies: async () => {
      await endAll()
      stopping = false
      deadly = false
      for (const role of roles) employ(role)
    },
    stop: endAll,
  }
}

function isCrashPoint(at: Kill['at']): at is CrashPoint {
  return at.includes(':')
}
