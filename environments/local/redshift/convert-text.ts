import type { Conversion } from './copy-options'
import type { TargetColumn } from './copy-table'
import { LOAD_ERRORS, type Problem } from './load-problem'
import type { Output } from './output'
import { cutAtCharacter, firstInvalid, replaceInvalid } from './utf8'

/** What is known about the bytes being read, so that it need not be found out field by field. */
export interface BlockFacts {
  isUtf8: boolean
  hasNul: boolean
}

/** Writes a value that is not NULL, or says what is wrong with it. */
export type WriteValue = (out: Output, bytes: Buffer, start: number, end: number) => Problem | undefined

/** The same for bytes that need not be a Buffer. */
export type WriteBytes = (out: Output, bytes: Uint8Array, start: number, end: number) => Problem | undefined

const WIDEST_BYTES = 65_535

/** VARCHAR and CHAR: lengths are bytes, and a CHAR holds ASCII only [docs: r_Character_types]. */
export function textWriter(column: TargetColumn, conversion: Conversion, block: BlockFacts): WriteBytes {
  const maxBytes = column.maxBytes ?? WIDEST_BYTES
  const isChar = column.type === 'bpchar'
  const { truncateColumns, trimBlanks, acceptInvChars } = conversion
  return (out, bytes, from, to) => {
    let source: Uint8Array = bytes
    let start = from
    let end = to
    if (block.hasNul && hasNul(bytes, start, end)) return LOAD_ERRORS.nul
    if (trimBlanks && !isChar) while (end > start && isBlank(bytes[end - 1])) end--
    if (!block.isUtf8) {
      const invalid = firstInvalid(bytes, start, end)
      if (invalid >= 0 && (isChar || acceptInvChars === undefined)) return invalidUtf8(bytes, invalid, start, end)
      if (invalid >= 0) {
        source = replaceInvalid(bytes, start, end, acceptInvChars?.charCodeAt(0) ?? 0x3f)
        start = 0
        end = source.length
      }
    }
    if (isChar) {
      for (let at = start; at < end; at++) if ((source[at] as number) > 0x7f) return multibyte(source, at, start, end)
    }
    if (end - start > maxBytes) {
      if (!truncateColumns) return LOAD_ERRORS.tooLong
      end = cutAtCharacter(source, start, end, maxBytes)
    }
    out.escaped(source, start, end)
    return undefined
  }
}

/** SUPER: a JSON text, kept as written as far as Postgres keeps it. */
export function superWriter(block: BlockFacts): WriteValue {
  return (out, bytes, start, end) => {
    if (block.hasNul && hasNul(bytes, start, end)) return LOAD_ERRORS.nul
    const invalid = block.isUtf8 ? -1 : firstInvalid(bytes, start, end)
    if (invalid >= 0) return invalidUtf8(bytes, invalid, start, end)
    try {
      JSON.parse(bytes.toString('utf8', start, end))
    } catch {
      return LOAD_ERRORS.badJson
    }
    out.escaped(bytes, start, end)
    return undefined
  }
}

/** VARBYTE from text: hexadecimal digits [docs: copy-usage-varbyte]. */
export function varbyteWriter(): WriteValue {
  return (out, bytes, start, end) => {
    const hex = bytes.toString('latin1', start, end)
    if (hex.length % 2 === 1 || !/^[0-9a-fA-F]*$/.test(hex)) return { code: 1207, reason: 'Invalid hex value' }
    out.escaped(Buffer.from(`\\x${hex}`), 0, hex.length + 2)
    return undefined
  }
}

/** White space that may surround a value. */
export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13)
}

function invalidUtf8(bytes: Uint8Array, at: number, start: number, end: number): Problem {
  const hex = Buffer.from(bytes.subarray(at, Math.min(at + 4, end))).toString('hex')
  const reason = `String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence: ${hex} (error 4)`
  return { code: 1220, reason, position: at - start }
}

function multibyte(bytes: Uint8Array, at: number, start: number, end: number): Problem {
  const hex = (
    Buffer.from(bytes.subarray(at, Math.min(at + 4, end)))
      .toString('hex')
      .match(/../g) ?? []
  ).join(' ')
  const reason = `Multibyte character not supported for CHAR (Hint: try using VARCHAR). Invalid char: ${hex}`
  return { code: 1220, reason, position: at - start }
}

function hasNul(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === 0) return true
  return false
}
