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
  return routes.flatMap((route) =>
    route.targets.filter((one) => makes(one, target)).map(({ into }) => ({ route, into })),
  )
}

function makes({ warehouse, schema, table }: RouteTarget, target: TargetId): boolean {
  if (!target.startsWith(`${warehouse}/`)) return false
  const name = target.slice(warehouse.length + 1)
  const captures = new RegExp(`^${regexOf([...schema.parts, '.', ...table.parts])}$`).exec(name)
  if (captures === null) return false
  // Names that no key may choose cannot have come out of one.
  const groups = captures.groups ?? {}
  return [schema, table].every((template) => !isOpen(template) || fill(template, groups).kind === 'name')
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
