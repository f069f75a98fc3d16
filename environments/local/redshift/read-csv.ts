import { ESCAPED, QUOTED, type Unescape } from './convert-value'
import type { Format, LoadPlan } from './copy-options'
import { LOAD_ERRORS } from './load-problem'
import { isBlankLine, makeFields, type RowLoader } from './load-rows'
import type { ReadRows } from './read-blocks'

const LF = 10
const CR = 13

/** Reads CSV: fields may be quoted, quotes inside are doubled, line ends may stand in quotes. */
export function csvReader(format: Format & { kind: 'csv' }, plan: LoadPlan, loader: RowLoader): ReadRows {
  const delimiter = Buffer.from(format.delimiter)
  const first = delimiter[0] as number
  const isLong = delimiter.length > 1
  const quote = format.quote.charCodeAt(0)
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
        const next = lineEnd < 0 || lineEnd >= end ? end : lineEnd + 1
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
        const start = at
        if (at < end && bytes[at] === quote) {
          let flags = QUOTED
          at++
          for (;;) {
            while (at < end && bytes[at] !== quote) {
              if (bytes[at] === LF) lines++
              at++
            }
            if (at + 1 >= end && !isLast) return rowStart
            if (bytes[at + 1] !== quote || at + 1 >= end) break
            flags |= ESCAPED
            at += 2
          }
          if (at >= end) isBroken = true
          fields.add(start + 1, Math.min(at, end), flags)
          at++
        } else {
          while (at < end) {
            const byte = bytes[at] as number
            if (byte === LF || (byte === first && (!isLong || matches(bytes, at, end)))) break
            if (byte === quote) isBroken = true
            at++
          }
          const stop = at > start && bytes[at - 1] === CR && (at >= end || bytes[at] === LF) ? at - 1 : at
          fields.add(start, stop, 0)
        }
        if (at >= end) {
          if (!isLast) return rowStart
          break
        }
        if (bytes[at] === CR && (at + 1 >= end || bytes[at + 1] === LF)) {
          if (at + 1 >= end && !isLast) return rowStart
          at++
        }
        if (at >= end || bytes[at] === LF) break
        if (isLong && !isLast && end - at < delimiter.length) return rowStart
        if (bytes[at] === first && (!isLong || matches(bytes, at, end))) {
          at += delimiter.length
          continue
        }
        // Something between a closing quote and the next delimiter.
        isBroken = true
        while (at < end && bytes[at] !== LF) at++
        if (at >= end && !isLast) return rowStart
        break
      }
      const rowEnd = Math.min(at, end)
      if (isBroken) loader.reject(LOAD_ERRORS.badQuote, line, bytes, rowStart, rowEnd)
      else loader.add(fields, line, rowStart, rowEnd)
      line += lines + 1
      at = rowEnd + 1
    }
    return end
  }

  function matches(bytes: Buffer, at: number, end: number): boolean {
    return (
      at + delimiter.length <= end && bytes.compare(delimiter, 0, delimiter.length, at, at + delimiter.length) === 0
    )
  }
}

/** Makes doubled quotes single. */
export function undoubled(quote: string): Unescape {
  const byte = quote.charCodeAt(0)
  return (bytes, start, end) => {
    let to = start
    for (let at = start; at < end; at++) {
      if (bytes[at] === byte && bytes[at + 1] === byte) at++
      bytes[to++] = bytes[at] as number
    }
    return to
  }
}
