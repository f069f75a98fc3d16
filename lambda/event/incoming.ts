import type { S3Object } from '../model'

/** What one record of an event turned out to be. */
export type Incoming =
  | { readonly kind: 'created'; readonly object: S3Object }
  /** Nothing to load, and nothing wrong: a test event, a deletion. */
  | { readonly kind: 'acknowledged'; readonly why: string }
  | {
      readonly kind: 'malformed'
      /** Where in the record, and what is wrong there. */
      readonly why: string
      /** The offending part, at most {@link MAX_RECORD_CHARACTERS}. */
      readonly record: string
    }

/** Enough to recognise an event by, and small enough for a log line. */
export const MAX_RECORD_CHARACTERS = 1000

/** A record that cannot be read, with as much of it as a log line should carry. */
export function malformed(why: string, offending: unknown): Incoming {
  return { kind: 'malformed', why, record: excerptOf(offending) }
}

function excerptOf(offending: unknown): string {
  const text = typeof offending === 'string' ? offending : textOf(offending)
  // A cut through a surrogate pair would leave half a character behind.
  return text.slice(0, MAX_RECORD_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '')
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // Nested too deep for the stack, or circular: then its kind has to do.
    return Object.prototype.toString.call(value)
  }
}
