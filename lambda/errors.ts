import type { TargetId } from './model'

/** Every code that Penstock itself gives an error. What the warehouse says keeps its SQLSTATE. */
export type ErrorCode =
  | 'MALFORMED_EVENT'
  | 'MALFORMED_SETTINGS'
  | 'MALFORMED_PROGRESS'
  | 'OBJECT_GONE'
  | 'OBJECT_CHANGED'
  | 'SECRET_NOT_SET'
  | 'CREDENTIALS_DENIED'
  | 'UNKNOWN_WAREHOUSE'
  | 'LOST_LEASE'
  | 'INCOMPLETE_WRITE'
  | 'UNEXPECTED_ANSWER'
  | 'UNKNOWN_TYPE'
  | 'NO_SUCH_TABLE'

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

/** A wake that could not be sent, and what was thrown or answered instead. */
export interface UnsentWake {
  readonly target: TargetId
  readonly why: unknown
}

/** Of the wakes that were to be sent, those that were not; `code` and message are those of the first. */
export class WakesNotSent extends Error {
  override readonly name = 'WakesNotSent'
  readonly code: string
  constructor(readonly unsent: readonly [UnsentWake, ...UnsentWake[]]) {
    const [{ why: cause }, ...others] = unsent
    super(others.length === 0 ? messageOf(cause) : `${messageOf(cause)} (and ${others.length} more)`, { cause })
    this.code = codeOf(cause) ?? 'UNEXPECTED'
  }
}

/** The message of whatever was thrown. Errors are known by their shape: one from another realm is no `instanceof` ours. */
export function messageOf(error: unknown): string {
  return hasText(error, 'message') ? error.message : String(error)
}

/** The `code` of whatever was thrown: ours, Node's (`ECONNREFUSED`) or a SQLSTATE. */
export function codeOf(error: unknown): string | undefined {
  return hasText(error, 'code') ? error.code : undefined
}

/** Whether it has fields at all. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function hasText<Name extends string>(error: unknown, name: Name): error is Record<Name, string> {
  return isRecord(error) && typeof error[name] === 'string'
}
