import { MUTANTS, type Mutant } from './mutants'
import { bundleSimulation } from './simulation/bundle'
import { runInThreads } from './simulation/run-in-threads'

/** The seeds of `npm test`: every promise is kept in them, every crash point is reached, and every mutant is caught. */
export const TEST_SEEDS = { from: 2000, runs: 700 } as const

export interface Verdict {
  readonly mutant: Mutant
  readonly caughtBy: { readonly seed: number; readonly invariant: string; readonly text: string } | undefined
}

/** Runs the test's seeds on each mutant until one of them breaks a promise. */
export async function huntMutants(threads: number, tell: (verdict: Verdict) => void): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  const left = [...MUTANTS]
  const one = async () => {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const verdict = await hunt(mutant)
      verdicts.push(verdict)
      tell(verdict)
    }
  }
  await Promise.all(Array.from({ length: threads }, one))
  return verdicts
}

async function hunt(mutant: Mutant): Promise<Verdict> {
  const code = await bundleSimulation(mutant.edits)
  const { failures } = await runInThreads(code, { ...TEST_SEEDS, threads: 1, untilFailure: true })
  const [first] = failures
  const [breach] = first?.breaches ?? []
  if (first === undefined || breach === undefined) return { mutant, caughtBy: undefined }
  return { mutant, caughtBy: { seed: first.seed, ...breach } }
}

export function verdictText({ mutant, caughtBy }: Verdict): string {
  if (caughtBy === undefined) return `✗ ${mutant.title}\n    nobody noticed`
  const [line = ''] = caughtBy.text.split('\n')
  return `✓ ${mutant.title}\n    ${caughtBy.invariant}, seed ${caughtBy.seed}: ${line.slice(0, 200)}`
}
