/** Random decisions of a run: the same seed makes the same ones. */
export interface Dice {
  /** 0 ≤ x < 1 */
  readonly fraction: () => number
  readonly between: (least: number, most: number) => number
  readonly oneIn: (chances: number) => boolean
}

/** Mulberry32. */
export function makeDice(seed: number): Dice {
  let state = seed >>> 0
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    fraction,
    between: (least, most) => least + Math.floor(fraction() * (most - least + 1)),
    oneIn: (chances) => fraction() < 1 / chances,
  }
}
