/** `npm run simulate`: thousands of stories of crashes and faults, and what has become of every file in them. */
import { availableParallelism } from 'node:os'
import { huntMutants, verdictText } from '../mutants-hunt'
import { type Asked, readArguments, USAGE } from './arguments'
import { bundleSimulation } from './bundle'
import { failureText, reportOf } from './report'
import { runInThreads } from './run-in-threads'
import { simulate } from './simulate'
import { notReached, tallyOf } from './tally'

/** Fewer runs need not have died everywhere. */
const RUNS_FOR_ALL_POINTS = 1_000

async function main(asked: Asked): Promise<number> {
  switch (asked.kind) {
    case 'help':
      console.log(USAGE)
      return 0
    case 'wrong':
      console.error(`${asked.why}\n\n${USAGE}`)
      return 2
    case 'one':
      return one(asked)
    case 'mutants':
      return mutants()
    case 'runs':
      return many(asked)
  }
}

async function one({ seed, traced }: Extract<Asked, { kind: 'one' }>): Promise<number> {
  const began = performance.now()
  const outcome = await simulate(seed, { traced: true })
  const tally = tallyOf(outcome)
  const [failure] = tally.failures
  if (failure) console.log(failureText(failure))
  else if (traced) console.log(`${outcome.trace.join('\n')}\n`)
  console.log(reportOf(tally, { from: seed, seconds: (performance.now() - began) / 1000 }))
  return failure ? 1 : 0
}

async function many({ runs, from }: Extract<Asked, { kind: 'runs' }>): Promise<number> {
  const began = performance.now()
  const code = await bundleSimulation()
  let told = began
  const tally = await runInThreads(code, {
    from,
    runs,
    threads: availableParallelism(),
    progress(sofar) {
      if (performance.now() < told + 15_000) return
      told = performance.now()
      console.error(`${sofar.runs} of ${runs} runs, ${sofar.failures.length} broke a promise`)
    },
  })
  const [first, ...others] = tally.failures
  if (first) console.log(`${failureText(first)}\n`)
  for (const { seed, breaches } of others) {
    console.log(
      `seed ${seed}: ${breaches[0]?.invariant}: ${breaches[0]?.text}\n  again: npm run simulate -- --seed ${seed}`,
    )
  }
  console.log(reportOf(tally, { from, seconds: (performance.now() - began) / 1000 }))
  return tally.failures.length > 0 || (runs >= RUNS_FOR_ALL_POINTS && notReached(tally).length > 0) ? 1 : 0
}

async function mutants(): Promise<number> {
  let missed = 0
  await huntMutants(availableParallelism(), (verdict) => {
    if (verdict.caughtBy === undefined) missed += 1
    console.log(verdictText(verdict))
  })
  return missed === 0 ? 0 : 1
}

main(readArguments(process.argv.slice(2))).then(
  (code) => {
    process.exitCode = code
  },
  (error) => {
    console.error(error)
    process.exitCode = 1
  },
)
