import type { CopyPlan } from '../copy-plan'
import type { Receipt, S3Url, TableName, TargetId } from '../model'

/** Every statement that Penstock can issue. Nothing else ever reaches a warehouse. */
export type Statement =
  | { readonly kind: 'begin' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'limit-time'; readonly timeoutMs: number }
  | {
      readonly kind: 'copy'
      readonly plan: CopyPlan
      /** Into this temporary table and these columns of it, instead of the plan's. */
      readonly staged?: { readonly staging: Temporary; readonly columns: readonly string[] }
      readonly manifest: S3Url
      readonly role: CopyRole
      /** Only when the files lie in another region than the warehouse. */
      readonly region?: string
      /** Only look: load nothing, go on after errors, and note them. Not for every format. */
      readonly check?: true
    }
  /** Rows of the last COPY of this session, as `rows`. */
  | { readonly kind: 'count-copied' }
  | { readonly kind: 'clear-table'; readonly table: TableName }
  | { readonly kind: 'create-staging'; readonly staging: Temporary; readonly columns: readonly StagedColumn[] }
  /** Rows of a temporary table, as `rows`. */
  | { readonly kind: 'count-staged'; readonly staging: Temporary }
  /** Says of the rows that no file is told of yet that they came from this one, the `number`th of the batch. */
  | {
      readonly kind: 'mark-file'
      readonly staging: Temporary
      readonly column: string
      readonly url: S3Url
      readonly number: number
    }
  /** Fails with the number of rows that have NULL in the key, if there are any: see {@link NULL_KEYS}. */
  | { readonly kind: 'refuse-null-keys'; readonly staging: Temporary; readonly key: readonly string[] }
  | ({ readonly kind: 'choose-newest' } & Newest)
  | {
      readonly kind: 'delete-flagged'
      readonly table: TableName
      readonly newest: Temporary
      readonly key: readonly string[]
    }
  | { readonly kind: 'drop-flagged'; readonly newest: Temporary }
  | {
      readonly kind: 'merge'
      readonly table: TableName
      readonly newest: Temporary
      readonly key: readonly string[]
      readonly columns: readonly string[]
    }
  | {
      readonly kind: 'insert-staged'
      readonly table: TableName
      readonly staging: Temporary
      readonly columns: readonly string[]
    }
  | { readonly kind: 'drop-staging'; readonly staging: Temporary }
  /** The rows of a file that were read by the places of its columns, and which file it was. */
  | {
      readonly kind: 'move-read'
      readonly read: Temporary
      readonly staging: Temporary
      readonly columns: readonly string[]
      readonly file?: { readonly column: string; readonly url: S3Url; readonly number: number }
    }
  | { readonly kind: 'clear-read'; readonly read: Temporary }
  /** What the settings say is to be run besides, its values filled in. */
  | { readonly kind: 'given'; readonly text: string; readonly from: string }
  | { readonly kind: 'write-receipt'; readonly receipt: Omit<Receipt, 'rows'>; readonly rows: RowsOf }
  | { readonly kind: 'read-receipt'; readonly target: TargetId; readonly batchId: string }
  | { readonly kind: 'find-receipts-table' }
  | { readonly kind: 'create-receipts-schema' }
  | { readonly kind: 'create-receipts-table' }
  /** The columns of a table in its order, as `name`, `type`, `length`, `precision`, `scale`, `nullable`, `otherwise`. */
  | { readonly kind: 'read-columns'; readonly table: TableName }
  /** The columns of its PRIMARY KEY, as `name`. */
  | { readonly kind: 'read-primary-key'; readonly table: TableName }
  | { readonly kind: 'read-session-id' }
  | { readonly kind: 'end-session'; readonly sessionId: string }
  | { readonly kind: 'find-session'; readonly sessionId: string }
  /** Of each file of a COPY the first load error, of this session's last unless another is named; `files` is how many there are. */
  | { readonly kind: 'read-load-errors'; readonly files: number; readonly queryId?: number }

/** `default` is the warehouse's default role; several ARNs are a chain in which each may assume the next. */
export type CopyRole = 'default' | readonly string[]

/** The bare name of a temporary table: it belongs to the session, and goes with it. */
export type Temporary = string

/** A column of a temporary table. */
export interface StagedColumn {
  readonly name: string
  /** As in DDL. */
  readonly type: string
  readonly nullable: boolean
  /** What is there where nothing is loaded. */
  readonly otherwise?: { readonly text: string } | 'now'
}

/** Of all rows with one key, in the staged ones and in the table, the newest. */
export interface Newest {
  readonly newest: Temporary
  readonly staging: Temporary
  readonly table: TableName
  /** Columns that go into the table. */
  readonly columns: readonly string[]
  readonly key: readonly string[]
  /** With it the rows of the table take part. */
  readonly version?: string
  readonly flag?: { readonly column: string; readonly values: readonly string[] }
  /** A column with the number of the file: of rows without a version the later file's are newer. */
  readonly fileNumber?: true
  /** What else tells two rows apart, so that it is always the same one that wins. */
  readonly ties: readonly { readonly column: string; readonly isSuper?: true }[]
}

/** Rows that a transaction has loaded: a number, as many as are staged, or not known inside of it. */
export type RowsOf = number | { readonly staging: Temporary } | 'unknown'

/** What the text of a refusal of NULL keys begins with; the number of rows follows. */
export const NULL_KEYS = 'NULL_KEYS'
