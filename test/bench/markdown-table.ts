/** A table as the formatter of this project writes it: padded, so that it can be read as text and stays as it is. */
export function tableOf(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`
  const rule = columns.map(({ align }) => (align === 'right' ? '--:' : '---'))
  return alignTables([line(columns.map(({ title }) => title)), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n'))
}

export interface Column {
  readonly title: string
  /** @default 'left' */
  readonly align?: 'right'
}

/** Pads every table of a text. What is fenced as code stays as it is. */
export function alignTables(markdown: string): string {
  const aligned: string[] = []
  let table: string[] = []
  let fenced = false
  const endTable = () => {
    aligned.push(...(RULE.test(table[1] ?? '') ? padded(table) : table))
    table = []
  }
  for (const line of markdown.split('\n')) {
    if (!fenced && line.startsWith('|')) {
      table.push(line)
      continue
    }
    endTable()
    if (line.startsWith('```')) fenced = !fenced
    aligned.push(line)
  }
  endTable()
  return aligned.join('\n')
}

const RULE = /^\|(\s*:?-+:?\s*\|)+\s*$/
/** A rule needs three characters. */
const LEAST_WIDTH = 3

function padded(lines: readonly string[]): readonly string[] {
  const [head = [], rule = [], ...body] = lines.map(cellsOf)
  const toTheRight = rule.map((cell) => cell.endsWith(':'))
  const widths = head.map((_, column) =>
    Math.max(LEAST_WIDTH, ...[head, ...body].map((cells) => lengthOf(cells[column] ?? ''))),
  )
  const row = (cells: readonly string[]) =>
    widths.map((width, column) => {
      const cell = cells[column] ?? ''
      const space = ' '.repeat(width - lengthOf(cell))
      return toTheRight[column] ? space + cell : cell + space
    })
  const dashes = widths.map((width, column) => (toTheRight[column] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)))
  return [row(head), dashes, ...body.map(row)].map((cells) => `| ${cells.join(' | ')} |`)
}

function cellsOf(line: string): readonly string[] {
  const inner = line.trim().replace(/^\|/, '').replace(/\|$/, '')
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim())
}

function lengthOf(text: string): number {
  return [...text].length
}

function escaped(cell: string): string {
  return cell.replace(/\s*\n\s*/g, ' ').replace(/(?<!\\)\|/g, '\\|')
}
