import { booleanWriter, decimalWriter, floatWriter, integerWriter } from './convert-number'
import { type BlockFacts, isBlank, superWriter, textWriter, varbyteWriter, type WriteValue } from './convert-text'
import { dateWriter, timestampWriter, timeWriter } from './convert-time'
import type { Conversion } from './copy-options'
import type { TargetColumn } from './copy-table'
import { notEmbedded } from './errors'
import { LOAD_ERRORS, type Problem } from './load-problem'
import type { Output } from './output'

const SPACE = 0x20

/** The field stood in quotes: it is neither empty nor the null string. */
export const QUOTED = 1
/** The field has escapes, which are undone after it was compared with the null string. */
export const ESCAPED = 2
/** The field is NULL whatever its bytes are. */
export const NULL = 4

/** Undoes escapes in place and gives the new end. */
export type Unescape = (bytes: Buffer, start: number, end: number) => number

/** Writes a field as a column's value, or says what is wrong with it. */
export type ConvertField = (
  out: Output,
  bytes: Buffer,
  start: number,
  end: number,
  flags: number,
) => Problem | undefined

/**
 * How a field becomes a value of a column.
 *
 * Empty fields: NULL for everything but CHAR and VARCHAR, where only EMPTYASNULL or NULL AS '' make them NULL; the same
 * for fields of blanks and BLANKSASNULL. Source: the guide's copy-parameters-data-conversion, EMPTYASNULL ("Empty
 * fields for other data types, such as INT, are always loaded with NULL") and BLANKSASNULL. It calls a field empty when
 * two delimiters follow each other, so a quoted one (`""`) stays an empty string.
 */
export function makeConverter(
  column: TargetColumn,
  conversion: Conversion,
  block: BlockFacts,
  undo: Unescape,
): ConvertField {
  const write = valueWriter(column, conversion, block)
  const isText = column.type === 'varchar' || column.type === 'bpchar'
  const nullAs = conversion.nullAs === undefined ? undefined : Buffer.from(conversion.nullAs)
  const { emptyAsNull, blanksAsNull } = conversion
  const nothing = column.isNotNull
    ? () => LOAD_ERRORS.missing
    : (out: Output) => {
        out.nothing()
        return undefined
      }
  return (out, bytes, from, to, flags) => {
    let start = from
    let end = to
    if ((flags & NULL) !== 0) return nothing(out)
    if (
      nullAs !== undefined &&
      (flags & QUOTED) === 0 &&
      end - start === nullAs.length &&
      isSame(bytes, start, nullAs)
    ) {
      return nothing(out)
    }
    if ((flags & ESCAPED) !== 0) end = undo(bytes, start, end)
    if (isText) {
      if (emptyAsNull && start === end && (flags & QUOTED) === 0) return nothing(out)
      if (blanksAsNull && start !== end && isAllBlank(bytes, start, end)) return nothing(out)
    } else {
      while (start < end && (bytes[start] as number) <= SPACE && isBlank(bytes[start])) start++
      while (end > start && (bytes[end - 1] as number) <= SPACE && isBlank(bytes[end - 1])) end--
      if (start === end) return nothing(out)
    }
    const before = out.mark()
    const problem = write(out, bytes, start, end)
    // ACCEPTANYDATE writes NULL where the column may not be NULL.
    return column.isNotNull && problem === undefined && wroteNull(out, before) ? LOAD_ERRORS.missing : problem
  }
}

function valueWriter(column: TargetColumn, conversion: Conversion, block: BlockFacts): WriteValue {
  switch (column.type) {
    case 'varchar':
    case 'bpchar':
      return textWriter(column, conversion, block)
    case 'int2':
    case 'int4':
    case 'int8':
      return integerWriter(column.type)
    case 'numeric':
      return decimalWriter(column, conversion.roundec)
    case 'float4':
    case 'float8':
      return floatWriter(column.type)
    case 'bool':
      return booleanWriter()
    case 'date':
      return dateWriter(conversion)
    case 'timestamp':
    case 'timestamptz':
      return timestampWriter(conversion, column.type === 'timestamptz')
    case 'time':
    case 'timetz':
      return timeWriter(column.type === 'timetz')
    case 'super':
      return superWriter(block)
    case 'bytea':
      return varbyteWriter()
    case 'text':
      return textWriter({ ...column, type: 'varchar' }, conversion, block)
  }
  throw notEmbedded(`load columns of type ${column.type}`)
}

function isSame(bytes: Buffer, start: number, other: Buffer): boolean {
  for (let i = 0; i < other.length; i++) if (bytes[start + i] !== other[i]) return false
  return true
}

function isAllBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isBlank(bytes[at])) return false
  return true
}

function wroteNull(out: Output, before: number): boolean {
  if (out.mark() !== before + 2) return false
  const bytes = out.peek()
  return bytes[before] === 0x5c && bytes[before + 1] === 0x4e
}
