interface Report {
  readonly message: string
  readonly severity?: string
  readonly detail?: string
  readonly hint?: string
}

/** What `Error` says of a failure: the report of the warehouse as its JDBC driver writes it [aws/aws-sdk-js-v3#3056]. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, severity, detail, hint }: Report = error
  const lines = [severity === undefined ? message : `${severity}: ${message}`]
  if (detail !== undefined) lines.push(`  Detail: ${detail}`)
  if (hint !== undefined) lines.push(`  Hint: ${hint}`)
  return lines.join('\n')
}
