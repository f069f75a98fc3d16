import { textOfAll } from './glob'
import { foldersOfBoth } from './pattern'
import type { Matcher } from './route'

/**
 * An example of a key that both take, or `undefined` if there is none. Exact for globs. Regexes are opaque: two with the
 * same text overlap wherever the patterns do; of different ones nothing is known before a key comes, so none is found.
 */
export function keyOfBoth(a: Matcher, b: Matcher): string | undefined {
  const folders = foldersOfBoth(a.pattern, b.pattern)
  if (folders === undefined) return undefined
  const regexes = [a, b].flatMap(({ filename }) => (filename?.kind === 'regex' ? [filename.regex] : []))
  const [regex, other] = regexes
  if (other !== undefined && regex?.source !== other.source) return undefined
  const rules = [a, b].flatMap(({ filename }) => (filename?.kind === 'glob' ? [filename.glob] : []))
  const globs = new Map([a.pattern.file, b.pattern.file, ...rules].map((glob) => [glob.source, glob]))
  const name = textOfAll([...globs.values()])
  if (name === undefined) return undefined
  const fits = regexes.every((one) => one.test(name))
  return [...folders, fits ? name : `(a name like /${regex?.source}/)`].join('/')
}
