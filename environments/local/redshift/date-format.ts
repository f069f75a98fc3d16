/** A moment as it was written; the zone, if any, as Postgres reads it. */
export interface Moment {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** Digits behind the second's point, at most six. */
  readonly fraction: string
  readonly zone: string
}

/** Reads a moment from text; undefined when it isn't one. */
export type ReadMoment = (text: string) => Moment | undefined

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

// Letters of DATEFORMAT and TIMEFORMAT [docs: r_DATEFORMAT_and_TIMEFORMAT_strings], longest first.
const LETTERS: Readonly<Record<string, string>> = {
  yyyy: '(?<year>\\d{4})',
  yy: '(?<year>\\d{2})',
  month: '(?<name>[a-z]{3,9})',
  mon: '(?<name>[a-z]{3})',
  mm: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{1,2})',
  hh24: '(?<hour>\\d{1,2})',
  hh12: '(?<hour>\\d{1,2})',
  hh: '(?<hour>\\d{1,2})',
  mi: '(?<minute>\\d{1,2})',
  ss: '(?<second>\\d{1,2})(?:\\.(?<fraction>\\d{1,9}))?',
  of: '(?<zone>Z|[+-]\\d{1,2}(?::?\\d{2})?)',
  am: '(?<half>am|pm)',
  pm: '(?<half>am|pm)',
}
const LETTER = /yyyy|yy|month|mon|mm|dd|hh24|hh12|hh|mi|ss|of|am|pm|[a-z]+|[^a-z]/gi

/** Compiles a format such as `DD.MM.YYYY`; undefined when it has letters that nobody knows. */
export function compileFormat(format: string): ReadMoment | undefined {
  let pattern = ''
  for (const [part] of format.matchAll(LETTER)) {
    const known = LETTERS[part.toLowerCase()]
    if (known === undefined && /[a-z]/i.test(part) && !/^t$/i.test(part)) return undefined
    pattern += known ?? part.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
  }
  try {
    return matching(new RegExp(`^${pattern}$`, 'i'))
  } catch {
    return undefined // the same letter twice
  }
}

const TIME =
  '(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:[.,](?<fraction>\\d{1,9}))?)?(?:\\s*(?<half>am|pm))?'
const COMPACT_TIME = '(?<hour>\\d{2})(?<minute>\\d{2})(?<second>\\d{2})'
const ZONE = '(?:\\s*(?<zone>Z|[+-]\\d{1,2}(?::?\\d{2})?|[A-Za-z]+(?:[/_][A-Za-z_]+)*))?'

// What 'auto' recognises [docs: automatic-recognition], as far as the parts are unambiguous.
const AUTOMATIC = [
  `^(?<year>\\d{4})[-/.](?<month>\\d{1,2})[-/.](?<day>\\d{1,2})(?:(?:\\s+|T)${TIME}${ZONE})?$`,
  `^(?<year>\\d{4})(?<month>\\d{2})(?<day>\\d{2})(?:(?:\\s+|T)?(?:${COMPACT_TIME.replace(/\?</g, '?<c')}|${TIME}))?${ZONE}$`,
  `^(?<month>\\d{1,2})[-/](?<day>\\d{1,2})[-/](?<year>\\d{4}|\\d{2})(?:\\s+${TIME}${ZONE})?$`,
  `^(?<day>\\d{1,2})[-\\s](?<name>[a-z]{3,9})[-\\s](?<year>\\d{4}|\\d{2})(?:\\s+${TIME}${ZONE})?$`,
  `^(?<name>[a-z]{3,9})[-\\s](?<day>\\d{1,2})[-,\\s]\\s*(?<year>\\d{4}|\\d{2})(?:\\s+${TIME}${ZONE})?$`,
  `^(?<day>\\d{1,2})\\s(?<name>[a-z]{3,9})\\s${TIME}\\s(?<year>\\d{4})${ZONE}$`,
].map((pattern) => matching(new RegExp(pattern, 'i')))

/** Tries the formats of `'auto'` one after another. */
export const readAutomatically: ReadMoment = (text) => {
  for (const read of AUTOMATIC) {
    const moment = read(text)
    if (moment !== undefined) return moment
  }
  return undefined
}

/** YYYY-MM-DD HH:MI:SS, the default; the time may be missing, and behind it an offset may stand. */
export const readDefault: ReadMoment = matching(
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?: (?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.(?<fraction>\d{1,9}))?)?\s*(?<zone>Z|[+-]\d{1,2}(?::?\d{2})?|[A-Za-z]+(?:[/_][A-Za-z_]+)*)?)?$/,
)

/** A moment from seconds or milliseconds since 1970, which may have a fraction. */
export function readEpoch(digitsOfFraction: 0 | 3): ReadMoment {
  return (text) => {
    const parts = /^(-?)(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text)
    if (parts === null) return undefined
    const [, sign = '', whole = '0', fraction = ''] = parts
    const unit = digitsOfFraction === 3 ? 1_000n : 1_000_000n
    const small = BigInt(
      fraction.padEnd(digitsOfFraction === 3 ? 3 : 6, '0').slice(0, digitsOfFraction === 3 ? 3 : 6) || '0',
    )
    const micros = BigInt(whole) * unit + small
    return momentOfMicros(sign === '-' ? -micros : micros)
  }
}

/** The moment so many microseconds after 1970-01-01 00:00 UTC. */
export function momentOfMicros(micros: bigint): Moment | undefined {
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
  const date = new Date(Number((micros - rest) / 1_000n))
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1) return undefined
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    fraction: rest === 0n ? '' : rest.toString().padStart(6, '0'),
    zone: '',
  }
}

function matching(pattern: RegExp): ReadMoment {
  return (text) => {
    const groups = pattern.exec(text)?.groups
    if (groups === undefined) return undefined
    const number = (name: string) => Number(groups[name] ?? groups[`c${name}`] ?? 0)
    const month =
      groups['name'] === undefined ? number('month') : MONTHS.indexOf(groups['name'].slice(0, 3).toLowerCase()) + 1
    const moment = {
      year: fullYear(groups['year'] ?? '1'),
      month: groups['name'] === undefined && groups['month'] === undefined ? 1 : month,
      day: groups['day'] === undefined ? 1 : number('day'),
      hour: hourOfDay(number('hour'), groups['half']),
      minute: number('minute'),
      second: number('second'),
      fraction: (groups['fraction'] ?? '').slice(0, 6),
      zone: groups['zone'] ?? '',
    }
    return exists(moment) ? moment : undefined
  }
}

function fullYear(year: string): number {
  return year.length === 2 ? Number(year) + (Number(year) < 70 ? 2000 : 1900) : Number(year)
}

function hourOfDay(hour: number, half: string | undefined): number {
  if (half === undefined) return hour
  return (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
}

function exists({ year, month, day, hour, minute, second, zone }: Moment): boolean {
  if (!isDate(year, month, day) || hour > 23 || minute > 59 || second > 59) return false
  return zone === '' || /^(?:Z|[+-])/i.test(zone) || isZoneName(zone)
}

/** Whether there is such a day. */
export function isDate(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) return false
  if (day <= 28) return true
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const last = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
  return day <= last
}

function isZoneName(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
