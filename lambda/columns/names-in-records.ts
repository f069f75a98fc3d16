import { foldIdentifier } from '../route/identifier'
import type { Beginning } from './look-into'
import { checkedNames, type Names, type Unreadable, unreadable } from './names'

/**
 * The names of all JSON records that end here, and of nothing within them; `more` if none ends. A name that another record spells in
 * another case is the same. Values are passed over unread: whether they are right is for COPY to say.
 */
export function namesInRecords({ text, isAll }: Beginning): Names | 'more' {
  const names = new Map<string, string>()
  let records = 0
  let at = pastSpace(text, 0)
  while (at < text.length) {
    if (text[at] !== '{') return noRecord(text[at], records)
    const record = recordAt(text, at)
    if (record === 'cut') break
    if ('kind' in record) return record
    const checked = checkedNames(record.names, true, `its JSON record ${records + 1}`)
    if (record.names.length > 0 && checked.kind === 'unreadable') return checked
    for (const name of record.names) if (!names.has(foldIdentifier(name))) names.set(foldIdentifier(name), name)
    records += 1
    at = pastSpace(text, record.end)
  }
  const isComplete = isAll && at >= text.length
  if (records > 0) return checkedNames([...names.values()], isComplete, 'its JSON records')
  if (!isAll) return 'more'
  return unreadable(at >= text.length ? 'it is empty' : 'its first JSON record has no end')
}

/** A record that begins here: its names with their escapes undone, and where it ends. */
function recordAt(
  text: string,
  start: number,
): { readonly names: readonly string[]; readonly end: number } | 'cut' | Unreadable {
  const names: string[] = []
  let depth = 0
  for (let at = start; at < text.length; at += 1) {
    const character = text[at]
    if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') {
      depth -= 1
      if (depth === 0) return { names, end: at + 1 }
    } else if (character === '"') {
      const end = endOfString(text, at)
      // A string before a colon is a name; the record itself is the first level.
      if (depth === 1 && text[pastSpace(text, end)] === ':') {
        const name = nameOf(text.slice(at, end))
        if (name === undefined) return unreadable('a name in its JSON records is not written as JSON writes text')
        names.push(name)
      }
      at = end - 1
    }
  }
  return 'cut'
}

/** The place behind the string that begins here: the end of the text if it has none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '"') return at + 1
  }
  return text.length
}

function nameOf(literal: string): string | undefined {
  try {
    return String(JSON.parse(literal))
  } catch {
    return undefined
  }
}

function noRecord(character: string | undefined, before: number): Unreadable {
  if (character === '[' && before === 0) {
    return unreadable(
      'its records are in an array, and COPY wants them without: one after the other, with white space between',
    )
  }
  if (character === ',' && before > 0)
    return unreadable('there are commas between its records, and COPY wants white space alone')
  return unreadable(
    before === 0 ? 'it does not begin with a JSON record' : `what comes after its JSON record ${before} is no record`,
  )
}

/** White space as JSON has it. */
function pastSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1
  return at
}
