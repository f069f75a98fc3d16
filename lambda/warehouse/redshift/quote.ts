import { PenstockError } from '../../errors'
import type { TableName } from '../../model'

/** A name in double quotes. Redshift folds unquoted names to lower case and looks quoted ones up as they are. */
export function identifier(name: string): string {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > MAX_IDENTIFIER_BYTES) {
    throw new PenstockError('MALFORMED_SETTINGS', `not a name that Redshift takes: ${JSON.stringify(name)}`)
  }
  return `"${name.replaceAll('"', '""')}"`
}

/** A table with its schema. */
export function tableName({ schema, table }: TableName): string {
  return `${identifier(schema)}.${identifier(table)}`
}

/** Redshift's limit for names, in bytes. */
const MAX_IDENTIFIER_BYTES = 127

/**
 * A text in single quotes, meant to the letter. Redshift descends from PostgreSQL 8.0, in which a backslash in an
 * ordinary literal is an escape, so a backslash is doubled like a quote.
 */
export function literal(text: string): string {
  if (text.includes('\0')) throw new PenstockError('MALFORMED_SETTINGS', 'a NUL character cannot stand in SQL')
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

/** An `s3://` address. How Redshift reads a backslash there is not documented, so one that has it is refused. */
export function address(url: string): string {
  if (url.includes('\\')) {
    throw new PenstockError('MALFORMED_SETTINGS', `an address with a backslash cannot be told to Redshift: ${url}`)
  }
  return literal(url)
}
