/**
 * Lays a pattern over a sequence: for each token the index where it begins, or `undefined` if it does not fit. A run
 * takes any number of items, any other token exactly one. What comes first in the pattern takes as little as it can.
 *
 * Two pointers: when a token does not fit, only the latest run grows. Earlier ones need not, because between two runs
 * the leftmost fit leaves most to what follows. So it takes at most pattern × sequence steps, whatever an uploader names a file.
 */
export function align<T, U>(
  pattern: readonly T[],
  items: readonly U[],
  isRun: (token: T) => boolean,
  fits: (token: T, item: U) => boolean,
): readonly number[] | undefined {
  const begins: number[] = []
  let next = 0
  let item = 0
  let run: { readonly token: number; ends: number } | undefined
  while (next < pattern.length || item < items.length) {
    if (next < pattern.length) {
      const token = pattern[next] as T
      if (isRun(token)) {
        begins[next] = item
        // Nothing follows, so it takes all that is left.
        if (next === pattern.length - 1) return begins
        run = { token: next, ends: item }
        next += 1
        continue
      }
      if (item < items.length && fits(token, items[item] as U)) {
        begins[next] = item
        next += 1
        item += 1
        continue
      }
    }
    if (run === undefined || run.ends >= items.length) return undefined
    run.ends += 1
    item = run.ends
    next = run.token + 1
  }
  return begins
}
