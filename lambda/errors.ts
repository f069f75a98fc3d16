/** Every code that Penstock itself gives an error. What the warehouse says keeps its SQLSTATE. */
export type ErrorCode =
  | 'MALFORMED_EVENT'
  | 'MALFORMED_SETTINGS'
  | 'OBJECT_GONE'
  | 'SECRET_NOT_SET'
  | 'OUTCOME_UNKNOWN'
  | 'WAREHOUSE_UNREACHABLE'
  | 'UNKNOWN_WAREHOUSE'
  | 'LOST_LEASE'
  | 'INCOMPLETE_WRITE'

/** An error that tells what happened, to which object, and what to do; `cause` is what was thrown first. */
export class PenstockError extends Error {
  override readonly name = 'PenstockError'
  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options)
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The `code` of whatever was thrown: ours, Node's (`ECONNREFUSED`) or a SQLSTATE. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
