import type { BulkLoad } from './bulk/bulk-load'
import { covers } from './bulk/day-prefix'
import { FORMAT_NAMES, FORMATS, TABLE_TAKES, WHOLE, whyNot } from './copy-matrix'
import type { FormatName } from './copy-options'
import { isRecord } from './errors'
import { routeOf } from './route/by-pattern'
import type { Problem, Route, Into as RoutingInto } from './route/route'
import { clashesOfLoad } from './settings-load-clashes'

type Raw = Readonly<Record<string, unknown>>

/** What a target asks of COPY and COPY would refuse or ignore; a document is looked at as it was written. */
export function clashesOfTarget(path: string, into: Raw, document: Raw): readonly Problem[] {
  const format = FORMAT_NAMES.find((name) => name === into['format'])
  const at = (setting: string, message: string): Problem => ({ path: `${path}.${setting}`, message })
  return [
    ...(format === undefined ? [] : ofFormat(format, into, document)).map(([setting, why]) => at(setting, why)),
    ...FORMAT_NAMES.flatMap((group) => strangeGroup(group, format, into)).map(([setting, why]) => at(setting, why)),
    ...inEachOther(into, inEffect(into, document, format)).map(([setting, why]) => at(setting, why)),
    ...clashesOfLoad(into).map(([setting, why]) => at(setting, why)),
  ]
}

/** The same of what holds for all targets. */
export function clashesOfAll(document: Raw): readonly Problem[] {
  const groups = Object.fromEntries(FORMAT_NAMES.map((name) => [name, document[name]]))
  return inEachOther(groups, groups).map(([path, message]) => ({ path, message }))
}

type Told = readonly [setting: string, why: string]

/** What the target itself says and its format does not take. */
function ofFormat(format: FormatName, into: Raw, document: Raw): readonly Told[] {
  const told: Told[] = []
  const { compressions, isColumnar } = FORMATS[format]
  // What is no compression at all is told by the schema.
  const compression = WHOLE.find((known) => known === into['compression'])
  if (isColumnar && into['compression'] !== undefined && into['compression'] !== 'none') {
    const why = `has no meaning with format: '${format}', whose files are compressed inside and say so: leave one of them out`
    told.push(['compression', why])
  } else if (compression !== undefined && !compressions.includes(compression)) {
    told.push([
      'compression',
      `is not taken with format '${format}': only ${compressions.join(', ')} is documented for it`,
    ])
  }
  for (const [option, takes] of Object.entries(TABLE_TAKES)) {
    const why = into[option] === undefined ? undefined : whyNot(takes, format)
    if (why !== undefined) told.push([option, why])
  }
  const fields = groupOf(into['fixedwidth'])['fields'] ?? groupOf(document['fixedwidth'])['fields']
  if (format === 'fixedwidth' && fields === undefined) {
    told.push(['fixedwidth.fields', "is missing: a list such as [{ label: 'id', width: 8 }] is expected"])
  }
  return told
}

/** A group that is read for no file of the target. */
function strangeGroup(group: FormatName, format: FormatName | undefined, into: Raw): readonly Told[] {
  if (into[group] === undefined || group === format) return []
  const { title, toldByName } = FORMATS[group]
  if (format !== undefined) {
    return [[group, `tells how ${title} is read, and the route says format: '${format}': leave one of them out`]]
  }
  if (toldByName) return []
  return [[group, `tells how ${title} is read, and no name of a file tells that it is such: say format: '${group}'`]]
}

/**
 * Two settings of which each is right by itself. They are named as seen from a target; `one` is where it is told, unless only
 * the other is the target's own.
 */
interface Clash {
  readonly one: string
  readonly other: string
  readonly clash: (one: unknown, other: unknown) => boolean
  readonly why: (one: unknown, other: unknown) => string
}

/** With these nothing of a record is looked at that could be converted. */
const CONVERSIONS = [
  'dateFormat',
  'timeFormat',
  'acceptAnyDate',
  'acceptInvChars',
  'blanksAsNull',
  'emptyAsNull',
  'roundDec',
  'trimBlanks',
  'truncateColumns',
]

const CLASHES: readonly Clash[] = [
  {
    one: 'csv.quote',
    other: 'csv.delimiter',
    // What is told of a double quote without this is told by the delimiter itself.
    clash: (quote, delimiter = ',') => isText(quote) && isText(delimiter) && quote !== '"' && delimiter.includes(quote),
    why: (quote, delimiter = ',') =>
      `the quote ${quote} is part of the delimiter, '${delimiter}': values could not be told apart, choose another`,
  },
  {
    one: 'delimited.escape',
    other: 'delimited.delimiter',
    clash: (escapes, delimiter) => escapes === true && isText(delimiter) && delimiter.includes('\\'),
    why: () => 'a backslash is part of the delimiter, and escapes what comes after it: values could not be told apart',
  },
  {
    one: 'delimited.removeQuotes',
    other: 'delimited.delimiter',
    clash: (remove, delimiter) => remove === true && isText(delimiter) && /['"]/.test(delimiter),
    why: () => 'a quote is part of the delimiter, and would be taken off: values could not be told apart',
  },
  ...CONVERSIONS.map(
    (option): Clash => ({
      one: `json.${option}`,
      other: 'json.paths',
      clash: (value, paths) => value !== undefined && value !== false && paths === 'noshred',
      why: () => "has no meaning with paths: 'noshred', which loads each record as it is: leave one of them out",
    }),
  ),
  {
    one: 'columns',
    other: 'json.paths',
    clash: (columns, paths) => Array.isArray(columns) && columns.length > 1 && paths === 'noshred',
    why: (columns) =>
      `names ${lengthOf(columns)} columns, and paths: 'noshred' loads each record into one, of type SUPER: name that one`,
  },
  {
    one: 'columns',
    other: 'fixedwidth.fields',
    clash: (columns, fields) => Array.isArray(columns) && Array.isArray(fields) && columns.length !== fields.length,
    why: (columns, fields) =>
      `names ${lengthOf(columns)} columns, and fixedwidth.fields has ${lengthOf(fields)} fields`,
  },
  {
    one: 'compRows',
    other: 'compUpdate',
    clash: (rows, how) => rows !== undefined && (how === 'off' || how === 'preset'),
    why: (_, how) => `has no meaning with compUpdate: '${how}', which looks at no rows: leave one of them out`,
  },
]

function inEachOther(own: Raw, effective: Raw): readonly Told[] {
  return CLASHES.flatMap(({ one, other, clash, why }): readonly Told[] => {
    const values = [valueAt(effective, one), valueAt(effective, other)] as const
    const at = [one, other].find((setting) => valueAt(own, setting) !== undefined)
    return at !== undefined && clash(...values) ? [[at, why(...values)]] : []
  })
}

/** What a target says, and for formats that it speaks of what holds for all. */
function inEffect(into: Raw, document: Raw, format: FormatName | undefined): Raw {
  const groups = FORMAT_NAMES.filter((name) => name === format || into[name] !== undefined)
  return {
    ...into,
    ...Object.fromEntries(groups.map((name) => [name, { ...groupOf(document[name]), ...groupOf(into[name]) }])),
  }
}

/** Files that say how others are read, and that a route or a bulk load would load as if they held data. */
export function pathsAmongFiles(
  document: Raw,
  routes: readonly Route<RoutingInto>[],
  loads: readonly BulkLoad[],
): readonly Problem[] {
  const places = [{ path: '', group: document }, ...targetsIn(document)]
  return places.flatMap(({ path, group }) =>
    ['json', 'avro'].flatMap((format) => {
      const url = groupOf(group[format])['paths']
      const key = isText(url) ? keyIn(url, document) : undefined
      if (key === undefined) return []
      const decision = routeOf(key, routes)
      const load = loads.find(({ prefix }) => covers(prefix, key))
      if (decision.kind !== 'routed' && load === undefined) return []
      const message =
        decision.kind === 'routed'
          ? `${url} would be loaded as a file by the route '${decision.route.id}': keep it where no route leads`
          : `${url} would be loaded as a file by the bulk load of '${load?.prefix.source}': keep it elsewhere`
      return [{ path: `${path}${format}.paths`, message }]
    }),
  )
}

/** The key of an address that lies among the files that land; what lies in the work folder is never loaded. */
function keyIn(url: string, { bucket, work }: Raw): string | undefined {
  if (!isText(bucket) || !url.startsWith(`s3://${bucket}/`) || (isText(work) && url.startsWith(work))) return undefined
  return url.slice(`s3://${bucket}/`.length)
}

function targetsIn(document: Raw): readonly { readonly path: string; readonly group: Raw }[] {
  return ['routes', 'bulk'].flatMap((list) => {
    const all = document[list]
    if (!Array.isArray(all)) return []
    return all.flatMap((one: unknown, index) => {
      const { into } = groupOf(one)
      if (!Array.isArray(into)) return [{ path: `${list}[${index}].into.`, group: groupOf(into) }]
      return into.map((each: unknown, at) => ({ path: `${list}[${index}].into[${at}].`, group: groupOf(each) }))
    })
  })
}

function valueAt(group: Raw, setting: string): unknown {
  const [name = '', option] = setting.split('.')
  return option === undefined ? group[name] : groupOf(group[name])[option]
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** A group of settings; nothing where none was written. */
export function groupOf(value: unknown): Raw {
  return isRecord(value) && !Array.isArray(value) ? value : {}
}
