import type { WriteValue } from './convert-text'
import type { TargetColumn } from './copy-table'
import { invalidDigit, LOAD_ERRORS, overflow, type Problem } from './load-problem'

const INTEGERS = {
  int2: { name: 'Short', max: Buffer.from('32767'), min: Buffer.from('32768') },
  int4: { name: 'Integer', max: Buffer.from('2147483647'), min: Buffer.from('2147483648') },
  int8: { name: 'Long', max: Buffer.from('9223372036854775807'), min: Buffer.from('9223372036854775808') },
} as const

/** SMALLINT, INTEGER and BIGINT, digit by digit, so that no digit is lost. */
export function integerWriter(type: keyof typeof INTEGERS): WriteValue {
  const { name, max, min } = INTEGERS[type]
  return (out, bytes, start, end) => {
    const isNegative = bytes[start] === MINUS
    const first = isNegative || bytes[start] === PLUS ? start + 1 : start
    for (let at = first; at < end; at++) {
      const digit = (bytes[at] as number) - ZERO
      if (digit < 0 || digit > 9) return invalidDigit(bytes.toString('utf8', at, at + 1), at - start, name)
    }
    if (first === end) return invalidDigit(bytes.toString('utf8', start, end), 0, name)
    if (end - first >= max.length && !fits(bytes, first, end, isNegative ? min : max)) {
      return overflow(bytes.toString('utf8', start, end), name)
    }
    out.plain(bytes, start, end)
    return undefined
  }
}

const ZERO = 0x30
const PLUS = 0x2b
const MINUS = 0x2d
const POINT = 0x2e

function fits(bytes: Buffer, from: number, end: number, limit: Buffer): boolean {
  let first = from
  while (first < end && bytes[first] === ZERO) first++
  if (end - first !== limit.length) return end - first < limit.length
  return bytes.compare(limit, 0, limit.length, first, end) <= 0
}

/**
 * DECIMAL, digit by digit. What does not fit behind the point is cut off, or rounded with ROUNDEC
 * [docs: copy-parameters-data-conversion].
 */
export function decimalWriter(column: TargetColumn, rounds: boolean): WriteValue {
  const { precision, scale } = column
  return (out, bytes, start, end) => {
    let first = bytes[start] === MINUS || bytes[start] === PLUS ? start + 1 : start
    let point = -1
    for (let at = first; at < end; at++) {
      const byte = bytes[at] as number
      if (byte === POINT && point < 0) point = at
      else if (byte < ZERO || byte > ZERO + 9) return decimalSlowly(bytes.toString('utf8', start, end), at - start)
    }
    const whole = point < 0 ? end : point
    if (whole - first + Math.max(end - whole - 1, 0) === 0) {
      return {
        code: 1209,
        reason: `Invalid digit, Value '${bytes.toString('utf8', start, end)}', Pos 0, Type: Decimal`,
      }
    }
    const isTooFine = end - whole - 1 > scale
    if (rounds && isTooFine) return rounded(bytes.toString('latin1', start, end))
    while (first < whole && bytes[first] === ZERO) first++
    if (whole - first > precision - scale) return overflow(bytes.toString('utf8', start, end), 'Decimal')
    if (isTooFine && first === whole) return rounded(bytes.toString('latin1', start, end))
    out.plain(bytes, start, isTooFine ? whole + (scale === 0 ? 0 : scale + 1) : end)
    return undefined

    /** An exponent, which no fast path is worth. */
    function decimalSlowly(text: string, position: number): Problem | undefined {
      const parts = /^([+-]?)(\d*)\.?(\d*)[eE]([+-]?\d{1,3})$/.exec(text)
      if (parts === null || `${parts[2]}${parts[3]}` === '') {
        return {
          code: 1207,
          reason: `Invalid digit, Value '${text.charAt(position)}', Pos ${position}, Type: Decimal`,
          position,
        }
      }
      const [, sign = '', int = '', fraction = '', exponent = '0'] = parts
      const shift = Number(exponent)
      const digits = int + fraction
      const at = int.length + shift
      const plain =
        at <= 0 ? `0.${'0'.repeat(-at)}${digits}` : `${digits.slice(0, at).padEnd(at, '0')}.${digits.slice(at) || '0'}`
      return rounded(sign + plain)
    }

    function rounded(text: string): Problem | undefined {
      const [, sign = '', int = '', fraction = ''] = /^([+-]?)(\d*)\.?(\d*)$/.exec(text) ?? []
      const kept = BigInt(`${int}${fraction.slice(0, scale).padEnd(scale, '0')}` || '0')
      const value = kept + (rounds && fraction.charAt(scale) >= '5' ? 1n : 0n)
      const digits = value.toString().padStart(scale + 1, '0')
      if (digits.length > Math.max(precision, scale + 1)) return overflow(text, 'Decimal')
      const point = digits.length - scale
      out.ascii(`${sign}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`)
      return undefined
    }
  }
}

const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$|^[+-]?(?:nan|inf|infinity)$/i

/** REAL and DOUBLE PRECISION: the text goes to Postgres, which reads it exactly. */
export function floatWriter(type: 'float4' | 'float8'): WriteValue {
  const largest = type === 'float4' ? 3.4028235677973366e38 : Number.MAX_VALUE
  return (out, bytes, start, end) => {
    const text = bytes.toString('latin1', start, end)
    if (!FLOAT.test(text)) return LOAD_ERRORS.badFloat
    const isInfinite = /[a-z]/i.test(text) && !/e/i.test(text.replace(/inf.*|nan/i, ''))
    if (!isInfinite && Math.abs(Number(text)) > largest) return overflow(text, type === 'float4' ? 'Float' : 'Double')
    out.ascii(text)
    return undefined
  }
}

const TRUE = new Set(['1', 't', 'true', 'y', 'yes'])
const FALSE = new Set(['0', 'f', 'false', 'n', 'no'])

/** BOOLEAN: the literals of the Redshift guide's r_Boolean_type. */
export function booleanWriter(): WriteValue {
  return (out, bytes, start, end) => {
    const text = bytes.toString('latin1', start, end).toLowerCase()
    if (TRUE.has(text)) out.ascii('t')
    else if (FALSE.has(text)) out.ascii('f')
    else return LOAD_ERRORS.badBoolean
    return undefined
  }
}
