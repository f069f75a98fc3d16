import { type Figure, isReached, type Section, spreadOf } from './figure'
import { type Machine, machineText } from './machine'
import { alignTables, type Column, tableOf } from './markdown-table'
import { exactly, threeDigits } from './number-text'

/** A section and the name of the measurement that it comes from. */
export interface Measured {
  readonly measurement: string
  readonly section: Section
}

/** A measurement that came to nothing, and why. */
export interface Failed {
  readonly measurement: string
  readonly why: string
}

export interface Results {
  readonly machine: Machine
  /** Whether fewer runs and smaller numbers were asked for. */
  readonly quick: boolean
  readonly measured: readonly Measured[]
}

/** Everything, for a person: a line of the machine, a heading for each section with what it is about, its figures, and what it adds. */
export function reportOf({ machine, quick, measured }: Results, failed: readonly Failed[] = []): string {
  return paragraphs(
    `Measured on ${machineText(machine)}.`,
    quick ? 'Quick: fewer runs and smaller numbers, good for seeing that it works.' : undefined,
    ...measured.flatMap(({ section: { title, about, figures, more } }) => [
      `### ${title}`,
      about,
      figures.length === 0 ? undefined : tableOfFigures(figures),
      more === undefined ? undefined : alignTables(more.trim()),
    ]),
    ...failed.flatMap(({ measurement, why }) => [`### ${measurement}`, `Not measured: ${why}`]),
  )
}

/** The figures that stand for all, of every section, and when and where they were measured. */
export function headlinesOf({ machine, measured }: Results): string {
  const figures = measured.flatMap(({ section }) => section.figures.filter(({ headline }) => headline === true))
  return paragraphs(tableOfFigures(figures), `Measured on ${machineText(machine)}.`)
}

/** The same for a program: every value of every run. */
export function jsonOf(results: Results, failed: readonly Failed[] = []): string {
  return `${JSON.stringify({ ...results, ...(failed.length === 0 ? {} : { failed }) }, null, 2)}\n`
}

const COLUMNS: readonly Column[] = [
  { title: 'figure' },
  { title: 'median', align: 'right' },
  { title: 'spread (min – max)', align: 'right' },
  { title: 'unit' },
  { title: 'runs', align: 'right' },
  { title: 'to reach' },
  { title: 'the deprecated loader' },
]

function tableOfFigures(figures: readonly Figure[]): string {
  return tableOf(COLUMNS, figures.map(rowOf))
}

function rowOf(figure: Figure): readonly string[] {
  const { name, unit, values, rival } = figure
  const { min, median, max } = spreadOf(values)
  const spread = values.length === 1 ? NOTHING : `${threeDigits(min)} – ${threeDigits(max)}`
  return [name, threeDigits(median), spread, unit, String(values.length), reachText(figure), rival ?? NOTHING]
}

const NOTHING = '–'

function reachText(figure: Figure): string {
  const { reach } = figure
  if (reach === undefined) return NOTHING
  const aim = 'atLeast' in reach ? `≥ ${exactly(reach.atLeast)}` : `≤ ${exactly(reach.atMost)}`
  return `${aim} ${isReached(figure) ? '✓' : '✗'}`
}

function paragraphs(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('\n\n')
}
