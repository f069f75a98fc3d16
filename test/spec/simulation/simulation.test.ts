import { type Options, simulate } from './simulate'

const BASE: Options = { deaths: 0.01, errors: 0, lostAnswers: false, overwrites: 'none', warehouseFaults: 0.1 }
/** `SEED=17 SEEDS=1` runs one story and prints its trace if it fails. */
const SEEDS = Number(process.env['SEEDS'] ?? 40)
const FIRST_SEED = Number(process.env['SEED'] ?? 0)

describe('many workers, whoever dies where', () => {
  it.each<[string, Partial<Options>]>([
    ['with nothing wrong', { deaths: 0, warehouseFaults: 0 }],
    ['with deaths and a warehouse that fails', {}],
    ['with errors', { errors: 0.02, deaths: 0 }],
    ['with errors, deaths and lost answers', { errors: 0.02, lostAnswers: true }],
    ['with overwritten files', { overwrites: 'skip', errors: 0.01 }],
    ['with reloaded files', { overwrites: 'reload', deaths: 0, warehouseFaults: 0 }],
    ['with reloaded files and deaths', { overwrites: 'reload', errors: 0.01 }],
  ])('every file is loaded once, or fails with a reason, and nothing is left waiting: %s', async (_, more) => {
    const problems: string[] = []
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
      for (const problem of await simulate(seed, { ...BASE, ...more })) problems.push(`seed ${seed}: ${problem}`)
    }
    expect(problems).toEqual([])
  })
})
