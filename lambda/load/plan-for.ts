import type { Plan } from '../batch/what-goes-in'
import { leadsTo } from '../bulk/leads-to'
import { TABLE_TAKES, TAKES, whyNot } from '../copy-matrix'
import type { FormatName } from '../copy-options'
import type { LoadPlan } from '../load-plan'
import { type Arrival, type TargetId, urlOf } from '../model'
import { fileType, isPartOfShapefile } from '../route/file-type'
import type { Into, Settings } from '../settings'

/** How the settings of today load a waiting file. It is asked when the batch is made, so mended settings mend what waits. */
export function planFor(arrival: Arrival, settings: Settings): Plan {
  const { key } = arrival.object
  const routed = leadsTo(key, arrival.target, settings)
  if (routed === undefined) {
    return {
      kind: 'skip',
      code: 'NO_LONGER_ROUTED',
      reason: `no route or bulk load leads from ${urlOf(arrival.object)} to ${arrival.target} any more`,
    }
  }
  return planOf(key, routed, settings)
}

/** Whether the settings want overwritten files of these loaded again: then it matters which version a COPY reads. */
export function reloads(arrivals: readonly Arrival[], settings: Settings): boolean {
  const wants = ({ into }: { readonly into: Into }) => overwritesOf(into) === 'reload'
  const isWanted = settings.routes.some(({ targets }) => targets.some(wants)) || settings.bulk.some(wants)
  if (!isWanted) return false
  return arrivals.some((arrival) => {
    const plan = planFor(arrival, settings)
    return plan.kind === 'copy' && plan.overwrites === 'reload'
  })
}

/** The plan for a key that leads into a table: what the route says, then what the file's name says, then the environment. */
export function planOf(
  key: string,
  routed: { readonly target: TargetId; readonly schema: string; readonly table: string; readonly into: Into },
  settings: Settings,
): Plan {
  const { schema, table, into } = routed
  const named = fileType(key)
  const format = into.format ?? named.format
  if (format === undefined) {
    return {
      kind: 'fail',
      code: 'UNKNOWN_FORMAT',
      reason: `the name ${JSON.stringify(key)} does not tell its format: end it in .csv, .tsv, .psv, .json, .jsonl, .ndjson, .parquet, .avro, .orc or .shp (and .gz, .bz2, .lzo or .zst), or give the route a format`,
    }
  }
  if (into.format === 'shapefile' && isPartOfShapefile(key)) {
    return { kind: 'skip', code: 'PART_OF_SHAPEFILE', reason: 'it is loaded with the .shp of the same name' }
  }
  const plan = {
    schema,
    table,
    compression: into.compression ?? named.compression,
    ...columnsOf(into),
    ...taken(TABLE_TAKES, format, [into]),
    format,
    ...taken(TAKES, format, [into[format] ?? {}, { delimiter: named.delimiter }, settings[format]]),
    ...besides(into),
    // The same table that says here what a format takes has made both the settings and the type.
  } as LoadPlan
  const nameless = whyNoNames(plan)
  if (nameless !== undefined) return { kind: 'fail', code: 'NO_COLUMN_NAMES', reason: nameless }
  return {
    kind: 'copy',
    overwrites: overwritesOf(into),
    duplicates: into.duplicates ?? 'load',
    plan,
  }
}

/** What replaces rows is loaded again when it is written again; what adds rows would add them twice. */
function overwritesOf({ overwrites, mode = 'append' }: Into): 'skip' | 'reload' {
  return overwrites ?? (mode === 'append' ? 'skip' : 'reload')
}

function columnsOf({ columns }: Into): Pick<LoadPlan, 'columns' | 'match'> {
  if (columns === undefined) return {}
  return typeof columns === 'string' ? { match: columns } : { columns }
}

/** Formats whose files say the names of their columns, and are read for them. */
const NAMING: readonly FormatName[] = ['csv', 'delimited', 'json', 'parquet']

function whyNoNames(plan: LoadPlan): string | undefined {
  if (plan.match === undefined) return undefined
  if (!NAMING.includes(plan.format)) {
    return `its columns are to be matched by name, and files of format '${plan.format}' are not read for names: list the columns`
  }
  const isText = plan.format === 'csv' || plan.format === 'delimited'
  if (isText && (plan.headerLines ?? 0) === 0) {
    return `its columns are to be matched by name, and with ${plan.format}.headerLines: 0 no line holds names`
  }
  return undefined
}

/** What the transaction does besides COPY. Always in the same order, so that equal plans are equal texts. */
function besides({ mode, lineage, before, after, afterCommit }: Into): Partial<LoadPlan> {
  const told = { mode: mode === 'append' ? undefined : mode, lineage, before, after, afterCommit }
  return JSON.parse(JSON.stringify(told)) as Partial<LoadPlan>
}

/**
 * What a format takes of options, the first of the sources that says something being right. Always in the same order, without
 * what is undefined or off, so that equal plans are equal texts.
 */
function taken(
  takes: Readonly<Record<string, Readonly<Record<FormatName, string>>>>,
  format: FormatName,
  sources: readonly object[],
): Readonly<Record<string, unknown>> {
  const told = Object.entries(takes).map(([option, answers]): readonly [string, unknown] => {
    if (whyNot(answers, format) !== undefined) return [option, undefined]
    const values = sources.map((source) => (source as Readonly<Record<string, unknown>>)[option])
    return [option, values.find((value) => value !== undefined)]
  })
  return Object.fromEntries(told.filter(([, value]) => value !== undefined && value !== false))
}
