import type { Statement } from './statement'

/**
 * Runs a statement and returns its rows. It throws what the driver throws: an error of the server has `severity` and
 * SQLSTATE, anything else means that nobody knows whether the statement was done.
 * @param patienceMs without an answer for so long, the connection is taken for lost
 */
export type Run = (
  statement: Statement,
  patienceMs?: number,
) => Promise<{ readonly rows: readonly Record<string, unknown>[] }>

/** Far longer than any statement but COPY and COMMIT takes; a network that falls silent is noticed after it. */
export const PATIENCE_MS = 30_000

/** After its own timeout a statement is cancelled by the warehouse; this much later nobody is there any more. */
export const GRACE_MS = 3_000
