import { isRecord } from './errors'
import type { Problem } from './route/route'
import { clashesOfDataApiTarget, clashesOfWay } from './settings-data-api-clashes'
import { clashesOfAll, clashesOfTarget, groupOf } from './settings-format-clashes'

type Raw = Readonly<Record<string, unknown>>

/**
 * Settings that are right each by itself and contradict each other: what would be ignored in silence, or refused by the
 * warehouse for every file. It looks at the document as it was written, so that it tells them beside any other problem.
 */
export function clashesOf(document: unknown): readonly Problem[] {
  if (!isRecord(document)) return []
  const routes = Array.isArray(document['routes']) ? (document['routes'] as readonly unknown[]) : []
  const bulk = Array.isArray(document['bulk']) ? (document['bulk'] as readonly unknown[]) : []
  return [
    ...Object.entries(groupOf(document['warehouses'])).flatMap(([id, one]) => clashesOfLogin(id, one)),
    ...clashesOfAll(document),
    ...routes.flatMap((route, index) => clashesOfRoute(`routes[${index}].into`, groupOf(route)['into'], document)),
    ...bulk.flatMap((load, index) => clashesOfInto(`bulk[${index}].into`, groupOf(groupOf(load)['into']), document)),
    ...bulk.flatMap((load, index) => clashesOfBulk(`bulk[${index}].into`, groupOf(groupOf(load)['into']))),
  ]
}

/** A listing comes page by page, and each page would take the place of the one before it. */
function clashesOfBulk(path: string, { mode }: Raw): readonly Problem[] {
  if (mode !== 'replace') return []
  const message =
    "'replace' is not for a bulk load, whose files are queued page by page: add or merge them, or let a route replace the table"
  return [{ path: `${path}.mode`, message }]
}

/** Either a user with a password, or IAM. */
function clashesOfLogin(id: string, warehouse: unknown): readonly Problem[] {
  // What is no group at all, or names no user by mistake of another kind, is told by the schema.
  if (!isRecord(warehouse) || Array.isArray(warehouse)) return []
  const { user, auth, passwordParameter, via } = warehouse
  const problems: Problem[] = [...clashesOfWay(id, warehouse)]
  if (via === 'data-api') return problems
  const at = (setting: string, message: string): Problem => ({ path: `warehouses.${id}.${setting}`, message })
  if (auth === undefined) {
    const message = 'is missing: a text is expected; only with auth, the login by IAM, it may be left out'
    return user === undefined ? [...problems, at('user', message)] : problems
  }
  if (passwordParameter !== undefined) {
    const message = 'names a password, and auth says that the login is by IAM, without any: leave one of them out'
    problems.push(at('passwordParameter', message))
  }
  if (groupOf(auth)['workgroup'] !== undefined && user !== undefined) {
    const message = "has no meaning with a workgroup, where the function's IAM role says who logs in: leave it out"
    problems.push(at('user', message))
  }
  return problems
}

function clashesOfRoute(path: string, into: unknown, document: Raw): readonly Problem[] {
  if (!Array.isArray(into)) return clashesOfInto(path, groupOf(into), document)
  return into.flatMap((one: unknown, index) => clashesOfInto(`${path}[${index}]`, groupOf(one), document))
}

function clashesOfInto(path: string, into: Raw, document: Raw): readonly Problem[] {
  return [...clashesOfTarget(path, into, document), ...clashesOfDataApiTarget(path, into, document)]
}
