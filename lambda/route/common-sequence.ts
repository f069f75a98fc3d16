/**
 * A shortest sequence that every pattern fits, or `undefined` if there is none. Exact: it walks the product of the
 * patterns, seen as automata, so that they share no sequence that it misses. The cost is at most the product of
 * their lengths, and close to their sum when literals keep them in step.
 *
 * @param meet an item that all these tokens take, or `undefined`; a run among them takes anything
 */
export function commonSequence<T, U>(
  patterns: readonly (readonly T[])[],
  isRun: (token: T) => boolean,
  meet: (tokens: readonly T[]) => U | undefined,
): readonly U[] | undefined {
  const queue: Step<U>[] = [{ at: patterns.map(() => 0) }]
  const seen = new Set<string>()
  // The queue grows while it is walked: breadth first, so the first end that is found is a nearest one.
  for (const step of queue) {
    const state = step.at.join()
    if (seen.has(state)) continue
    seen.add(state)
    const tokens = step.at.map((position, which) => patterns[which]?.[position])
    if (tokens.every((token) => token === undefined)) return itemsOf(step)
    tokens.forEach((token, which) => {
      if (token !== undefined && isRun(token))
        queue.push({ at: advance(step.at, (other) => other === which), before: step })
    })
    if (!tokens.every((token) => token !== undefined)) continue
    const item = meet(tokens)
    if (item === undefined) continue
    queue.push({ at: advance(step.at, (which) => !isRun(tokens[which] as T)), before: step, item: { value: item } })
  }
  return undefined
}

interface Step<U> {
  /** How far each pattern is read. */
  readonly at: readonly number[]
  readonly before?: Step<U>
  /** What this step adds to the sequence; nothing if a run ended. */
  readonly item?: { readonly value: U }
}

function advance(at: readonly number[], moves: (which: number) => boolean): readonly number[] {
  return at.map((position, which) => (moves(which) ? position + 1 : position))
}

function itemsOf<U>(last: Step<U>): readonly U[] {
  const items: U[] = []
  for (let step: Step<U> | undefined = last; step !== undefined; step = step.before) {
    if (step.item !== undefined) items.push(step.item.value)
  }
  return items.reverse()
}
