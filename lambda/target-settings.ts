import { MAX_FILES_PER_BATCH, type Thresholds } from './batch/thresholds'
import { loadsInto } from './bulk/leads-to'
import { mostFiles } from './data-api-limits'
import type { TargetId } from './model'
import { targetsOf } from './route/targets-of'
import { isOpen } from './route/template'
import { type Into, mergeThresholds, type Settings } from './settings'

/**
 * The options of a target, found without a key, what counts first at the beginning: those of the most specific route that can
 * lead to it, then those of the bulk loads into it. A route that takes the table's name from a key knows less of it than a
 * bulk load, which writes it out, and comes last.
 */
function intosOf(target: TargetId, settings: Settings): readonly Into[] {
  const [route] = targetsOf(target, settings.routes)
  const loads = loadsInto(target, settings.bulk).map(({ into }) => into)
  if (route === undefined) return loads
  if (loads.length === 0) return [route.into]
  const isNamed = route.route.targets.some(
    ({ into, schema, table }) => into === route.into && !isOpen(schema) && !isOpen(table),
  )
  return isNamed ? [route.into, ...loads] : [...loads, route.into]
}

/** As many as a batch can hold. */
const UNBOUNDED = { files: MAX_FILES_PER_BATCH, bytes: Number.MAX_SAFE_INTEGER }

/**
 * When a target is due. Two routes into one table share the thresholds of the more specific one. Where rows tell their file and the
 * warehouse is reached over the Data API, a batch has no more files than its statements go into one batch of those: 15 at most.
 */
export function thresholdsOf(target: TargetId, settings: Settings): Thresholds {
  const intos = intosOf(target, settings)
  // Files that replace a table together are all that come within a window, unless the target says otherwise.
  const others = replaces(target, settings) ? { ...settings.batch, ...UNBOUNDED } : settings.batch
  const wanted = intos.reduceRight<Thresholds>((less, { batch }) => mergeThresholds(batch ?? {}, less), others)
  if (settings.warehouses[warehouseOf(target)]?.via !== 'data-api') return wanted
  return { ...wanted, files: Math.min(wanted.files, ...intos.map((into) => mostFiles(into) ?? wanted.files)) }
}

/** Whether the rows of a target give way to those of a batch. */
export function replaces(target: TargetId, settings: Settings): boolean {
  return intosOf(target, settings)[0]?.mode === 'replace'
}

/** Where to tell of a target's loads. */
export function topicsOf(
  target: TargetId,
  settings: Settings,
): { readonly success?: string; readonly failure?: string } {
  const told = [...intosOf(target, settings).map(({ notify }) => notify), settings.notify]
  const first = (which: 'success' | 'failure') => told.map((one) => one?.[which]).find((topic) => topic !== undefined)
  const [success, failure] = [first('success'), first('failure')]
  return { ...(success === undefined ? {} : { success }), ...(failure === undefined ? {} : { failure }) }
}

/**
 * Whether any route or bulk load into the target wants the same content once: then it is noted of every file that is loaded
 * there, by whichever way the file came.
 */
export function notesContents(target: TargetId, settings: Settings): boolean {
  const ways = [...targetsOf(target, settings.routes), ...loadsInto(target, settings.bulk)]
  return ways.some(({ into }) => (into.duplicates ?? 'load') !== 'load')
}

/** The warehouse of a target. A target's id is `warehouse/schema.table`, and a warehouse's name holds no slash. */
export function warehouseOf(target: TargetId): string {
  return target.slice(0, target.indexOf('/'))
}
