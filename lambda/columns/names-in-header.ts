import type { CopyPlan } from '../copy-plan'
import type { Beginning } from './look-into'
import { checkedNames, type Names, type Unreadable, unreadable } from './names'
import { splitCsv, splitDelimited } from './split-header'

type HeaderPlan = Extract<CopyPlan, { format: 'csv' | 'delimited' }>

/** The names in the last of the lines that COPY skips; `more` if it does not end here. */
export function namesInHeader(beginning: Beginning, plan: HeaderPlan): Names | 'more' {
  const line = lineAt(beginning, plan.headerLines ?? 1)
  if (typeof line !== 'string') return line.kind === 'unreadable' ? line : 'more'
  // COPY ends a line at a newline: to it, all of the file is the header.
  if (line.includes('\r'))
    return unreadable('there is a carriage return within its header: end the lines with a newline')
  const names = plan.format === 'csv' ? splitCsv(line, plan) : splitDelimited(line, plan)
  if ('kind' in names) return names
  return checkedNames(
    names.map((name) => name.trim()),
    true,
    'its header',
  )
}

/**
 * A physical line, the first being 1, without its end. What COPY does with a newline between quotes in what it skips is not
 * documented; counted like this, such a header ends within quotes, and is refused.
 */
function lineAt({ text, isAll }: Beginning, number: number): string | Unreadable | { readonly kind: 'more' } {
  let start = 0
  for (let line = 1; ; line += 1) {
    if (isAll && start >= text.length) return unreadable(whatIsMissing(line - 1, number))
    const end = text.indexOf('\n', start)
    if (end < 0 && !isAll) return { kind: 'more' }
    if (line === number) return text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '')
    start = end < 0 ? text.length : end + 1
  }
}

function whatIsMissing(lines: number, number: number): string {
  if (lines === 0) return 'it is empty'
  return `its header should be line ${number}, and it has ${lines === 1 ? 'one line' : `${lines} lines`}`
}
