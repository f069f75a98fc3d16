import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A row as its source has it, by the names in the header. */
export type SourceRow = Readonly<Record<string, string>>

const DATA = join(dirname(require.resolve('vega-datasets')), '..', 'data')

/** The rows of a CSV file of the package `vega-datasets`, read here and not by the loader. */
export function rowsOf(name: string): readonly SourceRow[] {
  const [header = '', ...lines] = readFileSync(join(DATA, name), 'utf8').trimEnd().split(/\r?\n/)
  const names = fieldsOf(header)
  return lines.map((line) => Object.fromEntries(fieldsOf(line).map((value, at) => [names[at] ?? '', value])))
}

/** A CSV file of these columns. */
export function csvOf(columns: readonly string[], rows: readonly SourceRow[]): string {
  const line = (values: readonly string[]) => values.map(quoted).join(',')
  return [line(columns), ...rows.map((row) => line(columns.map((name) => row[name] ?? ''))), ''].join('\n')
}

/** No field of these files holds a line end. */
function fieldsOf(line: string): readonly string[] {
  const fields = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, field = '']) => field)
  // The end of the line matches once more.
  return (line.endsWith(',') ? fields : fields.slice(0, -1)).map((field) =>
    field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field,
  )
}

function quoted(value: string): string {
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}
