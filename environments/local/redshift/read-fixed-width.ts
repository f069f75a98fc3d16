import type { Format, LoadPlan } from './copy-options'
import { isBlankLine, makeFields, type RowLoader } from './load-rows'
import type { ReadRows } from './read-blocks'

const LF = 10
const CR = 13

/** Reads lines whose fields stand at fixed places; widths are bytes, and the labels of the specification say nothing. */
export function fixedWidthReader(format: Format & { kind: 'fixedwidth' }, plan: LoadPlan, loader: RowLoader): ReadRows {
  const fields = makeFields(Math.max(loader.columns.length, format.widths.length))
  let line = 1
  let headerLines = plan.ignoreHeader

  return (bytes, end, isLast) => {
    fields.bytes = bytes
    let at = 0
    while (at < end) {
      const found = bytes.indexOf(LF, at)
      if (found < 0 && !isLast) return at
      const next = found < 0 ? end : found
      const lineEnd = next > at && bytes[next - 1] === CR ? next - 1 : next
      if (headerLines > 0) headerLines--
      else if (!plan.ignoreBlankLines || !isBlankLine(bytes, at, lineEnd)) {
        fields.count = 0
        let start = at
        for (const width of format.widths) {
          if (start >= lineEnd) break
          const stop = Math.min(start + width, lineEnd)
          fields.add(start, stop, 0)
          start = stop
        }
        if (start < lineEnd) fields.count++ // what nobody asked for is an extra column
        loader.add(fields, line, at, lineEnd)
      }
      line++
      at = next + 1
    }
    return end
  }
}
