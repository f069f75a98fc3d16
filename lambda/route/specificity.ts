import type { Filename } from './filename'
import type { Pattern, Segment } from './pattern'
import type { Matcher } from './route'

/**
 * Which of two routes is more specific, as a sorting function: negative if `a` is, positive if `b` is, 0 if neither.
 *
 * Read segment by segment from the left, the first difference decides. More specific to less:
 *
 * 1. a literal segment: `orders`
 * 2. literal text and wildcards: `dt=*`; more literal characters come first
 * 3. only `*` and captures: `*`, `{table}`
 * 4. `**`. At the end it is read as `**` + `/*`, folders and a file name; a trailing `/` is the same
 *
 * If one pattern ends first, the longer one is more specific. If both end together, the filename rule decides: a
 * literal name, then a regex, then a glob (more literal characters first), then no rule. Regexes are all alike.
 *
 * Equal to 0 does not mean that they overlap: `a/*` and `b/*` are equally specific and share no key.
 */
export function compareSpecificity(a: Matcher, b: Matcher): number {
  const [one, other] = [segmentsOf(a.pattern), segmentsOf(b.pattern)]
  for (const [index, segment] of one.entries()) {
    const opposite = other[index]
    if (opposite === undefined) break
    const difference = rankOfSegment(opposite) - rankOfSegment(segment)
    if (difference !== 0) return difference
  }
  return other.length - one.length || rankOfFilename(b.filename) - rankOfFilename(a.filename)
}

const LITERAL = Number.MAX_SAFE_INTEGER

function segmentsOf(pattern: Pattern): readonly Segment[] {
  return [...pattern.folders, pattern.file]
}

function rankOfSegment(segment: Segment): number {
  if (segment === '**') return 0
  return segment.literal === undefined ? 1 + segment.literals : LITERAL
}

function rankOfFilename(rule: Filename | undefined): number {
  if (rule === undefined) return 0
  return rule.kind === 'regex' ? LITERAL - 1 : rankOfSegment(rule.glob)
}
