import type { Encoding } from '../copy-options'
import { type Unreadable, unreadable } from './names'

/**
 * The beginning of a file as text, without its byte order mark. What is not in the encoding becomes U+FFFD, so that a bad value
 * further down, or a character that was cut off, says nothing about the names.
 */
export function decoded(bytes: Uint8Array, encoding: Encoding): string | Unreadable {
  const mark = markOf(bytes)
  if (mark === 'gzip') return unreadable("it is in gzip, which its name does not tell: set compression: 'gzip'")
  switch (encoding) {
    case 'utf8':
      if (mark !== undefined) return unreadable("it is in UTF-16, by its byte order mark: set encoding: 'utf16'")
      return decode(bytes, 'utf-8')
    case 'utf16':
      // COPY wants the mark with this one: copy-parameters-data-conversion.
      if (mark === undefined && bytes.length > 0)
        return unreadable('it should be in UTF-16, and has no byte order mark')
      return decode(bytes, mark ?? 'utf-16le')
    case 'utf16le':
    case 'utf16be': {
      const named = encoding === 'utf16le' ? 'utf-16le' : 'utf-16be'
      if (mark !== undefined && mark !== named)
        return unreadable(`it is in ${mark}, by its byte order mark, and not in ${named}`)
      return decode(bytes, named)
    }
    case 'iso88591':
      return Buffer.from(bytes).toString('latin1')
  }
}

function markOf([first, second]: Uint8Array): 'utf-16le' | 'utf-16be' | 'gzip' | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return first === 0x1f && second === 0x8b ? 'gzip' : undefined
}

function decode(bytes: Uint8Array, label: string): string {
  return new TextDecoder(label).decode(bytes)
}
