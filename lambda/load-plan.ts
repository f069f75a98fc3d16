import type { CopyPlan } from './copy-plan'

/**
 * How a batch becomes rows of its table: what COPY is told, and what its transaction does besides. Two files with equal plans
 * can share a batch.
 */
export type LoadPlan = CopyPlan & {
  /** The columns are those that each file names; they are put into `columns` before a batch is made. */
  readonly match?: ColumnMatch
  /** @default the rows are added to those that are there */
  readonly mode?: Mode
  readonly lineage?: Lineage
  /** Statements in the transaction before the rows and after them, and alone once it is committed. */
  readonly before?: readonly string[]
  readonly after?: readonly string[]
  readonly afterCommit?: readonly string[]
}

/** `exactly-by-name`: a column of the table that the file lacks is a misfit, even if it has a default. */
export type ColumnMatch = 'by-name' | 'exactly-by-name'

/** `replace`: the rows of the table give way to those of the batch. */
export type Mode = 'replace' | { readonly merge: Merge }

/** Rows with the key of one that is there take its place. */
export interface Merge {
  /** @default the table's PRIMARY KEY */
  readonly key?: readonly string[]
  /** The row with the greatest value is the newest, in the batch and in the table. @default the rows of a batch are newer than the table's */
  readonly version?: string
  /** Rows that say that the row of their key is to go. */
  readonly delete?: {
    /** A column of the files; the table need not have it. */
    readonly column: string
    readonly values: readonly string[]
  }
}

/** Columns of the table that tell where a row came from; what is absent is not told. */
export interface Lineage {
  readonly batchId?: string
  /** The address of the file. It takes a COPY for each file. */
  readonly file?: string
  readonly loadedAt?: string
}

/** Whether its rows go through a temporary table, because they cannot go into their own as they are in the files. */
export function isStaged(plan: LoadPlan): boolean {
  const isByPlace = plan.format === 'parquet' || plan.format === 'orc'
  // COPY takes a columnar file's columns by their places, and whether it takes a list of others is not documented.
  return typeof plan.mode === 'object' || plan.lineage !== undefined || (isByPlace && plan.columns !== undefined)
}
