import { ESCAPED, QUOTED, type Unescape } from './convert-value'
import type { Format, LoadPlan } from './copy-options'
import { LOAD_ERRORS } from './load-problem'
import { isBlankLine, makeFields, type RowLoader } from './load-rows'
import type { ReadRows } from './read-blocks'

const LF = 10
const CR = 13
const BACKSLASH = 0x5c
const QUOTES = [0x22, 0x27]

/** Reads delimited text: without ESCAPE and REMOVEQUOTES every line is a row and every delimiter ends a field. */
export function delimitedReader(format: Format & { kind: 'delimited' }, plan: LoadPlan, loader: RowLoader): ReadRows {
  const delimiter = Buffer.from(format.delimiter)
  const first = delimiter[0] as number
  const isLong = delimiter.length > 1
  const { escapes, removeQuotes } = format
  const fields = makeFields(loader.columns.length)
  let line = 1
  let headerLines = plan.ignoreHeader

  return (bytes, end, isLast) => {
    fields.bytes = bytes
    let at = 0
    while (at < end) {
      const rowStart = at
      if (headerLines > 0 || plan.ignoreBlankLines) {
        const lineEnd = bytes.indexOf(LF, at)
        if (lineEnd < 0 && !isLast) return rowStart
        const next = lineEnd < 0 ? end : lineEnd + 1
        if (headerLines > 0 || isBlankLine(bytes, at, next)) {
          headerLines = Math.max(headerLines - 1, 0)
          line++
          at = next
          continue
        }
      }
      let lines = 0
      let isBroken = false
      fields.count = 0
      for (;;) {
        let start = at
        let flags = 0
        const closing = removeQuotes && at < end && QUOTES.includes(bytes[at] as number) ? bytes[at] : undefined
        if (closing !== undefined) {
          flags = QUOTED
          start++
          at++
        }
        while (at < end) {
          const byte = bytes[at] as number
          if (escapes && byte === BACKSLASH) {
            flags |= ESCAPED
            if (bytes[at + 1] === LF) lines++
            at += 2
            continue
          }
          if (closing !== undefined) {
            if (byte === LF) break
            if (byte === closing && endsField(bytes, at + 1, end)) break
          } else if (byte === LF || (byte === first && (!isLong || matches(bytes, at, end)))) break
          at++
        }
        if (at >= end && !isLast) return rowStart
        at = Math.min(at, end)
        let stop = at
        if (closing !== undefined) {
          if (at >= end || bytes[at] === LF) isBroken = true
          else at++
          if (bytes[at] === CR) at++
        } else if (at > start && bytes[at - 1] === CR && (at >= end || bytes[at] === LF)) stop--
        fields.add(start, stop, flags)
        if (at >= end && !isLast) return rowStart
        if (at >= end || bytes[at] === LF) break
        at += delimiter.length
      }
      if (isBroken) loader.reject(LOAD_ERRORS.delimiterNotFound, line, bytes, rowStart, at)
      else loader.add(fields, line, rowStart, at)
      line += lines + 1
      at++
    }
    return end
  }

  function matches(bytes: Buffer, at: number, end: number): boolean {
    return (
      at + delimiter.length <= end && bytes.compare(delimiter, 0, delimiter.length, at, at + delimiter.length) === 0
    )
  }

  function endsField(bytes: Buffer, at: number, end: number): boolean {
    return at >= end || bytes[at] === LF || bytes[at] === CR || matches(bytes, at, end)
  }
}

/** ESCAPE: the character behind a backslash is taken as it is [docs: copy-parameters-data-conversion]. */
export const unescapeBackslashes: Unescape = (bytes, start, end) => {
  let to = start
  for (let at = start; at < end; at++) {
    if (bytes[at] === BACKSLASH && at + 1 < end) at++
    bytes[to++] = bytes[at] as number
  }
  return to
}
