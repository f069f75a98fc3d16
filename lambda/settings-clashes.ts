import { isRecord } from './errors'
import type { Problem } from './route/route'

type Raw = Readonly<Record<string, unknown>>

/**
 * Settings that are right each by itself and contradict each other: what would be ignored in silence, or refused by the
 * warehouse for every file. It looks at the document as it was written, so that it tells them beside any other problem.
 */
export function clashesOf(document: unknown): readonly Problem[] {
  if (!isRecord(document)) return []
  const ofAll = groupOf(document['csv'])
  const routes = Array.isArray(document['routes']) ? (document['routes'] as readonly unknown[]) : []
  return [
    ...Object.entries(groupOf(document['warehouses'])).flatMap(([id, one]) => clashesOfLogin(id, one)),
    ...quoteInDelimiter('csv', ofAll, {}),
    ...routes.flatMap((route, index) => clashesOfRoute(`routes[${index}]`, groupOf(route), ofAll)),
  ]
}

/** Either a user with a password, or IAM. */
function clashesOfLogin(id: string, warehouse: unknown): readonly Problem[] {
  // What is no group at all, or names no user by mistake of another kind, is told by the schema.
  if (!isRecord(warehouse) || Array.isArray(warehouse)) return []
  const { user, auth, passwordParameter } = warehouse
  const at = (setting: string, message: string): Problem => ({ path: `warehouses.${id}.${setting}`, message })
  if (auth === undefined) {
    const message = 'is missing: a text is expected; only with auth, the login by IAM, it may be left out'
    return user === undefined ? [at('user', message)] : []
  }
  const problems: Problem[] = []
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

function clashesOfRoute(path: string, { into }: Raw, csvOfAll: Raw): readonly Problem[] {
  if (!Array.isArray(into)) return clashesOfTarget(`${path}.into`, groupOf(into), csvOfAll)
  return into.flatMap((one: unknown, index) => clashesOfTarget(`${path}.into[${index}]`, groupOf(one), csvOfAll))
}

function clashesOfTarget(path: string, into: Raw, csvOfAll: Raw): readonly Problem[] {
  const { format, compression } = into
  const problems: Problem[] = []
  const without = (setting: string, why: string) => {
    if (into[setting] !== undefined)
      problems.push({ path: `${path}.${setting}`, message: `${why}: leave one of them out` })
  }
  if (format === 'parquet') {
    if (compression !== 'none') {
      without('compression', "has no meaning with format: 'parquet', whose files are compressed inside and say so")
    }
    without('csv', "tells how CSV is read, and the route says format: 'parquet'")
    without('json', "tells how JSON is read, and the route says format: 'parquet'")
  }
  if (format === 'json') without('csv', "tells how CSV is read, and the route says format: 'json'")
  if (format === 'csv') without('json', "tells how JSON is read, and the route says format: 'csv'")
  return [...problems, ...quoteInDelimiter(`${path}.csv`, groupOf(into['csv']), csvOfAll)]
}

/** Nobody could tell where a value ends. What a target does not say is what holds for all. */
function quoteInDelimiter(path: string, own: Raw, ofAll: Raw): readonly Problem[] {
  if (own['quote'] === undefined && own['delimiter'] === undefined) return []
  const quote = own['quote'] ?? ofAll['quote']
  const delimiter = own['delimiter'] ?? ofAll['delimiter'] ?? ','
  if (typeof quote !== 'string' || quote === '' || typeof delimiter !== 'string') return []
  // What is told of a double quote without this is told by the delimiter itself.
  if (!delimiter.includes(quote) || quote === '"') return []
  const at = own['quote'] === undefined ? 'delimiter' : 'quote'
  const message = `the quote ${quote} is part of the delimiter, '${delimiter}': values could not be told apart, choose another`
  return [{ path: `${path}.${at}`, message }]
}

function groupOf(value: unknown): Raw {
  return isRecord(value) && !Array.isArray(value) ? value : {}
}
