import type { IncomingHttpHeaders } from 'node:http'
import { S3Error } from './errors'
import type { ReceivedBody } from './receive-body'

/** What a request is about, taken from its first line alone. */
export interface Subject {
  /** Empty when the request is about the service itself. */
  readonly bucket: string
  /** Empty when the request is about the bucket itself. */
  readonly key: string
  readonly query: URLSearchParams
}

/** A request whose body has arrived whole. */
export interface S3Request extends Subject {
  readonly id: string
  readonly headers: IncomingHttpHeaders
  readonly body: ReceivedBody
}

/** What the server answers. A body of chunks is written as it is, a text is XML unless a header says otherwise. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | readonly Buffer[]
}

const LONGEST_KEY_BYTES = 1024

/** Reads `/bucket/key?query` (path style only). */
export function subjectOf(url: string): Subject {
  // Not `new URL()`: it would resolve `.`, `..` and `\`, all of which may be part of a key.
  const mark = url.indexOf('?')
  const path = url.slice(1, mark < 0 ? undefined : mark)
  const slash = path.indexOf('/')
  const bucket = decode(slash < 0 ? path : path.slice(0, slash))
  const key = slash < 0 ? '' : decode(path.slice(slash + 1))
  checkKey(key)
  return { bucket, key, query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)) }
}

/** Refuses a key of more than 1,024 bytes in UTF-8. */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > LONGEST_KEY_BYTES) throw new S3Error('KeyTooLongError')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new S3Error('InvalidURI')
  }
}

/** A query parameter or header that must be a whole number of at least `least`. */
export function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < least) {
    throw new S3Error('InvalidArgument', `Argument ${name} must be an integer of at least ${least}, not '${text}'`)
  }
  return value
}
