import { execFileSync } from 'node:child_process'
import os from 'node:os'

/** What the figures depend on. It names no host, no user and no folder, since it is published. */
export interface Machine {
  /** The day in UTC: `2026-11-21`. */
  readonly date: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  /** Short hash of what was measured, with `+ changes` where it is not what was committed. Absent without git. */
  readonly commit?: string
}

/** The machine that this runs on. */
export function thisMachine(now: Date): Machine {
  const cpus = os.cpus()
  const commit = commitHere()
  return {
    date: now.toISOString().slice(0, 10),
    cpu: nameOfCpu(cpus[0]?.model ?? 'a processor without a name'),
    cores: cpus.length,
    memoryGiB: Math.round((os.totalmem() / 2 ** 30) * 10) / 10,
    // What follows the version is the distribution's own, and sometimes whose machine it is.
    system: `${os.type()} ${/^\d+(\.\d+)*/.exec(os.release())?.[0] ?? ''} ${os.arch()}`.replace(/ +/g, ' '),
    node: process.versions.node,
    ...(commit === undefined ? {} : { commit }),
  }
}

/** `2026-11-21, Intel Xeon, 2 cores, 8 GiB, Linux 6.1 x64, Node 20.18.0, commit 9f54532`. */
export function machineText({ date, cpu, cores, memoryGiB, system, node, commit }: Machine): string {
  const parts = [date, cpu, `${cores} ${cores === 1 ? 'core' : 'cores'}`, `${memoryGiB} GiB`, system, `Node ${node}`]
  return [...parts, ...(commit === undefined ? [] : [`commit ${commit}`])].join(', ')
}

/** Without the marks of makers, which say nothing. */
export function nameOfCpu(model: string): string {
  return model
    .replace(/\((R|TM)\)/gi, '')
    .replace(/\s+/g, ' ')
    .trim()
}

function commitHere(): string | undefined {
  try {
    const hash = git('rev-parse', '--short', 'HEAD')
    return git('status', '--porcelain') === '' ? hash : `${hash} + changes`
  } catch {
    // An archive has no history, and some machines no git.
    return undefined
  }
}

function git(...what: readonly string[]): string {
  return execFileSync('git', what, { cwd: __dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}
