/** Virtual time: what is to happen, in the order of its time. Nothing waits for real. */
export interface Clock {
  now(): number
  /** Has something done at a time; what is for the same time is done in the order in which it was asked for. */
  at(atMs: number, run: () => void): void
  after(ms: number, run: () => void): void
  sleep(ms: number): Promise<void>
  /** Moves on to the next thing and does it; false when there is none until then. */
  step(untilMs: number): boolean
}

interface Entry {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

/** A clock over a binary heap. */
export function clockFrom(startMs: number): Clock {
  const heap: Entry[] = []
  let nowMs = startMs
  let asked = 0

  const at = (atMs: number, run: () => void) => {
    asked += 1
    push(heap, { atMs: Math.max(atMs, nowMs), order: asked, run })
  }
  return {
    now: () => nowMs,
    at,
    after: (ms, run) => at(nowMs + ms, run),
    sleep: (ms) => new Promise((resolve) => at(nowMs + ms, resolve)),
    step(untilMs) {
      const [first] = heap
      if (first === undefined || first.atMs > untilMs) return false
      pop(heap)
      nowMs = first.atMs
      first.run()
      return true
    },
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs
}

function push(heap: Entry[], entry: Entry): void {
  let index = heap.length
  while (index > 0) {
    const above = (index - 1) >> 1
    const parent = heap[above]
    if (parent === undefined || !isBefore(entry, parent)) break
    heap[index] = parent
    index = above
  }
  heap[index] = entry
}

function pop(heap: Entry[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let index = 0
  for (;;) {
    let below = 2 * index + 1
    const [left, right] = [heap[below], heap[below + 1]]
    if (left === undefined) break
    if (right !== undefined && isBefore(right, left)) below += 1
    const child = heap[below]
    if (child === undefined || !isBefore(child, last)) break
    heap[index] = child
    index = below
  }
  heap[index] = last
}
