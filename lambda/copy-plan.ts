/** How one file is read by the warehouse: what COPY is told, as values. Two files with equal plans can share a batch. */
export type CopyPlan = {
  readonly schema: string
  readonly table: string
  /** Load into these columns, in this order. @default all of the table, in its order */
  readonly columns?: readonly string[]
  readonly compression: Compression
} & Format

export type Compression = 'none' | 'gzip' | 'bzip2' | 'zstd'

export type Format =
  | ({ readonly format: 'csv' } & CsvOptions)
  | ({ readonly format: 'json' } & JsonOptions)
  | { readonly format: 'parquet' }

export interface CsvOptions {
  /** One or more characters. @default a comma */
  readonly delimiter?: string
  /** One character. @default a double quote */
  readonly quote?: string
  /** Header lines to skip in each file. @default 0 */
  readonly headerLines?: number
  /** The text that means NULL. */
  readonly nullText?: string
  /** Redshift's DATEFORMAT. @default Redshift's own, YYYY-MM-DD */
  readonly dateFormat?: string
  /** Redshift's TIMEFORMAT. @default Redshift's own, YYYY-MM-DD HH:MI:SS */
  readonly timeFormat?: string
}

export interface JsonOptions {
  /** `auto` maps names to columns exactly, `auto ignorecase` in any case; an `s3://` address names a jsonpaths file. @default 'auto' */
  readonly paths?: 'auto' | 'auto ignorecase' | `s3://${string}`
  /** Redshift's DATEFORMAT. */
  readonly dateFormat?: string
  /** Redshift's TIMEFORMAT. */
  readonly timeFormat?: string
}
