import type { WriteValue } from './convert-text'
import type { Conversion } from './copy-options'
import {
  compileFormat,
  isDate,
  type Moment,
  type ReadMoment,
  readAutomatically,
  readDefault,
  readEpoch,
} from './date-format'
import { RedshiftError } from './errors'
import { LOAD_ERRORS, type Problem } from './load-problem'

/** DATE, in DATEFORMAT or as YYYY-MM-DD, behind which a time may stand. */
export function dateWriter({ dateFormat, acceptAnyDate }: Conversion): WriteValue {
  const read = readerOf('DATEFORMAT', dateFormat)
  const problem = dateFormat === undefined ? LOAD_ERRORS.badDate : invalidFor(1205, 'Date', dateFormat)
  return (out, bytes, start, end) => {
    const isPlain = (dateFormat === undefined || dateFormat === 'auto') && end - start === 10
    if (isPlain && hasDate(bytes, start)) return out.plain(bytes, start, end) as undefined
    const moment = read(bytes.toString('latin1', start, end))
    if (moment !== undefined) out.ascii(dateText(moment))
    else if (acceptAnyDate) out.nothing()
    else return problem
    return undefined
  }
}

/** TIMESTAMP and TIMESTAMPTZ, in TIMEFORMAT or as YYYY-MM-DD HH:MI:SS; without an offset it is UTC. */
export function timestampWriter({ timeFormat, acceptAnyDate }: Conversion, hasZone: boolean): WriteValue {
  const read = readerOf('TIMEFORMAT', timeFormat)
  const problem = timeFormat === undefined ? LOAD_ERRORS.badTimestamp : invalidFor(1206, 'timestamp', timeFormat)
  const isUsual = timeFormat === undefined || timeFormat === 'auto'
  return (out, bytes, start, end) => {
    if (
      isUsual &&
      end - start === 19 &&
      hasDate(bytes, start) &&
      hasTime(bytes, start + 11) &&
      bytes[start + 10] === 0x20
    ) {
      return out.plain(bytes, start, end) as undefined
    }
    const moment = read(bytes.toString('latin1', start, end))
    if (moment !== undefined) {
      // A TIMESTAMP drops the offset, as Postgres does.
      out.ascii(`${dateText(moment)} ${timeText(moment)}${hasZone ? moment.zone : ''}`)
    } else if (acceptAnyDate) out.nothing()
    else return problem
    return undefined
  }
}

const TIME_OF_DAY = /^(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?\s*(Z|[+-]\d{1,2}(?::?\d{2})?)?$/

/** TIME and TIMETZ, as HH:MI:SS. */
export function timeWriter(hasZone: boolean): WriteValue {
  return (out, bytes, start, end) => {
    const text = bytes.toString('latin1', start, end)
    const zone = TIME_OF_DAY.exec(text)?.[1]
    if (!TIME_OF_DAY.test(text) || (zone !== undefined && !hasZone)) return LOAD_ERRORS.badTime
    out.ascii(text)
    return undefined
  }
}

/** `YYYY-MM-DD`. */
export function dateText({ year, month, day }: Moment): string {
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
}

/** `HH:MI:SS`, with a fraction when there is one. */
export function timeText({ hour, minute, second, fraction }: Moment): string {
  return `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}${fraction === '' ? '' : `.${fraction}`}`
}

function pad(number: number, digits: number): string {
  return String(number).padStart(digits, '0')
}

function readerOf(option: 'DATEFORMAT' | 'TIMEFORMAT', format: string | undefined): ReadMoment {
  if (format === undefined) return readDefault
  if (format === 'auto') return readAutomatically
  if (option === 'TIMEFORMAT' && format === 'epochsecs') return readEpoch(0)
  if (option === 'TIMEFORMAT' && format === 'epochmillisecs') return readEpoch(3)
  const read = compileFormat(format)
  if (read === undefined) throw new RedshiftError('XX000', `Invalid ${option} string: ${format}`)
  return read
}

function invalidFor(code: number, what: string, format: string): Problem {
  return { code, reason: `Invalid ${what} format or value [${format}]` }
}

/** YYYY-MM-DD at a place, digit by digit: this is what most dates look like, and it needs no string. */
function hasDate(bytes: Buffer, at: number): boolean {
  if (bytes[at + 4] !== DASH || bytes[at + 7] !== DASH) return false
  const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2)
  return isDate(year, twoDigits(bytes, at + 5), twoDigits(bytes, at + 8))
}

function hasTime(bytes: Buffer, at: number): boolean {
  if (bytes[at + 2] !== COLON || bytes[at + 5] !== COLON) return false
  const [hour, minute, second] = [twoDigits(bytes, at), twoDigits(bytes, at + 3), twoDigits(bytes, at + 6)]
  return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60
}

const DASH = 0x2d
const COLON = 0x3a

/** Far below zero when there is something else than digits. */
function twoDigits(bytes: Buffer, at: number): number {
  const tens = (bytes[at] as number) - 0x30
  const ones = (bytes[at + 1] as number) - 0x30
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1_000_000 : tens * 10 + ones
}
