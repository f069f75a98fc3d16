import type { Glob } from './glob'
import type { Segment } from './pattern'
import type { Matcher } from './route'
import { compareSpecificity } from './specificity'

/**
 * The pairs of equally specific routes that may share a key, as far as their plain text tells: what differs there shares none. Ten
 * thousand routes are fifty million pairs, and hardly any of them has to be compared as a whole.
 *
 * @param sorted most specific first; the pairs come in this order
 */
export function pairsToCompare<M extends Matcher>(sorted: readonly M[]): readonly (readonly [M, M])[] {
  const places = new Map(sorted.map((matcher, place) => [matcher, place]))
  const placeOf = (matcher: M) => places.get(matcher) ?? -1
  const inOrder = (one: M, other: M): readonly [M, M] => (placeOf(one) < placeOf(other) ? [one, other] : [other, one])
  return equalsAmong(sorted)
    .flatMap((equals) => [...byPlainFolders(equals).values()])
    .flatMap((equals) => beginAlike(equals))
    .map(([one, other]) => inOrder(one, other))
    .sort(([a, b], [c, d]) => placeOf(a) - placeOf(c) || placeOf(b) - placeOf(d))
}

/** Those that are equally specific stand side by side. */
function equalsAmong<M extends Matcher>(sorted: readonly M[]): readonly (readonly M[])[] {
  const groups: M[][] = []
  for (const matcher of sorted) {
    const group = groups.at(-1)
    if (group?.[0] !== undefined && compareSpecificity(group[0], matcher) === 0) group.push(matcher)
    else groups.push([matcher])
  }
  return groups
}

/** Folders before any `**` stand in the same place of every key: where two of them are plain, they are equal or no key fits both. */
function byPlainFolders<M extends Matcher>(equals: readonly M[]): ReadonlyMap<string, readonly M[]> {
  const groups = new Map<string, M[]>()
  for (const matcher of equals) {
    const key = beforeRun(matcher)
      .map(({ literal }) => literal ?? '*')
      .join('/')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [matcher])
    else group.push(matcher)
  }
  return groups
}

/**
 * Those pairs of which one's plain text begins like the other's, and ends so. Sorted by how they begin, whatever begins
 * with a text stands right behind it.
 */
function beginAlike<M extends Matcher>(equals: readonly M[]): readonly (readonly [M, M])[] {
  const sorted = equals
    .map((matcher) => ({ matcher, ...tellingGlob(matcher) }))
    .sort((a, b) => (a.head < b.head ? -1 : a.head > b.head ? 1 : 0))
  const pairs: (readonly [M, M])[] = []
  for (const [place, one] of sorted.entries()) {
    for (let next = place + 1; next < sorted.length; next += 1) {
      const other = sorted[next]
      if (other === undefined || !other.head.startsWith(one.head)) break
      if (one.tail.endsWith(other.tail) || other.tail.endsWith(one.tail)) pairs.push([one.matcher, other.matcher])
    }
  }
  return pairs
}

/**
 * The first segment that is text and wildcards, else the file's name. Equally specific routes have it in the same place, and no key has
 * another segment there.
 */
function tellingGlob(matcher: Matcher): Glob {
  const mixed = beforeRun(matcher).find(({ literal, literals }) => literal === undefined && literals > 0)
  return mixed ?? matcher.pattern.file
}

function beforeRun({ pattern: { folders } }: Matcher): readonly Glob[] {
  const run = folders.indexOf('**')
  return (run < 0 ? folders : folders.slice(0, run)).filter(isGlob)
}

function isGlob(segment: Segment): segment is Glob {
  return segment !== '**'
}
