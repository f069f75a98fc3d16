import { type S3Url, splitUrl, type TargetId } from '../model'
import { compileTargets } from '../route/compile-targets'
import type { Into, Problem, Route } from '../route/route'
import { fill } from '../route/template'
import type { BulkInput, BulkLoad, When } from './bulk-load'
import { type DayPrefix, parsePrefix } from './day-prefix'
import { clashWithRoutes } from './route-clashes'

export interface BulkContext<I extends Into> {
  /** The names that are known; `undefined` if they could not be read. */
  readonly warehouses: readonly string[] | undefined
  readonly bucket: string
  readonly work: S3Url
  readonly routes: readonly Route<I>[]
}

/**
 * Checks bulk loads and makes them ready to be asked, the longest prefix first. All problems come at once, each with its
 * place (`bulk[1].prefix`); with problems, `loads` holds those that are sound by themselves and should not be used.
 *
 * @param inputs one that could not be read is `undefined`: it only keeps its number
 */
export function compileBulk<I extends Into>(
  inputs: readonly (BulkInput<I> | undefined)[],
  context: BulkContext<I>,
): { readonly loads: readonly BulkLoad<I>[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const loads: BulkLoad<I>[] = []
  const places = new Map<string, number>()
  for (const [index, input] of inputs.entries()) {
    if (input === undefined) continue
    const report = (path: string, message: string) => void problems.push({ path: `bulk[${index}].${path}`, message })
    const load = loadOf(input, context, report)
    if (load === undefined) continue
    const name = `${load.prefix.source} ${load.target}`
    const same = places.get(name)
    if (same !== undefined) {
      report('prefix', `'${load.prefix.source}' is loaded into ${load.target} by bulk[${same}] already: leave one out`)
    }
    places.set(name, same ?? index)
    const clash = clashWithRoutes(load, context.routes)
    if (clash !== undefined) report('into', clash)
    loads.push(load)
  }
  return { loads: loads.sort((a, b) => b.prefix.length - a.prefix.length), problems }
}

type Tell = (path: string, message: string) => void

function loadOf<I extends Into>(input: BulkInput<I>, context: BulkContext<I>, tell: Tell): BulkLoad<I> | undefined {
  const prefix = parsePrefix(input.prefix, (message) => tell('prefix', message))
  if (prefix !== undefined && isOwn(prefix, context)) {
    tell('prefix', `'${prefix.source}' lies under ${context.work}, and what the loader keeps there is never loaded`)
  }
  const when = prefix === undefined ? undefined : whenOf(input, prefix, tell)
  const named = namedTarget(input.into, context.warehouses, tell)
  if (prefix === undefined || when === undefined || named === undefined) return undefined
  return { prefix, when, ...named }
}

function isOwn({ source }: DayPrefix, { bucket, work }: Pick<BulkContext<Into>, 'bucket' | 'work'>): boolean {
  const own = splitUrl(work.endsWith('/') ? work : `${work}/`)
  return own.bucket === bucket && own.key !== '' && source.startsWith(own.key)
}

const YESTERDAY = 1

function whenOf({ daily, daysBack }: BulkInput, { isDated }: DayPrefix, tell: Tell): When | undefined {
  if (!isDated && daysBack !== undefined) {
    tell('daysBack', 'has no meaning where the prefix names no day by {yyyy}, {mm} and {dd}: leave it out')
  }
  if (daily === undefined) {
    if (!isDated) return { kind: 'once' }
    tell('daily', "is missing: the prefix names a day, so say at what time of day (UTC) it is listed, such as '02:30'")
    return undefined
  }
  const [hours = 0, minutes = 0] = daily.split(':').map(Number)
  return { kind: 'daily', atMs: (hours * 60 + minutes) * 60_000, daysBack: isDated ? (daysBack ?? YESTERDAY) : 0 }
}

/** A bulk load has one table: no key has a say in it. */
function namedTarget<I extends Into>(
  into: I,
  warehouses: readonly string[] | undefined,
  tell: Tell,
): Pick<BulkLoad<I>, 'target' | 'schema' | 'table' | 'into'> | undefined {
  const open = (['schema', 'table'] as const).filter((name) => /[{}]/.test(into[name] ?? ''))
  for (const name of open) {
    tell(`into.${name}`, `'${into[name]}' would be filled in by a key, and a bulk load has one table: write its name`)
  }
  if (into.table === undefined) {
    tell('into.table', 'is missing: name the table into which everything under the prefix is loaded')
  }
  if (open.length > 0 || into.table === undefined) return undefined
  const [target] = compileTargets(into, { warehouses, captures: [], report: tell })
  if (target === undefined) return undefined
  const [schema, table] = [fill(target.schema, {}), fill(target.table, {})]
  if (schema.kind === 'refused' || table.kind === 'refused') return undefined
  const id: TargetId = `${target.warehouse}/${schema.name}.${table.name}`
  return { target: id, schema: schema.name, table: table.name, into }
}
