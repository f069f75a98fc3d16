import { Worker } from 'node:worker_threads'
import { add, emptyTally, type Tally } from './tally'
import type { Answer, Task } from './worker'

export interface RunOptions {
  readonly from: number
  readonly runs: number
  readonly threads: number
  readonly untilFailure?: boolean
  /** Told of what is done so far. */
  readonly progress?: (tally: Tally) => void
}

/** So many seeds at once: few enough that all threads end together. */
const STRETCH = 25

/** Runs seeds on several threads, each with the same bundle. */
export async function runInThreads(code: string, options: RunOptions): Promise<Tally> {
  const { from, runs, threads, untilFailure = false, progress } = options
  const tally = emptyTally()
  let next = from
  const nextTask = (): Task | undefined => {
    if (next >= from + runs || (untilFailure && tally.failures.length > 0)) return undefined
    const task = { from: next, runs: Math.min(STRETCH, from + runs - next), untilFailure }
    next += task.runs
    return task
  }
  const one = async () => {
    const worker = new Worker(code, { eval: true })
    try {
      for (let task = nextTask(); task !== undefined; task = nextTask()) {
        add(tally, await ask(worker, task))
        progress?.(tally)
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(threads, Math.ceil(runs / STRETCH)) }, one))
  tally.failures.sort((a, b) => a.seed - b.seed)
  return tally
}

function ask(worker: Worker, task: Task): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      worker.off('message', heard)
      reject(error)
    }
    const heard = (answer: Answer) => {
      worker.off('error', failed)
      resolve(answer)
    }
    worker.once('message', heard)
    worker.once('error', failed)
    worker.postMessage(task)
  })
}
