/** The inside of a worker thread: runs the seeds that it is given, and tells what they have shown. */
import { parentPort } from 'node:worker_threads'
import { simulate } from './simulate'
import { add, emptyTally, type Tally, tallyOf } from './tally'

export interface Task {
  readonly from: number
  readonly runs: number
  /** Stop at the first run that breaks a promise. */
  readonly untilFailure: boolean
}

/** What a thread sends back for each task. */
export type Answer = Tally

const MOST_FAILURES_KEPT = 3

async function work({ from, runs, untilFailure }: Task): Promise<Answer> {
  const tally = emptyTally()
  for (let seed = from; seed < from + runs; seed += 1) {
    const outcome = await simulate(seed)
    const isTold = outcome.breaches.length > 0 && tally.failures.length < MOST_FAILURES_KEPT && !untilFailure
    // The same story once more, this time written down.
    add(tally, tallyOf(isTold ? await simulate(seed, { traced: true }) : outcome))
    if (untilFailure && tally.failures.length > 0) break
  }
  return tally
}

parentPort?.on('message', (task: Task) => {
  work(task).then(
    (answer) => parentPort?.postMessage(answer),
    (error) => {
      throw error
    },
  )
})
