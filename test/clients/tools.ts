import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

/** Whether a program can be run. */
export function isThere(tool: string): boolean {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Looks again and again, for 20 seconds. */
export async function until(isTrue: () => Promise<boolean> | boolean): Promise<void> {
  for (let look = 0; look < 200; look += 1) {
    if (await isTrue()) return
    await sleep(100)
  }
  throw new Error('it did not come to pass')
}
