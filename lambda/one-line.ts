/**
 * A text of several lines as one: what a warehouse says in a table or a box, for a log line, a notice or a record. Rules drawn
 * with dashes go; what is longer than `most` characters is cut, never inside one.
 */
export function oneLine(text: string, most = Number.POSITIVE_INFINITY): string {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim().replace(/\s+/g, ' '))
  const line = lines.filter((part) => part !== '' && !/^[-=]+$/.test(part)).join('; ')
  if (line.length <= most) return line
  return `${line.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}
