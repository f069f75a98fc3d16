import { didYouMean } from '../route/did-you-mean'
import type { Report } from '../route/glob'

/** What keys begin with, in which `{yyyy}`, `{mm}` and `{dd}` stand for a day. */
export interface DayPrefix {
  /** As it was written. */
  readonly source: string
  readonly parts: readonly (string | { readonly unit: Unit })[]
  /** Whether it names another day each day. */
  readonly isDated: boolean
  /** Every key that begins with it, whatever the day. */
  readonly keys: RegExp
  /** Characters of the beginning: of two prefixes of one key the longer one says more. */
  readonly length: number
}

type Unit = keyof typeof UNITS

/** A day in UTC, such as `2026-11-20`. */
export type Day = `${number}-${number}-${number}`

/** Where a unit stands in a {@link Day}. */
const UNITS = { yyyy: [0, 4], mm: [5, 7], dd: [8, 10] } as const

const MAX_KEY_BYTES = 1024

/** Reads a prefix; `undefined` if something was reported. */
export function parsePrefix(source: string, report: Report): DayPrefix | undefined {
  const texts = source.match(/\{[^{}]*\}|[{}]|[^{}]+/g) ?? []
  const faults = [...faultsOfText(source, texts), ...texts.flatMap((text) => faultsOfPlaceholder(source, text))]
  faults.forEach(report)
  if (faults.length > 0) return undefined
  const parts = texts.map((text) => (isPlaceholder(text) ? { unit: text.slice(1, -1) as Unit } : text))
  return {
    source,
    parts,
    isDated: texts.some(isPlaceholder),
    keys: new RegExp(`^${parts.map(regexOf).join('')}`),
    length: parts.reduce((sum, part) => sum + lengthOf(part), 0),
  }
}

/** The prefix as it is on a day. */
export function prefixOn({ parts }: DayPrefix, day: Day): string {
  return parts.map((part) => (typeof part === 'string' ? part : day.slice(...UNITS[part.unit]))).join('')
}

/** Whether a key begins with the prefix, on whatever day. */
export function covers({ keys }: DayPrefix, key: string): boolean {
  return keys.test(key)
}

function faultsOfText(source: string, texts: readonly string[]): readonly string[] {
  if (source === '') return ['is empty: name what the keys begin with, such as history/orders/']
  const faults: string[] = []
  if (/^s3:\/\//.test(source)) faults.push(`'${source}' is an address: write only what comes after the bucket`)
  if (source.startsWith('/')) faults.push(`'${source}' starts with '/', which no key does: leave the slash out`)
  if (source.includes('*')) {
    faults.push(`'${source}' holds a '*', and whatever begins with a prefix is taken anyway: leave it out`)
  }
  if (texts.includes('{') || texts.includes('}')) faults.push(`'${source}' has an unbalanced brace`)
  if (Buffer.byteLength(source) > MAX_KEY_BYTES) {
    faults.push(`'${source.slice(0, 100)}…' is longer than any key can be: S3 allows ${MAX_KEY_BYTES} bytes`)
  }
  return faults
}

function faultsOfPlaceholder(source: string, text: string): readonly string[] {
  const name = text.slice(1, -1)
  if (!isPlaceholder(text) || name in UNITS) return []
  const near = didYouMean(name, Object.keys(UNITS))
  return [`'${source}': '${text}' is no part of a day${near}; there are {yyyy}, {mm} and {dd}`]
}

function isPlaceholder(text: string): boolean {
  return text.startsWith('{') && text.endsWith('}')
}

function regexOf(part: DayPrefix['parts'][number]): string {
  return typeof part === 'string' ? part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&') : `\\d{${lengthOf(part)}}`
}

function lengthOf(part: DayPrefix['parts'][number]): number {
  if (typeof part === 'string') return part.length
  const [from, to] = UNITS[part.unit]
  return to - from
}
