import type { Plan } from '../batch/what-goes-in'
import type { CopyPlan, CsvOptions, JsonOptions } from '../copy-plan'
import { type Arrival, type TargetId, urlOf } from '../model'
import { routeOf } from '../route/by-pattern'
import { fileType } from '../route/file-type'
import type { Into, Settings } from '../settings'

/** How the settings of today load a waiting file. It is asked when the batch is made, so mended settings mend what waits. */
export function planFor(arrival: Arrival, settings: Settings): Plan {
  const { key } = arrival.object
  const decision = routeOf(key, settings.routes)
  const routed =
    decision.kind === 'routed' ? decision.targets.find(({ target }) => target === arrival.target) : undefined
  if (routed === undefined) {
    return {
      kind: 'skip',
      code: 'NO_LONGER_ROUTED',
      reason: `no route leads from ${urlOf(arrival.object)} to ${arrival.target} any more`,
    }
  }
  return planOf(key, routed, settings)
}

/** Whether the settings want overwritten files of these loaded again: then it matters which version a COPY reads. */
export function reloads(arrivals: readonly Arrival[], settings: Settings): boolean {
  const isWanted = settings.routes.some(({ targets }) => targets.some(({ into }) => into.overwrites === 'reload'))
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
      reason: `the name ${JSON.stringify(key)} does not tell its format: end it in .csv, .tsv, .psv, .json, .jsonl, .ndjson or .parquet (and .gz, .bz2 or .zst), or give the route a format`,
    }
  }
  const common = {
    schema,
    table,
    compression: into.compression ?? named.compression,
    ...(into.columns === undefined ? {} : { columns: into.columns }),
  }
  const overwrites = into.overwrites ?? 'skip'
  return {
    kind: 'copy',
    overwrites,
    duplicates: into.duplicates ?? 'load',
    plan: { ...common, ...formatOf(format, named.delimiter, into, settings) } as CopyPlan,
  }
}

function formatOf(
  format: 'csv' | 'json' | 'parquet',
  namedDelimiter: string | undefined,
  into: Into,
  settings: Settings,
) {
  switch (format) {
    case 'csv':
      return {
        format,
        ...present<CsvOptions>({ ...(namedDelimiter === undefined ? {} : { delimiter: namedDelimiter }) }),
        ...present<CsvOptions>(settings.csv),
        ...(namedDelimiter === undefined ? {} : { delimiter: namedDelimiter }),
        ...present<CsvOptions>(into.csv ?? {}),
      }
    case 'json':
      return { format, ...present<JsonOptions>(settings.json), ...present<JsonOptions>(into.json ?? {}) }
    case 'parquet':
      return { format }
  }
}

/** Without the keys whose value is undefined, so that equal plans are equal texts. */
function present<T extends object>(options: { readonly [K in keyof T]?: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>
}
