import { MOST_BYTES, MOST_STATEMENTS } from './data-api-limits'
import { isRecord } from './errors'
import type { Problem } from './route/route'
import { groupOf } from './settings-format-clashes'

type Raw = Readonly<Record<string, unknown>>

/** What speaks of a connection, which the Data API keeps to itself. */
const OF_CONNECTIONS = ['host', 'port', 'tls', 'connectTimeoutSeconds', 'passwordParameter'] as const

/** Settings of a warehouse that do not go with the way in which it is reached. */
export function clashesOfWay(id: string, warehouse: Raw): readonly Problem[] {
  const at = (setting: string, message: string): Problem => ({ path: `warehouses.${id}.${setting}`, message })
  return warehouse['via'] === 'data-api' ? overDataApi(warehouse, at) : overPg(warehouse, at)
}

type At = (setting: string, message: string) => Problem

function overPg({ host, secretArn }: Raw, at: At): readonly Problem[] {
  const missing = "is missing: a text is expected; only with via: 'data-api' it may be left out"
  const secret =
    "has a meaning only with via: 'data-api': the password of a connection lies in SSM, in passwordParameter"
  return [
    ...(host === undefined ? [at('host', missing)] : []),
    ...(secretArn === undefined ? [] : [at('secretArn', secret)]),
  ]
}

function overDataApi(warehouse: Raw, at: At): readonly Problem[] {
  const { user, auth, secretArn } = warehouse
  const ofConnections = OF_CONNECTIONS.filter((setting) => warehouse[setting] !== undefined).map((setting) =>
    at(setting, "has no meaning with via: 'data-api', where nobody opens a connection: leave it out"),
  )
  return [...ofConnections, ...whoIsAsked(), ...whoAsks()]

  function whoIsAsked(): readonly Problem[] {
    if (auth !== undefined) return []
    return [at('auth', "is missing: the Data API is told { cluster: '…' } or { workgroup: '…' }, whoever logs in")]
  }

  function whoAsks(): readonly Problem[] {
    if (user === undefined) return []
    if (secretArn !== undefined) return [at('user', 'is in the secret that secretArn names: leave one of them out')]
    if (groupOf(auth)['workgroup'] === undefined) return []
    const message =
      "has no meaning with a workgroup, where the secret or the function's IAM role says who logs in: leave it out"
    return [at('user', message)]
  }
}

/** Statements of the load itself, at most. */
const ROOM_FOR_LOAD = 12

/** What a target wants that nobody can do where a batch is handed over as a whole. */
export function clashesOfDataApiTarget(path: string, into: Raw, { warehouses }: Raw): readonly Problem[] {
  if (!goesOverDataApi(into['warehouse'], groupOf(warehouses))) return []
  const { mode = 'append', overwrites } = into
  const after: readonly unknown[] = Array.isArray(into['after']) ? into['after'] : []
  const problems: Problem[] = after.flatMap((text, index): readonly Problem[] => {
    if (typeof text !== 'string' || !text.includes('{rows}')) return []
    const message =
      "asks for {rows}, which nobody can count inside the transaction with via: 'data-api': use it in afterCommit"
    return [{ path: `${path}.after[${index}]`, message }]
  })
  const lineage = into['lineage'] === true ? { file: '' } : groupOf(into['lineage'])
  if (mode === 'replace' && lineage['file'] !== undefined) {
    const message =
      "takes a COPY for each file, and with via: 'data-api' a transaction has no room for all that replace a table together: leave out the file"
    problems.push({ path: `${path}.lineage`, message })
  }
  const given = ['before', 'after'].flatMap((list) => (Array.isArray(into[list]) ? (into[list] as unknown[]) : []))
  const bytes = given.reduce<number>((sum, text) => sum + Buffer.byteLength(String(text)), 0)
  if (given.length > MOST_STATEMENTS - ROOM_FOR_LOAD || bytes > MOST_BYTES / 2) {
    const message = `and after hold ${given.length} statements of ${bytes} bytes, and with via: 'data-api' a transaction has ${MOST_STATEMENTS} statements of ${MOST_BYTES} bytes in all: use fewer, or afterCommit`
    problems.push({ path: `${path}.before`, message })
  }
  if (overwrites !== 'reload' || mode !== 'append') return problems
  const message =
    "'reload' with mode 'append' takes somebody who looks whether a file has changed while it was loaded, and with via: 'data-api' nobody is there: merge, replace or skip"
  return [...problems, { path: `${path}.overwrites`, message }]
}

/** A target without a name goes to the only warehouse. */
function goesOverDataApi(name: unknown, warehouses: Raw): boolean {
  const all = Object.keys(warehouses)
  const [only] = all
  const named = typeof name === 'string' ? name : all.length === 1 ? only : undefined
  const warehouse = named === undefined ? undefined : warehouses[named]
  return isRecord(warehouse) && warehouse['via'] === 'data-api'
}
