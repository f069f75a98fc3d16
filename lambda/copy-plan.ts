import type { TakenBy } from './copy-matrix'
import type { Compression, FileOptions, FormatName, TableOptions } from './copy-options'

/** How one file is read by the warehouse: what COPY is told, as values. Two files with equal plans can share a batch. */
export type CopyPlan = {
  readonly schema: string
  readonly table: string
  /** Load into these columns, in this order. @default all of the table, in its order */
  readonly columns?: readonly string[]
  readonly compression: Compression
} & TableOptions &
  Format

/** A format with the options that it takes, and no others. */
export type Format = { [F in FormatName]: { readonly format: F } & OptionsOf<F> }[FormatName]

type OptionsOf<F extends FormatName> = Pick<FileOptions, TakenBy<F>> &
  (F extends 'fixedwidth' ? Required<Pick<FileOptions, 'fields'>> : unknown)
