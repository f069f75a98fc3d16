import { type BlockFacts, isBlank } from './convert-text'
import { type ConvertField, makeConverter, type Unescape } from './convert-value'
import type { LoadPlan } from './copy-options'
import type { TargetColumn } from './copy-table'
import { LOAD_ERRORS, type Problem } from './load-problem'
import { makeOutput, makeRoom, type Output, writeNull } from './output'
import type { S3ObjectInfo } from './s3-objects'

/** A row that could not be loaded. */
export interface RowError {
  readonly file: S3ObjectInfo
  /** Physical line in the file, from 1, header lines included; 0 when the file as a whole is at fault. */
  readonly line: number
  readonly column?: TargetColumn
  readonly problem: Problem
  readonly rawLine: string
  readonly rawField: string
}

/** The fields of a row, as ranges of one buffer; readers fill it again and again. */
export interface Fields {
  bytes: Buffer
  count: number
  starts: Int32Array
  ends: Int32Array
  flags: Uint8Array
}

/** The load has met as many bad rows as it takes. */
export class TooManyErrors extends Error {}

/** Takes rows of one COPY, converts them and counts; everything in it is synchronous. */
export interface RowLoader {
  readonly columns: readonly TargetColumn[]
  readonly out: Output
  readonly block: BlockFacts
  /** Rows that were converted. */
  readonly rowCount: () => number
  readonly errors: readonly RowError[]
  readonly errorCount: () => number
  /** The file that rows belong to from now on. */
  startFile(file: S3ObjectInfo): void
  /** Converts one row; throws TooManyErrors when that was the last bad one. */
  add(fields: Fields, line: number, rowStart: number, rowEnd: number): void
  /** Notes a row that cannot even be split into fields. */
  reject(problem: Problem, line: number, bytes?: Buffer, start?: number, end?: number): void
  /** Notes a bad value of a column; takes the row that was begun at `mark` back. */
  rejectValue(problem: Problem, line: number, column: TargetColumn, mark: number, rawField: string): void
  /** Counts a row that a columnar reader has written by itself. */
  countRow(): void
}

const MOST_KEPT_ERRORS = 1_000
const MOST_RAW_BYTES = 1_024

/** The sink of one COPY. */
export function makeRowLoader(columns: readonly TargetColumn[], plan: LoadPlan, undo: Unescape): RowLoader {
  const out = makeOutput()
  const block: BlockFacts = { isUtf8: true, hasNul: false }
  const converters = columns.map((column) => makeConverter(column, plan.conversion, block, undo))
  const fillers = columns.map((column) => makeFiller(column, plan))
  const errors: RowError[] = []
  let file: S3ObjectInfo | undefined
  let rows = 0
  let errorCount = 0

  const note = (error: Omit<RowError, 'file'>) => {
    if (file === undefined) throw new Error('a row before any file')
    if (errors.length < MOST_KEPT_ERRORS) errors.push({ file, ...error })
    errorCount++
    if (errorCount >= plan.failsAtErrors) throw new TooManyErrors()
  }

  return {
    columns,
    out,
    block,
    rowCount: () => rows,
    errors,
    errorCount: () => errorCount,
    startFile: (next) => {
      file = next
    },
    add: (fields, line, rowStart, rowEnd) => {
      const mark = out.length
      const { bytes, starts, ends, flags } = fields
      const count = Math.min(fields.count, columns.length)
      const raw = () => bytes.toString('utf8', rowStart, Math.min(rowEnd, rowStart + MOST_RAW_BYTES))
      let problem: Problem | undefined
      let at = 0
      for (; at < count && problem === undefined; at++) {
        if (at > 0) writeTab(out)
        const convert = converters[at] as ConvertField
        problem = convert(out, bytes, starts[at] as number, ends[at] as number, flags[at] as number)
      }
      const column = problem === undefined ? undefined : columns[at - 1]
      problem ??= countProblem(fields.count)
      for (; at < columns.length && problem === undefined; at++) {
        if (at > 0) writeTab(out)
        problem = fillers[at]?.(out)
      }
      if (problem === undefined) {
        makeRoom(out, 1)
        out.bytes[out.length++] = NEWLINE
        rows++
        return
      }
      out.length = mark
      const field = Math.max(at - 1, 0)
      const rawField = column === undefined ? '' : bytes.toString('utf8', starts[field], ends[field])
      note({ line, problem, rawLine: raw(), rawField, ...(column === undefined ? {} : { column }) })
    },
    reject: (problem, line, bytes, start = 0, end = 0) => {
      const rawLine = bytes?.toString('utf8', start, Math.min(end, start + MOST_RAW_BYTES)) ?? ''
      note({ line, problem, rawLine, rawField: '' })
    },
    rejectValue: (problem, line, column, mark, rawField) => {
      out.length = mark
      note({ line, problem, column, rawLine: '', rawField })
    },
    countRow: () => {
      rows++
    },
  }

  function countProblem(count: number): Problem | undefined {
    if (count > columns.length) return LOAD_ERRORS.extraColumns
    if (count < columns.length && !plan.fillRecord) return LOAD_ERRORS.delimiterNotFound
    return undefined
  }
}

const TAB = 9
const NEWLINE = 10

function writeTab(out: Output): void {
  makeRoom(out, 1)
  out.bytes[out.length++] = TAB
}

/** FILLRECORD: a missing VARCHAR is an empty string unless EMPTYASNULL, anything else is NULL [docs]. */
function makeFiller(column: TargetColumn, plan: LoadPlan): (out: Output) => Problem | undefined {
  if (column.type === 'varchar' && !plan.conversion.emptyAsNull) return () => undefined
  if (column.isNotNull) return () => LOAD_ERRORS.missing
  return (out) => {
    writeNull(out)
    return undefined
  }
}

/** Room for the fields of one row. */
export function makeFields(atLeast: number): Fields {
  const size = Math.max(atLeast + 1, 16)
  return {
    bytes: Buffer.alloc(0),
    count: 0,
    starts: new Int32Array(size),
    ends: new Int32Array(size),
    flags: new Uint8Array(size),
  }
}

/** Adds a field to a row; more fields than the table has columns are only counted. */
export function addField(fields: Fields, start: number, end: number, flags: number): void {
  const at = fields.count++
  if (at >= fields.starts.length) return
  fields.starts[at] = start
  fields.ends[at] = end
  fields.flags[at] = flags
}

/** Whether a range holds nothing but white space. */
export function isBlankLine(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isBlank(bytes[at])) return false
  return true
}
