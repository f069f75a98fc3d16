/** An error as Redshift reports it: goes to the client as an ErrorResponse and aborts its transaction. */
export class RedshiftError extends Error {
  /**
   * @param sqlState five characters; XX000 is what Redshift itself uses for most of its own errors
   * @param where Postgres' context, e.g. `COPY t, line 3, column a`; never sent to the client
   */
  constructor(
    readonly sqlState: string,
    message: string,
    readonly detail?: string,
    readonly where?: string,
  ) {
    super(message)
    this.name = 'RedshiftError'
  }
}

/** 42601, in the words of the parser that Redshift inherited. */
export function syntaxError(near: string): RedshiftError {
  return new RedshiftError('42601', near === '' ? 'syntax error at end of input' : `syntax error at or near "${near}"`)
}

/** 0A000 for what Redshift can do and this fake can not: it must never be mistaken for Redshift's own refusal. */
export function notEmbedded(what: string): RedshiftError {
  return new RedshiftError('0A000', `the embedded environment can't ${what}`)
}

/** A load that began and failed: it has a query id, and `pg_last_copy_id()` gives it. */
export class FailedLoad extends RedshiftError {
  constructor(
    readonly queryId: number,
    cause: RedshiftError,
  ) {
    super(cause.sqlState, cause.message, cause.detail, cause.where)
  }
}

/** A mistake of the fake itself is told to the client too, and nothing else dies of it. */
export function asRedshiftError(error: unknown): RedshiftError {
  if (error instanceof RedshiftError) return error
  const stack = typeof error === 'object' && error !== null && 'stack' in error ? error.stack : undefined
  const text = String(stack ?? messageOf(error))
  return new RedshiftError('XX000', `the embedded environment has a problem of its own: ${text}`)
}

/** What a thrown value says; not every error of another realm, e.g. of Node's own streams in a test, is an Error here. */
export function messageOf(error: unknown): string {
  const isObject = typeof error === 'object' && error !== null
  return isObject && 'message' in error ? String(error.message) : String(error)
}
