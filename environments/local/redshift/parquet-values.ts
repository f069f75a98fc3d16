import type { SchemaElement } from 'hyparquet'
import { textWriter } from './convert-text'
import { dateText, timeText } from './convert-time'
import type { Conversion } from './copy-options'
import type { TargetColumn } from './copy-table'
import { momentOfMicros } from './date-format'
import type { Output } from './output'

/** Writes one physical Parquet value; gives what is wrong with it in Spectrum's words, if anything. */
export type WriteParquet = (out: Output, value: unknown) => string | undefined

/**
 * How values of a Parquet column are written into a table's column; undefined when Redshift does not put such a column
 * into such a type: it converts next to nothing here, and widens only inside a family.
 */
export function parquetWriter(
  element: SchemaElement,
  column: TargetColumn,
  conversion: Conversion,
): WriteParquet | undefined {
  const kind = kindOf(element)
  const write = writerFor(kind, element, column, conversion)
  if (write === undefined) return undefined
  return (out, value) => {
    if (value !== undefined && value !== null) return write(out, value)
    if (column.isNotNull) return `Missing data for not-null field ${column.name}`
    out.nothing()
    return undefined
  }
}

/** A Parquet column in the words of its schema, e.g. `optional int64 delay`. */
export function describeColumn({ repetition_type, type, name }: SchemaElement): string {
  return `${(repetition_type ?? 'required').toLowerCase()} ${(type ?? 'group').toLowerCase()} ${name}`
}

type Kind =
  | 'bool'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'float'
  | 'double'
  | 'decimal'
  | 'date'
  | 'timestamp'
  | 'time'
  | 'bytes'

function kindOf({ type, converted_type: converted, logical_type: logical }: SchemaElement): Kind | undefined {
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return 'decimal'
  if (type === 'BOOLEAN') return 'bool'
  if (type === 'FLOAT') return 'float'
  if (type === 'DOUBLE') return 'double'
  if (type === 'INT96' || logical?.type === 'TIMESTAMP' || converted?.startsWith('TIMESTAMP_')) return 'timestamp'
  if (converted === 'DATE' || logical?.type === 'DATE') return 'date'
  if (converted?.startsWith('TIME_') || logical?.type === 'TIME') return 'time'
  if (converted === 'UINT_64') return undefined
  if (converted === 'UINT_32') return 'uint32'
  if (type === 'INT32') return 'int32'
  if (type === 'INT64') return 'int64'
  return type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY' ? 'bytes' : undefined
}

function writerFor(
  kind: Kind | undefined,
  element: SchemaElement,
  column: TargetColumn,
  conversion: Conversion,
): ((out: Output, value: unknown) => string | undefined) | undefined {
  const { type } = column
  if (kind === 'bool' && type === 'bool') return (out, value) => ascii(out, value === true ? 't' : 'f')
  if (kind === 'int32' && type === 'int2') return smallint
  if (kind === 'int32' && (type === 'int4' || type === 'int8')) return (out, value) => ascii(out, String(value))
  if (kind === 'uint32' && type === 'int8') return (out, value) => ascii(out, String(Number(value) >>> 0))
  if (kind === 'int64' && type === 'int8') return (out, value) => ascii(out, integerText(value))
  if (kind === 'float' && (type === 'float4' || type === 'float8')) return (out, value) => ascii(out, String(value))
  if (kind === 'double' && type === 'float8') return (out, value) => ascii(out, String(value))
  if (kind === 'decimal' && type === 'numeric') return decimalWriter(element, column)
  if (kind === 'date' && type === 'date') return (out, value) => ascii(out, dayText(Number(value)))
  if (kind === 'timestamp' && (type === 'timestamp' || type === 'timestamptz')) return timestampWriter(element)
  if (kind === 'time' && type === 'time') return timeWriter(element)
  if (kind === 'bytes' && type === 'bytea') {
    return (out, value) => ascii(out, `\\\\x${Buffer.from(value as Uint8Array).toString('hex')}`)
  }
  if (kind === 'bytes' && (type === 'varchar' || type === 'bpchar')) return stringWriter(column, conversion)
  return undefined
}

function ascii(out: Output, text: string): undefined {
  out.ascii(text)
}

/** Most numbers are small, and small ones become text much faster as doubles. */
function integerText(value: unknown): string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? String(number) : String(value)
}

function smallint(out: Output, value: unknown): string | undefined {
  const number = Number(value)
  if (number > 32_767 || number < -32_768) return `Value out of range for 2 bytes: ${number}`
  return ascii(out, String(number))
}

function stringWriter(column: TargetColumn, conversion: Conversion): WriteParquet {
  const write = textWriter(column, conversion, { isUtf8: false, hasNul: true })
  return (out, value) => {
    const bytes = value as Uint8Array
    const problem = write(out, bytes, 0, bytes.length)
    if (problem === undefined) return undefined
    if (problem.code !== 1204) return problem.reason
    const lengths = `Table: ${column.maxBytes}, Data: ${bytes.length}`
    return `The length of the data column ${column.name} is longer than the length defined in the table. ${lengths}`
  }
}

/** The digits of the unscaled number, never a double; what the column's scale has no room for is cut off. */
function decimalWriter(element: SchemaElement, column: TargetColumn): WriteParquet {
  const logicalScale = element.logical_type?.type === 'DECIMAL' ? element.logical_type.scale : undefined
  const scale = element.scale ?? logicalScale ?? 0
  return (out, value) => {
    const unscaled = value instanceof Uint8Array ? twosComplement(value) : BigInt(value as number | bigint)
    const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
    const whole = digits.slice(0, digits.length - scale)
    if (whole.replace(/^0+/, '').length > column.precision - column.scale) {
      return `Numeric overflow in column ${column.name}. Precision: ${column.precision}, Scale: ${column.scale}`
    }
    const fraction = digits.slice(digits.length - scale).slice(0, column.scale)
    return ascii(out, `${unscaled < 0n ? '-' : ''}${whole}${scale > 0 && fraction !== '' ? `.${fraction}` : ''}`)
  }
}

function twosComplement(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`))
}

type Unit = 'MILLIS' | 'MICROS' | 'NANOS'

function unitOf({ type, converted_type: converted, logical_type: logical }: SchemaElement): Unit {
  if (type === 'INT96') return 'NANOS'
  if (logical?.type === 'TIMESTAMP' || logical?.type === 'TIME') return logical.unit
  return converted?.endsWith('MILLIS') === true ? 'MILLIS' : 'MICROS'
}

function microsOf(value: bigint, unit: Unit): bigint {
  if (unit === 'MICROS') return value
  return unit === 'MILLIS'
    ? value * 1_000n
    : BigInt.asIntN(64, (value - (((value % 1_000n) + 1_000n) % 1_000n)) / 1_000n)
}

function timestampWriter(element: SchemaElement): WriteParquet {
  const unit = unitOf(element)
  let lastDay = Number.NaN
  let lastText = ''
  return (out, value) => {
    const micros = microsOf(BigInt(value as number | bigint), unit)
    const number = Number(micros)
    if (!Number.isSafeInteger(number)) return writeFarMoment(out, micros)
    // Neighbouring rows mostly share their day, and a day's text is the dear part.
    const day = Math.floor(number / MICROS_PER_DAY)
    if (day !== lastDay) {
      lastDay = day
      lastText = dayText(day)
    }
    return ascii(out, `${lastText} ${clockText(number - day * MICROS_PER_DAY)}`)
  }
}

const MICROS_PER_DAY = 86_400_000_000

function writeFarMoment(out: Output, micros: bigint): string | undefined {
  const moment = momentOfMicros(micros)
  if (moment === undefined) return 'Timestamp out of range'
  return ascii(out, `${dateText(moment)} ${timeText(moment)}`)
}

function timeWriter(element: SchemaElement): WriteParquet {
  const unit = unitOf(element)
  return (out, value) => ascii(out, clockText(Number(microsOf(BigInt(value as number | bigint), unit))))
}

function dayText(day: number): string {
  const date = new Date(day * 86_400_000)
  const [year, month, dayOfMonth] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(dayOfMonth)}`
}

function clockText(microsOfDay: number): string {
  const seconds = Math.floor(microsOfDay / 1_000_000)
  const rest = microsOfDay - seconds * 1_000_000
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return rest === 0 ? clock : `${clock}.${String(rest).padStart(6, '0')}`
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number)
}
