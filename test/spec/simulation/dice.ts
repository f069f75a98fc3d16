/** Everything that is left to chance. The same seed throws the same numbers on every machine. */
export interface Dice {
  /** 0 ≤ x < 1. */
  next(): number
  chance(probability: number): boolean
  /** A whole number, 0 ≤ x < n. */
  below(n: number): number
  one<T>(list: readonly [T, ...T[]]): T
}

/** Throws by mulberry32: one multiplication or two per throw, and enough for which of two comes first. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (n: number) => Math.floor(next() * n)
  return {
    next,
    below,
    chance: (probability) => probability > 0 && next() < probability,
    one: (list) => list[below(list.length)] ?? list[0],
  }
}
