import type { Notice } from '../ports'

/** SNS: "less than 100 characters" in its API reference. */
const SUBJECT_CHARACTERS = 99

/** SNS takes 262,144 bytes for message and attributes together; the attributes get the difference. */
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
  const fields = { ...body }
  const truncated = new Set<string>()
  for (;;) {
    const text = JSON.stringify(truncated.size === 0 ? fields : { ...fields, truncated: [...truncated] })
    if (Buffer.byteLength(text) <= BODY_BYTES) return text
    const biggest = biggestField(fields)
    if (biggest === undefined) return JSON.stringify({ truncated: true })
    truncated.add(biggest)
    const half = halved(fields[biggest])
    if (half === undefined) delete fields[biggest]
    else fields[biggest] = half
  }
}

function biggestField(fields: Notice['body']): string | undefined {
  return Object.keys(fields).reduce<string | undefined>(
    (biggest, name) => (biggest !== undefined && sizeOf(fields[biggest]) >= sizeOf(fields[name]) ? biggest : name),
    undefined,
  )
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

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '')
}
