import { applyEdits } from '../redshift/edits'
import { isSymbol, splitStatements } from '../redshift/sql-tokens'
import type { Parameter } from './statements'

/** A statement as a driver sends it: with `$1` in the place of `:name`. */
export interface Bound {
  readonly text: string
  readonly values: readonly string[]
  /** The names that the statement has used. */
  readonly used: readonly string[]
}

/** Puts values in the place of names; a name that nothing was given for stays, and the database refuses it. */
export function bindParameters(sql: string, parameters: readonly Parameter[]): Bound {
  const [statement, ...others] = splitStatements(sql)
  if (parameters.length === 0 || statement === undefined || others.length > 0)
    return { text: sql, values: [], used: [] }
  const used: string[] = []
  const edits = statement.tokens.flatMap((colon, at) => {
    const name = statement.tokens[at + 1]
    const isCast = isSymbol(statement.tokens[at - 1], ':')
    if (!isSymbol(colon, ':') || isCast || name?.kind !== 'word' || name.start !== colon.end) return []
    // Tokens are in lower case, names are not.
    const written = statement.sql.slice(name.start, name.end)
    if (!parameters.some((parameter) => parameter.name === written)) return []
    if (!used.includes(written)) used.push(written)
    return [{ start: colon.start, end: name.end, text: `$${used.indexOf(written) + 1}` }]
  })
  const values = used.map((name) => parameters.find((parameter) => parameter.name === name)?.value ?? '')
  return { text: applyEdits(statement.sql, edits), values, used }
}
