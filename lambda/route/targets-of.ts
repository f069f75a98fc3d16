import type { TargetId } from '../model'
import { foldIdentifier } from './identifier'
import type { Into, Route, RouteTarget } from './route'
import { fill, isOpen, type Template } from './template'

/**
 * Which `into`s could have made a target, most specific route first: how to find a target's options without a key.
 * It asks the templates alone; that some match can never capture such a word is not looked at.
 */
export function targetsOf<I extends Into>(
  target: TargetId,
  routes: readonly Route<I>[],
): readonly { readonly route: Route<I>; readonly into: I }[] {
  return placesFor(target, indexOf(routes))
    .filter((place) => makes(place, target))
    .sort((a, b) => a.route - b.route || a.target - b.target)
    .flatMap((place) => {
      const route = routes[place.route]
      const into = route?.targets[place.target]?.into
      return route === undefined || into === undefined ? [] : [{ route, into }]
    })
}

/** A target of a route, by its place among them. */
interface Place {
  readonly route: number
  readonly target: number
  /** What names it makes, if it depends on the key. */
  readonly open?: { readonly names: RegExp; readonly templates: readonly Template[] }
}

/**
 * The targets of all routes: under their own name if they have one, else under their warehouse, and their schema if that is
 * theirs. Whoever looks at ten thousand targets, as every tick does, cannot ask ten thousand routes for each.
 */
type Index = ReadonlyMap<string, readonly Place[]>

/** Routes never change: an index is made once for each list of them, and goes with it. */
const indexes = new WeakMap<readonly Route[], Index>()

function indexOf(routes: readonly Route[]): Index {
  const known = indexes.get(routes)
  if (known !== undefined) return known
  const index = new Map<string, Place[]>()
  for (const [route, { targets }] of routes.entries()) {
    for (const [target, one] of targets.entries()) {
      const name = nameFor(one)
      const places = index.get(name) ?? []
      index.set(name, places)
      places.push({ route, target, ...openOf(one) })
    }
  }
  indexes.set(routes, index)
  return index
}

/** `warehouse/schema.table`, as far as no key decides: a target's id, `warehouse/schema.` or `warehouse/`. */
function nameFor({ warehouse, schema, table }: RouteTarget): string {
  if (isOpen(schema)) return `${warehouse}/`
  const inSchema = `${warehouse}/${foldIdentifier(schema.source)}.`
  return isOpen(table) ? inSchema : inSchema + foldIdentifier(table.source)
}

function placesFor(target: TargetId, index: Index): readonly Place[] {
  const inWarehouse = target.slice(0, target.indexOf('/') + 1)
  const inSchema = target.slice(0, target.indexOf('.') + 1)
  return [target, inSchema, inWarehouse].flatMap((name) => index.get(name) ?? [])
}

function openOf({ schema, table }: RouteTarget): Pick<Place, 'open'> {
  const templates = [schema, table].filter(isOpen)
  if (templates.length === 0) return {}
  return { open: { names: new RegExp(`^${regexOf([...schema.parts, '.', ...table.parts])}$`), templates } }
}

function makes({ open }: Place, target: TargetId): boolean {
  if (open === undefined) return true
  const captures = open.names.exec(target.slice(target.indexOf('/') + 1))
  if (captures === null) return false
  // Names that no key may choose cannot have come out of one.
  const groups = captures.groups ?? {}
  return open.templates.every((template) => fill(template, groups).kind === 'name')
}

/** A capture that is named twice says the same twice. At most 127 characters each, so backtracking has an end. */
function regexOf(parts: Template['parts']): string {
  const seen = new Set<string>()
  return parts
    .map((part) => {
      if (typeof part === 'string') return foldIdentifier(part).replace(/[.$]/g, '\\$&')
      if (seen.has(part.capture)) return `\\k<${part.capture}>`
      seen.add(part.capture)
      return `(?<${part.capture}>[a-z0-9_$]+)`
    })
    .join('')
}
