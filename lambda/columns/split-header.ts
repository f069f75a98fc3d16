import type { FileOptions } from '../copy-options'
import { type Unreadable, unreadable } from './names'

/** The fields of a line of CSV: a quote within quotes is doubled. Blanks beside the quotes are passed over, as in names they mean nothing. */
export function splitCsv(
  line: string,
  { delimiter = ',', quote = '"' }: Pick<FileOptions, 'delimiter' | 'quote'>,
): readonly string[] | Unreadable {
  const fields: string[] = []
  for (let at = 0; ; at += delimiter.length) {
    const start = pastBlanks(line, at, delimiter)
    if (line[start] === quote) {
      const quoted = quotedAt(line, start, quote)
      if (quoted === undefined) return unreadable('its header ends within quotes')
      at = pastBlanks(line, quoted.end, delimiter)
      if (at < line.length && !line.startsWith(delimiter, at)) return strayQuote(fields.length)
      fields.push(quoted.field)
    } else {
      const field = line.slice(at, endOfField(line, at, delimiter))
      if (field.includes(quote)) return strayQuote(fields.length)
      fields.push(field)
      at += field.length
    }
    if (at >= line.length) return fields
  }
}

/** The fields of a line of delimited text, which has quotes and backslashes if the options say so, and else takes them as they are. */
export function splitDelimited(
  line: string,
  { delimiter = '|', ...marks }: Pick<FileOptions, 'delimiter' | 'escape' | 'removeQuotes'>,
): readonly string[] | Unreadable {
  const fields: string[] = []
  for (let at = 0; ; at += delimiter.length) {
    const quote = marks.removeQuotes && (line[at] === '"' || line[at] === "'") ? line[at] : undefined
    const ends = (place: number) => place >= line.length || line.startsWith(delimiter, place)
    const characters: string[] = []
    if (quote !== undefined) at += 1
    while (quote === undefined ? !ends(at) : at < line.length && !(line[at] === quote && ends(at + 1))) {
      const isEscape = marks.escape === true && line[at] === '\\'
      // The newline is meant, and COPY skips a line.
      if (isEscape && at + 1 >= line.length) return unreadable('its header ends with a backslash')
      characters.push(line[isEscape ? at + 1 : at] ?? '')
      at += isEscape ? 2 : 1
    }
    if (quote !== undefined && at >= line.length) return unreadable('its header ends within quotes')
    if (quote !== undefined) at += 1
    fields.push(characters.join(''))
    if (at >= line.length) return fields
  }
}

function quotedAt(
  line: string,
  start: number,
  quote: string,
): { readonly field: string; readonly end: number } | undefined {
  const parts: string[] = []
  for (let from = start + 1; ; ) {
    const next = line.indexOf(quote, from)
    if (next < 0) return undefined
    parts.push(line.slice(from, next))
    if (line[next + 1] !== quote) return { field: parts.join(quote), end: next + 1 }
    from = next + 2
  }
}

function strayQuote(before: number): Unreadable {
  return unreadable(`name ${before + 1} of its header has a quote that is neither around the name nor doubled`)
}

function endOfField(line: string, at: number, delimiter: string): number {
  const end = line.indexOf(delimiter, at)
  return end < 0 ? line.length : end
}

function pastBlanks(line: string, from: number, delimiter: string): number {
  let at = from
  while ((line[at] === ' ' || line[at] === '\t') && !line.startsWith(delimiter, at)) at += 1
  return at
}
