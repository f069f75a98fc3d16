import type { Notice } from '../ports'

/** SNS: "less than 100 characters" in its API reference. */
const SUBJECT_CHARACTERS = 99

/** SNS takes 262,144 bytes for message and attributes together: the rest is for these, and for what says what was cut. */
const BODY_BYTES = 240_000

/** A field below this size is dropped as a whole: to cut it would save nothing. */
const SMALL_FIELD_BYTES = 200

/** A subject as SNS takes it: printable ASCII in one line, cut with three dots. */
export function fitSubject(subject: string): string {
  const line = subject
    .replace(/\s+/g, ' ')
    .replace(/[^\x20-\x7e]/gu, '?')
    .trim()
  if (line === '') return 'Penstock'
  return line.length <= SUBJECT_CHARACTERS ? line : `${line.slice(0, SUBJECT_CHARACTERS - 3)}...`
}

/**
 * A body as SNS takes it, in JSON. While it is too big, its biggest field is halved: a text loses its end, a list its
 * last entries. The names of the fields that were cut come under `truncated`, and the small ones stay whole.
 */
export function fitBody(body: Notice['body']): string {
  const fields = new Map(
    Object.entries(body).map(([name, value]) => [name, { value, bytes: sizeOf({ [name]: value }) }]),
  )
  const truncated = new Set<string>()
  let bytes = sum([...fields.values()].map((field) => field.bytes))
  while (bytes > BODY_BYTES) {
    const [name, biggest] = [...fields].reduce((a, b) => (a[1].bytes >= b[1].bytes ? a : b))
    truncated.add(name)
    const value = halved(biggest.value)
    const left = value === undefined ? 0 : sizeOf({ [name]: value })
    if (value === undefined) fields.delete(name)
    else fields.set(name, { value, bytes: left })
    bytes += left - biggest.bytes
  }
  const fitting = Object.fromEntries([...fields].map(([name, { value }]) => [name, value]))
  return JSON.stringify(truncated.size === 0 ? fitting : { ...fitting, truncated: namesToTell(truncated) })
}

/** Few and short enough that they fit into what {@link BODY_BYTES} leaves free. */
function namesToTell(names: ReadonlySet<string>): string[] {
  return [...names].slice(0, 20).map((name) => name.slice(0, 100))
}

/** Half of a text or a list; `undefined` for what cannot be halved, or is not worth it. */
function halved(value: unknown): unknown {
  if (sizeOf(value) < SMALL_FIELD_BYTES) return undefined
  if (typeof value === 'string') {
    return `${value.slice(0, Math.floor(value.length / 2)).replace(/[\uD800-\uDBFF]$/, '')}...`
  }
  // A list of one entry that is too big by itself is of no use either.
  return Array.isArray(value) && value.length > 1 ? value.slice(0, Math.ceil(value.length / 2)) : undefined
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '')
}
