import { type BlockFacts, isBlank } from './convert-text'
import { type ConvertField, makeConverter, type Unescape } from './convert-value'
import type { LoadPlan } from './copy-options'
import type { TargetColumn } from './copy-table'
import { LOAD_ERRORS, type Problem } from './load-problem'
import { makeOutput, type Output } from './output'
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
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly flags: Uint8Array
  /** Adds a field; more fields than the table has columns are only counted. */
  readonly add: (start: number, end: number, flags: number) => void
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
  /** Counts a row that a columnar reader has written by itself. */
  countRow(): void
}

/** Of each file the first ones are kept, so that one file of rubbish does not hide what is wrong with the next. */
const MOST_KEPT_ERRORS_OF_A_FILE = 20
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
  let errorsOfFile = 0

  const note = (error: Omit<RowError, 'file'>) => {
    if (file === undefined) throw new Error('a row before any file')
    if (errorsOfFile < MOST_KEPT_ERRORS_OF_A_FILE) errors.push({ file, ...error })
    errorsOfFile++
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
      errorsOfFile = 0
    },
    add: (fields, line, rowStart, rowEnd) => {
      const mark = out.mark()
      const { bytes, starts, ends, flags, count } = fields
      let problem: Problem | undefined
      let at = 0
      for (; at < columns.length && at < count && problem === undefined; at++) {
        if (at > 0) out.tab()
        const convert = converters[at] as ConvertField
        problem = convert(out, bytes, starts[at] as number, ends[at] as number, flags[at] as number)
      }
      if (problem === undefined && count === columns.length) {
        out.newline()
        rows++
      } else addUnusual(fields, line, rowStart, rowEnd, mark, at, problem)
    },
    reject: (problem, line, bytes, start = 0, end = 0) => {
      const rawLine = bytes?.toString('utf8', start, Math.min(end, start + MOST_RAW_BYTES)) ?? ''
      note({ line, problem, rawLine, rawField: '' })
    },
    countRow: () => {
      rows++
    },
  }

  /** A row with a bad field before `stop`, or with more or fewer fields than columns. */
  function addUnusual(
    { bytes, count, starts, ends }: Fields,
    line: number,
    rowStart: number,
    rowEnd: number,
    mark: number,
    stop: number,
    bad: Problem | undefined,
  ): void {
    let problem = bad
    let at = stop
    let column = bad === undefined ? undefined : columns[at - 1]
    if (problem === undefined && count > columns.length) problem = LOAD_ERRORS.extraColumns
    if (problem === undefined && !plan.fillRecord) problem = LOAD_ERRORS.delimiterNotFound
    for (; at < columns.length && problem === undefined; at++) {
      if (at > 0) out.tab()
      problem = fillers[at]?.(out)
      if (problem !== undefined) column = columns[at]
    }
    if (problem === undefined) {
      out.newline()
      rows++
      return
    }
    out.rewind(mark)
    const rawLine = bytes.toString('utf8', rowStart, Math.min(rowEnd, rowStart + MOST_RAW_BYTES))
    const rawField = bad === undefined ? '' : bytes.toString('utf8', starts[at - 1], ends[at - 1])
    note({ line, problem, rawLine, rawField, ...(column === undefined ? {} : { column }) })
  }
}

/** FILLRECORD: a missing VARCHAR is an empty string unless EMPTYASNULL, anything else is NULL [docs]. */
function makeFiller(column: TargetColumn, plan: LoadPlan): (out: Output) => Problem | undefined {
  if (column.type === 'varchar' && !plan.conversion.emptyAsNull) return () => undefined
  if (column.isNotNull) return () => LOAD_ERRORS.missing
  return (out) => {
    out.nothing()
    return undefined
  }
}

/** Room for the fields of one row. */
export function makeFields(atLeast: number): Fields {
  const size = Math.max(atLeast, 1)
  const starts = new Int32Array(size)
  const ends = new Int32Array(size)
  const flags = new Uint8Array(size)
  const fields: Fields = {
    bytes: Buffer.alloc(0),
    count: 0,
    starts,
    ends,
    flags,
    add: (start, end, flag) => {
      const at = fields.count++
      if (at >= size) return
      starts[at] = start
      ends[at] = end
      flags[at] = flag
    },
  }
  return fields
}

/** Whether a range holds nothing but white space. */
export function isBlankLine(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isBlank(bytes[at])) return false
  return true
}
