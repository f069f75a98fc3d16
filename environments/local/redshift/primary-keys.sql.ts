import type { Edit } from './edits'
import { isSymbol, isWord, quoteName, type Token } from './sql-tokens'

/**
 * How a primary key is kept, which Redshift knows and does not enforce [docs: t_Defining_constraints]: as a CHECK that is
 * not enforced either. It goes with its table and column, is renamed and rolled back with them, and costs no row a thought.
 * Nothing else here is NOT ENFORCED, so that tells it.
 */
export function primaryKeyText(name: string, columns: readonly string[]): string {
  const check = columns.map((column) => `${quoteName(column)} IS NOT NULL`).join(' AND ')
  return `CONSTRAINT ${quoteName(name)} CHECK (${check}) NOT ENFORCED`
}

/** What Redshift calls a primary key that was given no name. */
export function defaultKeyName(table: string): string {
  return `${table}_pkey`
}

/** The catalogue of constraints as Redshift has it: with primary keys, and without Postgres' rows for NOT NULL. */
export const PRIMARY_KEYS = `
CREATE VIEW penstock_system.pg_constraint AS
  SELECT oid, conname, connamespace,
    CASE WHEN contype = 'c' AND NOT conenforced THEN 'p'::"char" ELSE contype END AS contype,
    condeferrable, condeferred, conrelid, contypid, confrelid, confupdtype, confdeltype, confmatchtype, conkey, confkey,
    conbin
  FROM pg_catalog.pg_constraint WHERE contype IN ('c', 'f', 'p', 'u');
GRANT SELECT ON penstock_system.pg_constraint TO PUBLIC`

/** Makes a query of `pg_constraint` one of the view above. */
export function redirectConstraints(tokens: readonly Token[]): Edit[] {
  return tokens.flatMap((token, at): Edit[] => {
    if (!isWord(token, 'pg_constraint') || isSymbol(tokens[at + 1], '.')) return []
    const isQualified = isSymbol(tokens[at - 1], '.')
    const first = isQualified ? tokens[at - 2] : token
    if (first === undefined || (isQualified && !isWord(first, 'pg_catalog'))) return []
    return [{ start: first.start, end: token.end, text: 'penstock_system.pg_constraint' }]
  })
}
