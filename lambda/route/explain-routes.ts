import { takes } from './by-pattern'
import { fitsFilename } from './filename'
import { fitsGlob } from './glob'
import { fitsPattern } from './pattern'
import type { Into, Matcher, Route } from './route'
import { shown } from './template'

/** What one route has to say about a key. */
export type RouteExplanation =
  | { readonly route: string; readonly matches: true }
  | { readonly route: string; readonly matches: false; readonly why: string }

/** For each route, most specific first, whether it matches a raw key and where they first differ if not. */
export function explainRoutes<I extends Into>(key: string, routes: readonly Route<I>[]): readonly RouteExplanation[] {
  const segments = key.split('/')
  return routes.map((route) => {
    if (takes(route, segments)) return { route: route.id, matches: true }
    return { route: route.id, matches: false, why: difference(route, segments) }
  })
}

function difference({ pattern, filename }: Matcher, segments: readonly string[]): string {
  const folders = segments.slice(0, -1)
  const name = segments.at(-1) ?? ''
  for (const [index, wanted] of pattern.folders.entries()) {
    if (wanted === '**') break
    const folder = folders[index]
    if (folder === undefined) return `the key ends before folder ${index + 1}, '${wanted.source}'`
    if (!fitsGlob(wanted, folder)) return `folder ${index + 1} is ${shown(folder)}, not '${wanted.source}'`
  }
  const surplus = folders[pattern.folders.length]
  if (surplus !== undefined && !pattern.folders.includes('**')) {
    return `the key goes on with folder ${pattern.folders.length + 1}, ${shown(surplus)}, where the route wants a file`
  }
  if (!fitsGlob(pattern.file, name)) return `the file's name is ${shown(name)}, not '${pattern.file.source}'`
  if (!fitsPattern(pattern, segments)) return "the folders after '**' are not those that the route wants"
  return filename === undefined || fitsFilename(filename, name)
    ? 'it matches'
    : `the file's name is ${shown(name)}, which is not ${filename.source}`
}
