import type { TargetId } from '../model'
import { routeOf } from '../route/by-pattern'
import type { RoutedTarget } from '../route/route'
import type { Into, Settings } from '../settings'
import type { BulkLoad } from './bulk-load'
import { covers } from './day-prefix'

/**
 * What leads from a key into a target, and by which options: a route, or else the bulk load of the longest prefix. Two ways
 * into one table that would read a file differently were refused with the settings, as far as an example could be found.
 */
export function leadsTo(key: string, target: TargetId, { routes, bulk }: Settings): RoutedTarget<Into> | undefined {
  const decision = routeOf(key, routes)
  const routed = decision.kind === 'routed' ? decision.targets.find((one) => one.target === target) : undefined
  return routed ?? loadsInto(target, bulk).find(({ prefix }) => covers(prefix, key))
}

/** The bulk loads into a target, the longest prefix first. */
export function loadsInto(target: TargetId, loads: Settings['bulk']): readonly BulkLoad<Into>[] {
  return indexOf(loads).get(target) ?? []
}

type Index = ReadonlyMap<TargetId, readonly BulkLoad<Into>[]>

/** Bulk loads never change: an index is made once for each list of them, and goes with it. Every tick asks for every target. */
const indexes = new WeakMap<Settings['bulk'], Index>()

function indexOf(loads: Settings['bulk']): Index {
  const known = indexes.get(loads)
  if (known !== undefined) return known
  const index = new Map<TargetId, readonly BulkLoad<Into>[]>()
  for (const load of loads) index.set(load.target, [...(index.get(load.target) ?? []), load])
  indexes.set(loads, index)
  return index
}
