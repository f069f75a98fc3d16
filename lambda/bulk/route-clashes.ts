import { routeOf } from '../route/by-pattern'
import { keyOfBoth } from '../route/overlap'
import { parsePattern } from '../route/pattern'
import type { Into, Route, RouteTarget } from '../route/route'
import { targetsOf } from '../route/targets-of'
import type { BulkLoad } from './bulk-load'
import { prefixOn } from './day-prefix'

/**
 * What contradicts a bulk load: a route that leads the same keys into the same table by other options. The route's would count,
 * and what the load says be ignored in silence. It is told only with an example of such a key.
 */
export function clashWithRoutes<I extends Into>(load: BulkLoad<I>, routes: readonly Route<I>[]): string | undefined {
  return targetsOf(load.target, routes).flatMap(({ route }) => clashWith(load, route, routes))[0]
}

function clashWith<I extends Into>(load: BulkLoad<I>, route: Route<I>, routes: readonly Route<I>[]): readonly string[] {
  const key = exampleOf(load, route)
  const decision = key === undefined ? undefined : routeOf(key, routes)
  if (decision?.kind !== 'routed' || decision.route.id !== route.id) return []
  const into = decision.targets.find(({ target }) => target === load.target)?.into
  const other = into === undefined ? undefined : differing(load.into, into)
  if (other === undefined) return []
  return [
    `the route '${route.id}' leads keys such as '${key}' into ${load.target} too, and its options would count, but ${other} differs: say the same in both, or narrow one of them`,
  ]
}

const SOME_DAY = '2026-11-20'

/** A key that both take, if one is found: where the route takes a name from the key, it is the load's own name. */
function exampleOf<I extends Into>(load: BulkLoad<I>, route: Route<I>): string | undefined {
  const prefix = prefixOn(load.prefix, SOME_DAY)
  const below = parsePattern(prefix.endsWith('/') ? `${prefix}**` : `${prefix}*`, () => {})
  if (below === undefined) return undefined
  for (const target of route.targets) {
    const pattern = parsePattern(named(route.pattern.source, target, load), () => {})
    const key = pattern === undefined ? undefined : keyOfBoth({ ...route, pattern }, { pattern: below })
    if (key !== undefined) return key
  }
  return undefined
}

function named(match: string, { schema, table }: RouteTarget, load: BulkLoad): string {
  const isCapture = (source: string) => /^\{\w+\}$/.test(source)
  const inSchema = isCapture(schema.source) ? match.replace(schema.source, () => load.schema) : match
  return isCapture(table.source) ? inSchema.replace(table.source, () => load.table) : inSchema
}

/** What a table is called, and when its batches are due, is not how a file is read. */
const NOT_OF_FILES = ['warehouse', 'schema', 'table', 'batch', 'notify']

/** The first option in which two targets differ. */
function differing(one: object, other: object): string | undefined {
  const [a, b] = [withDefaults(one), withDefaults(other)]
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return names.find((name) => !NOT_OF_FILES.includes(name) && JSON.stringify(a[name]) !== JSON.stringify(b[name]))
}

/** What is left out says the same as its default. */
function withDefaults(into: object): Readonly<Record<string, unknown>> {
  const { mode = 'append', ...rest }: Readonly<Record<string, unknown>> = { ...into }
  return { mode, overwrites: mode === 'append' ? 'skip' : 'reload', duplicates: 'load', ...rest }
}
