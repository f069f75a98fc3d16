import { align } from './align'

/** What can be said of the tokens of a pattern. A run takes any number of items, any other token exactly one. */
export interface Tokens<T, U> {
  readonly isRun: (token: T) => boolean
  /** An item that all these tokens take, none of them a run; `undefined` if there is none. */
  readonly meet: (tokens: readonly T[]) => U | undefined
  readonly fits: (token: T, item: U) => boolean
}

/**
 * A sequence that every pattern fits, or `undefined` if there is none. Exact for two patterns, and for more of them if all
 * have runs or one without runs says each item in full.
 *
 * It needs no search. If each has a run, only what stands before the first run and after the last one can contradict
 * another's: what stands in between fits into the others' runs, one after another. If one has no run, it is the sequence, and
 * the others are laid over it. So the cost is at most the product of two lengths, whatever a person writes.
 */
export function commonSequence<T, U>(
  patterns: readonly (readonly T[])[],
  tokens: Tokens<T, U>,
): readonly U[] | undefined {
  const fixed = patterns.find((pattern) => !pattern.some(tokens.isRun))
  if (fixed !== undefined) {
    const others = patterns.filter((pattern) => pattern !== fixed)
    return alongFixed(fixed, others, tokens)
  }
  const before = aligned(
    patterns.map((pattern) => headOf(pattern, tokens)),
    tokens,
  )
  const after = aligned(
    patterns.map((pattern) => headOf([...pattern].reverse(), tokens)),
    tokens,
  )
  if (before === undefined || after === undefined) return undefined
  const between: U[] = []
  for (const token of patterns.flatMap((pattern) => betweenRuns(pattern, tokens))) {
    const item = tokens.meet([token])
    if (item === undefined) return undefined
    between.push(item)
  }
  return shortened([...before, ...between, ...after.reverse()], patterns, tokens)
}

/** The items of a pattern without runs, each such that what is laid over it takes it too. */
function alongFixed<T, U>(
  fixed: readonly T[],
  others: readonly (readonly T[])[],
  { isRun, meet }: Tokens<T, U>,
): readonly U[] | undefined {
  const sharing: T[][] = fixed.map((token) => [token])
  for (const other of others) {
    const begins = align(other, fixed, isRun, (token, of) => meet([token, of]) !== undefined)
    if (begins === undefined) return undefined
    other.forEach((token, index) => {
      if (!isRun(token)) sharing[begins[index] ?? -1]?.push(token)
    })
  }
  return allOf(sharing.map((own) => meet(own)))
}

/** What stands before the first run. */
function headOf<T, U>(pattern: readonly T[], { isRun }: Tokens<T, U>): readonly T[] {
  return pattern.slice(0, pattern.findIndex(isRun))
}

function betweenRuns<T, U>(pattern: readonly T[], { isRun }: Tokens<T, U>): readonly T[] {
  return pattern.slice(pattern.findIndex(isRun), pattern.findLastIndex(isRun)).filter((token) => !isRun(token))
}

/** The longest of these beginnings, place by place such that the others take it too. */
function aligned<T, U>(heads: readonly (readonly T[])[], { meet }: Tokens<T, U>): U[] | undefined {
  const length = Math.max(...heads.map((head) => head.length))
  const places = Array.from({ length }, (_, place) => heads.flatMap((head) => head.slice(place, place + 1)))
  return allOf(places.map((own) => meet(own)))
}

/** People read it as an example: what it can do without is left out, unless it is so long that nobody reads it to its end. */
function shortened<T, U>(items: U[], patterns: readonly (readonly T[])[], { isRun, fits }: Tokens<T, U>): readonly U[] {
  if (items.length > MOST_TO_SHORTEN) return items
  let kept = items
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const without = kept.filter((_, place) => place !== index)
    if (patterns.every((pattern) => align(pattern, without, isRun, fits) !== undefined)) kept = without
  }
  return kept
}

const MOST_TO_SHORTEN = 64

function allOf<U>(items: readonly (U | undefined)[]): U[] | undefined {
  const found: U[] = []
  for (const item of items) {
    if (item === undefined) return undefined
    found.push(item)
  }
  return found
}
