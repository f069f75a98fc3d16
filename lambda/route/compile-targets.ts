import { didYouMean } from './did-you-mean'
import type { Report } from './glob'
import { foldIdentifier } from './identifier'
import type { Into, RouteTarget } from './route'
import { parseTemplate, type Template } from './template'

export interface TargetsContext {
  /** The names that are known; `undefined` if they could not be read, then a name is taken at its word. */
  readonly warehouses: readonly string[] | undefined
  /** What the route's match captures; `undefined` if it could not be read, then templates are taken at their word. */
  readonly captures: readonly string[] | undefined
  /** Where the `into` stands, and what is wrong there. */
  readonly report: (path: string, message: string) => void
}

/** The targets of one route. What is wrong is reported, and the target left out. */
export function compileTargets<I extends Into>(
  into: I | readonly I[],
  context: TargetsContext,
): readonly RouteTarget<I>[] {
  const list = isList(into) ? into : [into]
  if (list.length === 0) context.report('into', 'is empty: name at least one target')
  const targets: RouteTarget<I>[] = []
  const places = new Map<string, string>()
  for (const [index, one] of list.entries()) {
    const path = isList(into) ? `into[${index}]` : 'into'
    const target = compileTarget(one, path, context)
    if (target === undefined) continue
    const name = nameOf(target)
    const same = places.get(name)
    if (same === undefined) {
      places.set(name, path)
      targets.push(target)
    } else {
      context.report(path, `is the same target as ${same}: ${name}`)
    }
  }
  return targets
}

function compileTarget<I extends Into>(into: I, path: string, context: TargetsContext): RouteTarget<I> | undefined {
  const report = (field: string) => (message: string) => context.report(`${path}.${field}`, message)
  const warehouse = warehouseOf(into.warehouse, context.warehouses, report('warehouse'))
  const names = splitTable(into, context.captures?.includes('schema') ? '{schema}' : DEFAULT_SCHEMA, report('table'))
  if (names === undefined) return undefined
  const captures = context.captures ?? namesIn(`${names.schema}.${names.table}`)
  if (into.table === undefined && !captures.includes('table')) {
    report('table')(
      "is missing, and match has no {table} to take it from: write table: 'name', or capture {table} in match",
    )
    return undefined
  }
  const inTable = into.schema === undefined && into.table !== undefined && names.schema !== DEFAULT_SCHEMA
  const schema = parseTemplate('schema', names.schema, captures, report(inTable ? 'table' : 'schema'))
  const table = parseTemplate('table', names.table, captures, report('table'))
  if (warehouse === undefined || schema === undefined || table === undefined) return undefined
  if (foldIdentifier(schema.source) === OWN_SCHEMA) {
    report(inTable ? 'table' : 'schema')(
      `'${OWN_SCHEMA}' is where the loader keeps its receipts: no file is loaded there`,
    )
    return undefined
  }
  return { warehouse, schema, table, into }
}

const DEFAULT_SCHEMA = 'public'
const OWN_SCHEMA = 'penstock'

function warehouseOf(
  written: string | undefined,
  known: readonly string[] | undefined,
  report: Report,
): string | undefined {
  if (known === undefined) return written ?? ''
  const [only, ...others] = known
  if (written === undefined && only !== undefined && others.length === 0) return only
  const all = known.map((name) => `'${name}'`).join(', ') || 'none'
  if (written === undefined) report(`is missing, and there is not just one warehouse; there are: ${all}`)
  else if (known.includes(written)) return written
  else report(`'${written}' is no warehouse${didYouMean(written, known)}; there are: ${all}`)
  return undefined
}

function splitTable(
  into: Into,
  schema: string,
  report: Report,
): { readonly schema: string; readonly table: string } | undefined {
  const [first = '', second, ...more] = (into.table ?? '{table}').split('.')
  if (more.length > 0) {
    report(`'${into.table}' has more than one dot: write 'table' or 'schema.table'`)
    return undefined
  }
  if (second === undefined) return { schema: into.schema ?? schema, table: first }
  if (into.schema !== undefined && foldIdentifier(into.schema) !== foldIdentifier(first)) {
    report(`'${into.table}' names another schema than schema: '${into.schema}': write it once`)
    return undefined
  }
  return { schema: first, table: second }
}

function namesIn(text: string): readonly string[] {
  return Array.from(text.matchAll(/\{([^{}]*)\}/g), (found) => found[1] ?? '')
}

function nameOf({ warehouse, schema, table }: RouteTarget): string {
  return `${warehouse}/${foldedSource(schema)}.${foldedSource(table)}`
}

/** Names of captures keep their case: `{A}` and `{a}` are two. */
function foldedSource(template: Template): string {
  return template.parts.map((part) => (typeof part === 'string' ? foldIdentifier(part) : `{${part.capture}}`)).join('')
}

function isList<I>(into: I | readonly I[]): into is readonly I[] {
  return Array.isArray(into)
}
