import type { Matcher } from './route'

/** Where routes lie whose `match` begins with the same plain folders, by their places among all. */
interface Folder {
  readonly places: number[]
  readonly below: Map<string, Folder>
}

/** Routes never change: a folder tree is made once for each list of them, and goes with it. */
const trees = new WeakMap<readonly Matcher[], Folder>()

/**
 * The routes that a key, split at its slashes, may fit, most specific first; all others name a folder that it does not lie in. Of ten
 * thousand routes a key asks a few.
 *
 * @param routes most specific first. Of two routes that a key may fit, the one that begins with more plain folders is the
 *   more specific one, so the deepest folder comes first, and in each folder the order is theirs.
 */
export function* mayTake<M extends Matcher>(segments: readonly string[], routes: readonly M[]): Generator<M> {
  for (const { places } of foldersOn(segments, treeOf(routes)).reverse()) {
    for (const place of places) {
      const route = routes[place]
      if (route !== undefined) yield route
    }
  }
}

/** The folders of the tree that lie on the way to a key, from the top. */
function foldersOn(segments: readonly string[], top: Folder): Folder[] {
  const found = [top]
  let folder = top.below.get(segments[0] ?? '')
  for (let depth = 1; folder !== undefined; depth += 1) {
    found.push(folder)
    folder = folder.below.get(segments[depth] ?? '')
  }
  return found
}

function treeOf(routes: readonly Matcher[]): Folder {
  const known = trees.get(routes)
  if (known !== undefined) return known
  const top = emptyFolder()
  for (const [place, { pattern }] of routes.entries()) {
    let folder = top
    for (const segment of pattern.folders) {
      if (segment === '**' || segment.literal === undefined) break
      const below = folder.below.get(segment.literal) ?? emptyFolder()
      folder.below.set(segment.literal, below)
      folder = below
    }
    folder.places.push(place)
  }
  trees.set(routes, top)
  return top
}

function emptyFolder(): Folder {
  return { places: [], below: new Map() }
}
