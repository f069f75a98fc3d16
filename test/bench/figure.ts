/** What is to be reached: at least or at most so much, in the figure's unit. */
export type Reach = { readonly atLeast: number } | { readonly atMost: number }

/** One measured figure: a value for each run. */
export interface Figure {
  /** A sentence's subject: `import of on-load`, `files/s from event to recorded, batch 100`. */
  readonly name: string
  /** `ms`, `files/s`, `requests/file`, `MB`, `$ per million files`. */
  readonly unit: string
  /** One for each run, never empty. What is counted instead of timed has one run. */
  readonly values: readonly number[]
  readonly reach?: Reach
  /** The same of the deprecated loader, as it was measured; the page says where the figures come from. */
  readonly rival?: string
  /** Whether it stands in the README's table. @default false */
  readonly headline?: boolean
}

/** Figures that belong together, and what a reader has to know of them. */
export interface Section {
  readonly title: string
  /** What was done, in a sentence or two: data, load, what stands in for AWS. */
  readonly about: string
  readonly figures: readonly Figure[]
  /** Tables and remarks of its own, as Markdown. */
  readonly more?: string
}

/** How a benchmark is run. */
export interface BenchOptions {
  /** Everything in under a minute: fewer runs, smaller numbers. */
  readonly quick: boolean
  /** Tells a person who waits what is going on. */
  readonly say: (line: string) => void
}

/** A part of the benchmark. `name` is what `--only` takes. */
export interface Measurement {
  readonly name: string
  readonly measure: (options: BenchOptions) => Promise<Section>
}

/** Least, middle and greatest of the values. */
export function spreadOf(values: readonly number[]): {
  readonly min: number
  readonly median: number
  readonly max: number
} {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const middle = Math.floor(sorted.length / 2)
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2
  return { min: at(0), median, max: at(sorted.length - 1) }
}

/** Whether the median is what was to be reached; `undefined` if nothing was. */
export function isReached({ values, reach }: Figure): boolean | undefined {
  if (reach === undefined) return undefined
  const { median } = spreadOf(values)
  return 'atLeast' in reach ? median >= reach.atLeast : median <= reach.atMost
}
