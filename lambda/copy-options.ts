export type Compression = 'none' | 'gzip' | 'bzip2' | 'lzop' | 'zstd'

export type FormatName = 'csv' | 'delimited' | 'fixedwidth' | 'json' | 'avro' | 'orc' | 'parquet' | 'shapefile'

/** How the bytes of a file become values. Which format takes which is told by one table, `TAKES` in copy-matrix.ts. */
export interface FileOptions {
  /** One or more characters. @default a comma in CSV, a bar in delimited text */
  readonly delimiter?: string
  /** One character. @default a double quote */
  readonly quote?: string
  /** A backslash before a character means the character itself. */
  readonly escape?: boolean
  /** Quotes around a field are taken off. */
  readonly removeQuotes?: boolean
  /** The fields of a line, from left to right. */
  readonly fields?: readonly FixedWidthField[]
  /**
   * `auto` maps names to columns exactly, `auto ignorecase` in any case; an `s3://` address names a jsonpaths file; `noshred`
   * loads each record whole into one SUPER column (JSON). @default 'auto'
   */
  readonly paths?: 'auto' | 'auto ignorecase' | 'noshred' | `s3://${string}`
  /** Nested values become JSON text, for columns of type SUPER. */
  readonly serializeToJson?: boolean
  /** Geometries are made simpler, so that they fit. */
  readonly simplify?: Simplify
  /** The text that means NULL. */
  readonly nullText?: string
  /** Header lines to skip in each file. @default 0 */
  readonly headerLines?: number
  readonly ignoreBlankLines?: boolean
  /** Columns that are missing at the end of a record become empty or NULL. */
  readonly fillRecord?: boolean
  /** @default 'utf8' */
  readonly encoding?: Encoding
  /** Redshift's DATEFORMAT. @default Redshift's own, YYYY-MM-DD */
  readonly dateFormat?: string
  /** Redshift's TIMEFORMAT. @default Redshift's own, YYYY-MM-DD HH:MI:SS */
  readonly timeFormat?: string
  /** What is no date becomes NULL instead of an error. */
  readonly acceptAnyDate?: boolean
  /** Characters that are no UTF-8 are replaced, in VARCHAR columns, by this ASCII character; `true`: by a question mark. */
  readonly acceptInvChars?: boolean | string
  /** CHAR and VARCHAR fields of nothing but blanks become NULL. */
  readonly blanksAsNull?: boolean
  /** CHAR and VARCHAR fields that are empty become NULL. */
  readonly emptyAsNull?: boolean
  /** Numbers are rounded to the scale of their column. @default they are cut off */
  readonly roundDec?: boolean
  /** Blanks at the end of VARCHAR values are taken off. */
  readonly trimBlanks?: boolean
  /** Text that is too long for its column is cut off instead of an error. */
  readonly truncateColumns?: boolean
}

/** What the table is to do with what is loaded, whatever the files are. */
export interface TableOptions {
  /** Values of IDENTITY columns come from the file. */
  readonly explicitIds?: boolean
  /** How many rows are looked at to choose compression encodings. */
  readonly compRows?: number
  /** Whether Redshift chooses compression encodings: it acts on an empty table only. */
  readonly compUpdate?: 'on' | 'off' | 'preset'
  /** Whether statistics are updated: `on` needs the owner of the table or a superuser. @default Redshift's own: when the table was empty */
  readonly statUpdate?: 'on' | 'off'
}

/** One field of a line: what it is called says nothing to Redshift, and how wide it is. */
export interface FixedWidthField {
  readonly label: string
  readonly width: number
}

/** `auto`: only those that are too large, `tolerance` being the most; without it: all, by `tolerance`. */
export interface Simplify {
  readonly auto?: boolean | undefined
  readonly tolerance?: number | undefined
}

export type Encoding = 'utf8' | 'utf16' | 'utf16le' | 'utf16be' | 'iso88591'
