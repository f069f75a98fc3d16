import type { CopyPlan } from '../copy-plan'
import type { Receipt, S3Url, TargetId } from '../model'

/** Every statement that Penstock can issue. Nothing else ever reaches a warehouse. */
export type Statement =
  | { readonly kind: 'begin' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'limit-time'; readonly timeoutMs: number }
  | {
      readonly kind: 'copy'
      readonly plan: CopyPlan
      readonly manifest: S3Url
      readonly role: CopyRole
      /** Only when the files lie in another region than the warehouse. */
      readonly region?: string
      /** Only look: load nothing, go on after errors, and note them. Not for every format. */
      readonly check?: true
    }
  /** Rows of the last COPY of this session, as `rows`. */
  | { readonly kind: 'count-copied' }
  | { readonly kind: 'write-receipt'; readonly receipt: Receipt }
  | { readonly kind: 'read-receipt'; readonly target: TargetId; readonly batchId: string }
  | { readonly kind: 'find-receipts-table' }
  | { readonly kind: 'create-receipts-schema' }
  | { readonly kind: 'create-receipts-table' }
  | { readonly kind: 'read-session-id' }
  | { readonly kind: 'end-session'; readonly sessionId: string }
  | { readonly kind: 'find-session'; readonly sessionId: string }
  /** Of each file of this session's last COPY the first load error; `files` is how many there are. */
  | { readonly kind: 'read-load-errors'; readonly files: number }

/** `default` is the warehouse's default role; several ARNs are a chain in which each may assume the next. */
export type CopyRole = 'default' | readonly string[]
