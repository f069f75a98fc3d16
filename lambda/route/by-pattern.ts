import type { TargetId } from '../model'
import { mayTake } from './by-folder'
import { fitsFilename } from './filename'
import type { Captures } from './glob'
import { capturesOf, fitsPattern } from './pattern'
import type { Into, Matcher, Route, RouteDecision, RoutedTarget, RouteTarget } from './route'
import { compareSpecificity } from './specificity'
import { type Filled, fill, shown } from './template'

/** Which targets a raw key goes to. The most specific route that matches decides alone, for better or worse. */
export function routeOf<I extends Into>(key: string, routes: readonly Route<I>[]): RouteDecision<I> {
  const segments = key.split('/')
  const route = first(mayTake(segments, routes), (candidate) => takes(candidate, segments))
  if (route === undefined) {
    return {
      kind: 'unrouted',
      why: 'NO_ROUTE',
      message: `No route matches the key ${shown(key)}. Add one, or put the file where one is.`,
    }
  }
  // Equally specific routes that share a key were refused, unless regexes tell them apart: only those can be rivals.
  const rival =
    route.filename?.kind === 'regex'
      ? first(
          mayTake(segments, routes),
          (other) => other !== route && compareSpecificity(other, route) === 0 && takes(other, segments),
        )
      : undefined
  if (rival !== undefined) {
    const message = `The key ${shown(key)} matches '${route.id}' and '${rival.id}', and neither is more specific. Narrow one of their regexes.`
    return { kind: 'unrouted', why: 'AMBIGUOUS', message }
  }
  return fillTargets(key, route, capturesOf(route.pattern, segments))
}

/** Whether a route matches a key that was split at its slashes. */
export function takes(matcher: Matcher, segments: readonly string[]): boolean {
  if (!fitsPattern(matcher.pattern, segments)) return false
  return matcher.filename === undefined || fitsFilename(matcher.filename, segments.at(-1) ?? '')
}

function first<T>(items: Iterable<T>, isIt: (item: T) => boolean): T | undefined {
  for (const item of items) if (isIt(item)) return item
  return undefined
}

function fillTargets<I extends Into>(key: string, route: Route<I>, captures: Captures): RouteDecision<I> {
  const targets: RoutedTarget<I>[] = []
  for (const target of route.targets) {
    const schema = fill(target.schema, captures)
    if (schema.kind === 'refused') return refused(key, route, schema)
    const table = fill(target.table, captures)
    if (table.kind === 'refused') return refused(key, route, table)
    const routed = routedTo(target, schema.name, table.name)
    if (targets.some((other) => other.target === routed.target)) {
      const message = `The key ${shown(key)} makes two targets of '${route.id}' the same one, ${routed.target}, and their options may differ. Move the file, or add a route for it.`
      return { kind: 'unrouted', why: 'AMBIGUOUS', message }
    }
    targets.push(routed)
  }
  return { kind: 'routed', route, captures, targets }
}

function routedTo<I extends Into>({ warehouse, into }: RouteTarget<I>, schema: string, table: string): RoutedTarget<I> {
  const target: TargetId = `${warehouse}/${schema}.${table}`
  return { target, schema, table, into }
}

function refused<I extends Into>(
  key: string,
  route: Route<I>,
  refusal: Filled & { kind: 'refused' },
): RouteDecision<I> {
  const message = `The key ${shown(key)} matches '${route.id}' and ${refusal.message}. Rename the folder or file, or add a route for it that writes the name out.`
  return { kind: 'unrouted', why: refusal.why, message }
}
