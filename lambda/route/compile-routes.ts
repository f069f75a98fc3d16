import { compileTargets } from './compile-targets'
import { type Filename, fitsFilename, parseFilename } from './filename'
import { textOfAll } from './glob'
import { keyOfBoth } from './overlap'
import { pairsToCompare } from './pairs-to-compare'
import { type Pattern, parsePattern } from './pattern'
import type { Into, Matcher, Problem, Route, RouteInput, RouteTarget } from './route'
import { compareSpecificity } from './specificity'

/**
 * Checks routes and makes them ready to be asked, most specific first. All problems come at once, each with its place
 * (`routes[1].match`); with problems, `routes` holds those that are sound by themselves and should not be used.
 *
 * @param inputs a route that could not be read is `undefined`: it only keeps its number
 * @param options `warehouses` are the names that are known; without them every name is taken at its word
 */
export function compileRoutes<I extends Into>(
  inputs: readonly (RouteInput<I> | undefined)[],
  options: { readonly warehouses: readonly string[] | undefined },
): { readonly routes: readonly Route<I>[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const drafts = inputs.map((input, index): Draft<I> => {
    if (input === undefined) return { targets: [], faulty: true }
    return draftOf(input, index, options.warehouses, (path, message) => {
      problems.push({ path: `routes[${index}].${path}`, message })
    })
  })
  const matchers = drafts.flatMap(({ matcher }) => (matcher === undefined ? [] : [matcher])).sort(compareSpecificity)
  problems.push(...rivalsAmong(matchers))
  const routes = matchers.flatMap(({ index, ...matcher }): readonly Route<I>[] => {
    const draft = drafts[index]
    return draft === undefined || draft.faulty
      ? []
      : [{ ...matcher, existing: inputs[index]?.existing ?? 'leave', targets: draft.targets }]
  })
  return { routes, problems }
}

interface Draft<I extends Into> {
  /** There if match and filename could be read, whatever is wrong with the targets. */
  readonly matcher?: Numbered
  readonly targets: readonly RouteTarget<I>[]
  readonly faulty: boolean
}

type Numbered = Matcher & { readonly id: string; readonly index: number }

function draftOf<I extends Into>(
  input: RouteInput<I>,
  index: number,
  warehouses: readonly string[] | undefined,
  tell: (path: string, message: string) => void,
): Draft<I> {
  let faulty = false
  const report = (path: string, message: string) => {
    faulty = true
    tell(path, message)
  }
  const pattern = parsePattern(input.match, (message) => report('match', message))
  const filename =
    input.filename === undefined ? undefined : parseFilename(input.filename, (message) => report('filename', message))
  if (pattern !== undefined && filename !== undefined && neverFits(pattern, filename)) {
    const name = `'${pattern.file.source}'`
    report('filename', `${filename.source} can never fit: match already says that the file's name is ${name}`)
  }
  const targets = compileTargets(input.into, { warehouses, captures: pattern?.captures, report })
  const readable = pattern !== undefined && (input.filename === undefined || filename !== undefined)
  if (!readable) return { targets, faulty }
  const id = filename === undefined ? input.match : `${input.match} (${filename.source})`
  return { matcher: { id, index, pattern, ...(filename !== undefined && { filename }) }, targets, faulty }
}

function neverFits({ file }: Pattern, filename: Filename): boolean {
  if (filename.kind === 'glob') return textOfAll([file, filename.glob]) === undefined
  // Of a regex and a glob nothing can be told, but of a regex and a name.
  return file.literal !== undefined && !fitsFilename(filename, file.literal)
}

/** Routes of which neither is more specific, although they share keys: whichever came first would win by accident. */
function rivalsAmong(sorted: readonly Numbered[]): readonly Problem[] {
  return pairsToCompare(sorted).flatMap(([one, other]) => {
    const key = keyOfBoth(one, other)
    return key === undefined ? [] : [rivalry(one, other, key)]
  })
}

function rivalry(one: Numbered, other: Numbered, key: string): Problem {
  const [first, second] = one.index < other.index ? [one, other] : [other, one]
  return {
    path: `routes[${second.index}].match`,
    message: `'${second.id}' and '${first.id}' of routes[${first.index}] are equally specific, and both match '${key}': narrow one of them, or make them one route with two targets`,
  }
}
