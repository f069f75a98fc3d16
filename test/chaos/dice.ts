import { diceOf } from '../spec/simulation/dice'

/** Random decisions of a run: the same seed makes the same ones. */
export interface Dice {
  /** 0 ≤ x < 1 */
  readonly fraction: () => number
  readonly between: (least: number, most: number) => number
  readonly oneIn: (chances: number) => boolean
}

/** The dice of the simulation, in the words of this run. */
export function makeDice(seed: number): Dice {
  const { next, below, chance } = diceOf(seed)
  return {
    fraction: next,
    between: (least, most) => least + below(most - least + 1),
    oneIn: (chances) => chance(1 / chances),
  }
}
