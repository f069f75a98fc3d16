import { isRecord } from './errors'
import { LINEAGE } from './settings-load'

type Raw = Readonly<Record<string, unknown>>
type Told = readonly [setting: string, why: string]

/** What a target says of how its rows are loaded and contradicts itself; it is looked at as it was written. */
export function clashesOfLoad(into: Raw): readonly Told[] {
  const merge = groupIn(groupIn(into, 'mode'), 'merge')
  return [
    ...ofMerge(into, merge),
    ...ofStaging(into, Object.keys(merge).length > 0 || 'merge' in groupIn(into, 'mode')),
    ...ofLineage(into, merge),
    ...ofNames(into),
    ...ofReplacing(into),
  ]
}

function ofReplacing({ mode, duplicates }: Raw): readonly Told[] {
  if (mode !== 'replace' || duplicates === undefined || duplicates === 'load') return []
  const why = `has no meaning with mode: 'replace': what was loaded once may not be there any more`
  return [['duplicates', why]]
}

function ofMerge(into: Raw, merge: Raw): readonly Told[] {
  const key = textsIn(merge, 'key')
  const told: Told[] = []
  const { version } = merge
  const { column } = groupIn(merge, 'delete')
  if (isText(version) && hasName(key, version)) {
    told.push(['mode.merge.version', `${version} is part of the key: of rows with one key it is always the same`])
  }
  const columns = textsIn(into, 'columns')
  const lacking = key.filter((name) => columns.length > 0 && !hasName(columns, name))
  if (lacking.length > 0) {
    told.push(['mode.merge.key', `${lacking.join(', ')} is not among the columns that the files bring`])
  }
  if (isText(column) && hasName(key, column)) {
    told.push([
      'mode.merge.delete.column',
      `${column} is part of the key, by which a row is found: it cannot tell whether that row is to go`,
    ])
  }
  return told
}

/** Options of a COPY into the table itself. */
const OF_THE_TABLE = ['explicitIds', 'compRows', 'compUpdate', 'statUpdate']

function ofStaging(into: Raw, merges: boolean): readonly Told[] {
  const why = merges ? 'mode: { merge: … }' : into['lineage'] === undefined ? undefined : 'lineage'
  if (why === undefined) return []
  const told = OF_THE_TABLE.filter((option) => into[option] !== undefined && into[option] !== false).map(
    (option): Told => [
      option,
      `says something of a COPY into the table, and with ${why} rows come by way of a temporary one: leave one of them out`,
    ],
  )
  const isWhole = ['json', 'avro'].filter((format) => groupIn(into, format)['paths'] === 'noshred')
  return [
    ...told,
    ...(merges
      ? isWhole.map(
          (format): Told => [
            `${format}.paths`,
            "with 'noshred' a record is one value, and there is no key to merge by",
          ],
        )
      : []),
  ]
}

function ofLineage(into: Raw, merge: Raw): readonly Told[] {
  const lineage = into['lineage'] === true ? LINEAGE : groupIn(into, 'lineage')
  const named = Object.entries(lineage).filter((one): one is [string, string] => isText(one[1]))
  const elsewhere: readonly (readonly [string, readonly string[]])[] = [
    ['columns', textsIn(into, 'columns')],
    ['mode.merge.key', textsIn(merge, 'key')],
    ['mode.merge.version', [merge['version']].filter(isText)],
  ]
  const told: Told[] = named.flatMap(([setting, name]) =>
    elsewhere
      .filter(([, names]) => hasName(names, name))
      .map(
        ([where]): Told => [
          `lineage.${setting}`,
          `${name} is told by the loader, and stands in ${where} as a column of the files`,
        ],
      ),
  )
  if (isRecord(into['lineage']) && named.length === 0)
    told.push(['lineage', 'names no column: name one of batchId, file and loadedAt, or leave it out'])
  const twice = named.filter(([, name], index) =>
    hasName(
      named.slice(0, index).map(([, other]) => other),
      name,
    ),
  )
  return [...told, ...twice.map(([setting, name]): Told => [`lineage.${setting}`, `${name} is named twice`])]
}

/** Files whose names nobody reads. */
const NAMELESS = ['fixedwidth', 'avro', 'orc', 'shapefile']

function ofNames(into: Raw): readonly Told[] {
  const { columns, format } = into
  if (columns !== 'by-name' && columns !== 'exactly-by-name') return []
  const told: Told[] = []
  if (isText(format) && NAMELESS.includes(format)) {
    told.push(['columns', `files of format '${format}' are not read for names: list the columns, or leave them out`])
  }
  const paths = groupIn(into, 'json')['paths']
  if (isText(paths) && paths !== 'auto' && paths !== 'auto ignorecase') {
    told.push(['json.paths', `with '${paths}' names mean nothing: leave it out, or give a list of columns`])
  }
  const lines = ['csv', 'delimited'].filter((group) => groupIn(into, group)['headerLines'] === 0)
  return [
    ...told,
    ...lines.map(
      (group): Told => [`${group}.headerLines`, `no line holds names then, by which columns: '${columns}' could go`],
    ),
  ]
}

function groupIn(group: Raw, name: string): Raw {
  const value = group[name]
  return isRecord(value) && !Array.isArray(value) ? value : {}
}

function textsIn(group: Raw, name: string): readonly string[] {
  const value = group[name]
  return Array.isArray(value) ? value.filter(isText) : []
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function hasName(names: readonly string[], name: string): boolean {
  return names.some((one) => one.toLowerCase() === name.toLowerCase())
}
