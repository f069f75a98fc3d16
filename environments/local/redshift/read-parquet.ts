import type { AsyncBuffer, DecodedArray, FileMetaData, SchemaElement } from 'hyparquet'
import type { LoadPlan } from './copy-options'
import { messageOf, notEmbedded, RedshiftError } from './errors'
import type { RowLoader } from './load-rows'
import { describeColumn, parquetWriter, type WriteParquet } from './parquet-values'
import type { Flush } from './read-blocks'
import type { S3ObjectInfo, S3Objects } from './s3-objects'
import { spectrumError, spectrumUrl } from './spectrum-error'

/** What reading a Parquet file needs. */
export interface ParquetPorts {
  readonly s3: S3Objects
  readonly region: string
  readonly pid: number
}

// Values that are held decoded at once, about 100 MB. A page that two slices share is decoded twice, so slices should be
// few: with one instead of three per row group, decoding the flights of vega-datasets took half as long.
const SLICE_VALUES = 4_000_000
const FLUSH_BYTES = 1 << 20

/** Loads a Parquet file column by position, slice by slice; any trouble is a Spectrum Scan Error. */
export async function readParquet(
  file: S3ObjectInfo,
  plan: LoadPlan & { format: { kind: 'parquet' } },
  loader: RowLoader,
  flush: Flush,
  { s3, region, pid }: ParquetPorts,
): Promise<void> {
  const url = spectrumUrl(file, region)
  if (/\.(gz|bz2|snappy)$/.test(file.key)) throw notEmbedded('read Parquet files that are compressed as a whole')
  const buffer: AsyncBuffer = {
    byteLength: file.sizeBytes,
    slice: async (start, end = file.sizeBytes) => exactBuffer(await s3.readRange(file, start, end)),
  }
  const { parquetMetadataAsync } = await import('hyparquet')
  let metadata: FileMetaData
  try {
    metadata = await parquetMetadataAsync(buffer, { geoparquet: false })
  } catch (error) {
    if (error instanceof RedshiftError) throw error
    const context = `File '${url}' has an invalid version number: ${await firstBytes(buffer)}`
    throw spectrumError(15001, `Task failed due to an internal error. ${context}`, pid)
  }
  const writers = matchColumns(metadata, plan, loader, url, pid)
  const sliceRows = Math.ceil(SLICE_VALUES / Math.max(writers.length, 1))
  let row = 0
  for (const { num_rows } of metadata.row_groups) {
    const groupEnd = row + Number(num_rows)
    for (; row < groupEnd; row += sliceRows) {
      const end = Math.min(row + sliceRows, groupEnd)
      const columns = await decodeSlice(buffer, metadata, row, end).catch((error: unknown) => {
        if (error instanceof RedshiftError) throw error
        throw spectrumError(15001, `File '${url}' cannot be read: ${messageOf(error)}`, pid)
      })
      await writeRows(columns, end - row)
    }
    row = groupEnd
  }

  async function writeRows(columns: readonly unknown[][], count: number): Promise<void> {
    const { out } = loader
    for (let at = 0; at < count; at++) {
      for (let column = 0; column < writers.length; column++) {
        if (column > 0) out.tab()
        const problem = (writers[column] as WriteParquet)(out, columns[column]?.[at])
        if (problem !== undefined) throw spectrumError(15007, `${problem}, File name: ${url}`, pid)
      }
      out.newline()
      loader.countRow()
      if (out.mark() > FLUSH_BYTES) await flush()
    }
    await flush()
  }
}

function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
}

async function firstBytes(buffer: AsyncBuffer): Promise<string> {
  if (buffer.byteLength === 0) return ''
  const bytes = Buffer.from(await buffer.slice(0, Math.min(4, buffer.byteLength)))
  return bytes.toString('latin1').replace(/[^ -~]/g, '.')
}

/** One writer per column of the table; names play no part [docs: copy-usage_notes-copy-from-columnar]. */
function matchColumns(
  { schema }: FileMetaData,
  plan: LoadPlan,
  { columns }: RowLoader,
  url: string,
  pid: number,
): WriteParquet[] {
  const elements = schema.slice(1)
  const nested = elements.find(
    (element) => element.num_children !== undefined || element.repetition_type === 'REPEATED',
  )
  if (nested !== undefined) throw notEmbedded(`read nested Parquet columns (${nested.name} in ${url})`)
  if (elements.length > columns.length || (elements.length < columns.length && !plan.fillRecord)) {
    const counts = `Table columns: ${columns.length}, Data columns: ${elements.length}`
    throw spectrumError(15007, `Unmatched number of columns between table and file. ${counts}, File name: ${url}`, pid)
  }
  return columns.map((column, at) => {
    const element = elements[at]
    if (element === undefined)
      return column.type === 'varchar' ? () => undefined : fillNull(column.isNotNull, column.name)
    const writer = parquetWriter(element, column, plan.conversion)
    if (writer !== undefined) return writer
    const types = `Column type: ${column.type.toUpperCase()}, Parquet schema: ${describeColumn(element)}`
    const context = `File '${url}' has an incompatible Parquet schema for column '${element.name}'. ${types}`
    throw spectrumError(15007, context, pid)
  })
}

function fillNull(isNotNull: boolean, name: string): WriteParquet {
  return (out) => {
    if (isNotNull) return `Missing data for not-null field ${name}`
    out.nothing()
    return undefined
  }
}

/** The values of all columns between two rows, as they are stored: no date, decimal or text is made of them. */
async function decodeSlice(
  file: AsyncBuffer,
  metadata: FileMetaData,
  rowStart: number,
  rowEnd: number,
): Promise<unknown[][]> {
  const [{ parquetRead }, { compressors }] = await Promise.all([import('hyparquet'), import('hyparquet-compressors')])
  const names = metadata.schema.slice(1).map(({ name }) => name)
  const columns: unknown[][] = names.map(() => new Array(rowEnd - rowStart))
  await parquetRead({
    file,
    metadata: { ...metadata, schema: metadata.schema.map(physicalOnly) },
    rowStart,
    rowEnd,
    compressors,
    utf8: false,
    parsers: { timestampFromNanoseconds: (nanos: bigint) => nanos },
    onChunk: ({ columnName, columnData, rowStart: first }) => {
      const target = columns[names.indexOf(columnName)]
      if (target !== undefined) copyRange(columnData, first, target, rowStart, rowEnd)
    },
  })
  return columns
}

function physicalOnly({
  converted_type: _converted,
  logical_type: _logical,
  ...physical
}: SchemaElement): SchemaElement {
  return physical
}

/** Pages begin and end where they like: only what lies between the two rows is wanted. */
function copyRange(from: DecodedArray, first: number, to: unknown[], rowStart: number, rowEnd: number): void {
  const start = Math.max(rowStart - first, 0)
  const end = Math.min(rowEnd - first, from.length)
  for (let at = start; at < end; at++) to[first + at - rowStart] = from[at]
}
