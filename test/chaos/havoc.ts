import type { Dice } from './dice'
import type { Stage } from './stage'

/** What the warehouse does of its own, besides what happens to the workers. */
export interface Havoc {
  readonly restarts: () => number
  readonly faults: () => number
  readonly restart: () => Promise<void>
  /** Something goes wrong with a statement that comes next. */
  readonly disturb: () => void
}

export function makeHavoc({ servers: { redshift } }: Stage, dice: Dice): Havoc {
  let restarts = 0
  let faults = 0
  return {
    restarts: () => restarts,
    faults: () => faults,
    restart: async () => {
      await redshift.restart(dice.between(0, 1_500))
      restarts += 1
    },
    disturb: () => {
      faults += 1
      const which = dice.between(1, 5)
      if (which === 1) redshift.failNext({ matching: /^COMMIT/i, act: 'cut-after' })
      else if (which === 2) redshift.failNext({ matching: /^COMMIT/i, act: 'cut-before' })
      else if (which === 3) redshift.failNext({ matching: /^COPY/i, act: 'error', message: '1023', detail: 'conflict' })
      // Whoever is killed meanwhile dies in the middle of it.
      else redshift.failNext({ matching: which === 4 ? /^COPY/i : /^COMMIT/i, act: 'delay', delayMs: 700 })
    },
  }
}
