/** The keys of a bucket in the order in which S3 lists them: by their UTF-8 bytes. */
export interface KeyOrder {
  readonly add: (key: string) => void
  readonly remove: (key: string) => void
  /** The keys from the first one that is not before `from`. Valid until the next change. */
  readonly from: (from: string) => Iterable<string>
}

// Writes only take a note; the next listing brings the order up to date with one merge. A bucket that receives 10,000 files
// between two listings sorts 10,000 keys once, whatever else it holds.
export function makeKeyOrder(): KeyOrder {
  let sorted: string[] = []
  const added = new Set<string>()
  const removed = new Set<string>()

  function settle(): void {
    if (removed.size > 0) sorted = sorted.filter((key) => !removed.has(key))
    if (added.size > 0) sorted = merge(sorted, [...added].sort(byUtf8))
    added.clear()
    removed.clear()
  }

  return {
    add: (key) => {
      if (!removed.delete(key)) added.add(key)
    },
    remove: (key) => {
      if (!added.delete(key)) removed.add(key)
    },
    from: (from) => {
      settle()
      return slice(sorted, firstNotBefore(sorted, from))
    },
  }
}

/** Compares two strings as their UTF-8 bytes compare; JavaScript's `<` goes by UTF-16 units and puts U+FFFD after emoji. */
export function byUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index += 1) {
    const difference = utf8Rank(left.charCodeAt(index)) - utf8Rank(right.charCodeAt(index))
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** The one of two strings that comes later in that order. */
export function laterOf(left: string, right: string): string {
  return byUtf8(left, right) > 0 ? left : right
}

// Surrogates stand for code points above U+FFFF, so they move behind the units U+E000 to U+FFFF.
function utf8Rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

function merge(left: readonly string[], right: readonly string[]): string[] {
  const last = left.at(-1)
  const first = right[0]
  if (last === undefined || first === undefined || byUtf8(last, first) < 0) return left.concat(right)
  const merged: string[] = []
  let next = 0
  for (const key of left) {
    for (let other = right[next]; other !== undefined && byUtf8(other, key) < 0; other = right[next]) {
      merged.push(other)
      next += 1
    }
    merged.push(key)
  }
  return merged.concat(right.slice(next))
}

function firstNotBefore(sorted: readonly string[], from: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (byUtf8(sorted[middle] ?? '', from) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function* slice(sorted: readonly string[], start: number): Generator<string> {
  for (let index = start; index < sorted.length; index += 1) yield sorted[index] ?? ''
}
