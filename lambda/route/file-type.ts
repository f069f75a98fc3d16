import type { Compression, FormatName } from '../copy-options'

export interface FileType {
  /** `undefined` if the name does not tell. */
  readonly format: FormatName | undefined
  /** For text, if the name tells it. */
  readonly delimiter?: '\t' | '|'
  readonly compression: Compression
}

/** What a file is by its name, in any case: `kpis/new_file.csv.gz` is csv in gzip. The content is not looked at. */
export function fileType(key: string): FileType {
  const name = key.slice(key.lastIndexOf('/') + 1).toLowerCase()
  const outer = endingOf(name)
  const compression = COMPRESSIONS.get(outer)
  const inner = compression === undefined ? outer : endingOf(name.slice(0, -outer.length - 1))
  return { ...(FORMATS.get(inner) ?? { format: undefined }), compression: compression ?? 'none' }
}

const COMPRESSIONS: ReadonlyMap<string, Compression> = new Map([
  ['gz', 'gzip'],
  ['gzip', 'gzip'],
  ['bz2', 'bzip2'],
  ['lzo', 'lzop'],
  ['lzop', 'lzop'],
  ['zst', 'zstd'],
  ['zstd', 'zstd'],
])

/** Parquet, ORC and Avro compress inside: `x.snappy.parquet` and `x.gz.parquet` need no word about it. */
const FORMATS: ReadonlyMap<string, Pick<FileType, 'format' | 'delimiter'>> = new Map([
  ['csv', { format: 'csv' }],
  ['tsv', { format: 'csv', delimiter: '\t' }],
  ['psv', { format: 'csv', delimiter: '|' }],
  ['json', { format: 'json' }],
  ['jsonl', { format: 'json' }],
  ['ndjson', { format: 'json' }],
  ['parquet', { format: 'parquet' }],
  ['pq', { format: 'parquet' }],
  ['avro', { format: 'avro' }],
  ['orc', { format: 'orc' }],
  ['shp', { format: 'shapefile' }],
])

function endingOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot < 0 ? '' : name.slice(dot + 1)
}

/** Whether a file is one of those that belong to a shapefile: Redshift reads them itself, beside the `.shp` that it is told. */
export function isPartOfShapefile(key: string): boolean {
  const name = key.toLowerCase()
  const whole = COMPRESSIONS.has(endingOf(name)) ? name.slice(0, name.lastIndexOf('.')) : name
  return SHAPEFILE_PARTS.has(endingOf(whole))
}

const SHAPEFILE_PARTS: ReadonlySet<string> = new Set(['shx', 'dbf', 'prj', 'cpg', 'sbn', 'sbx', 'qix'])
