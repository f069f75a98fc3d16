/** Longest identifier in Redshift, in bytes. https://docs.aws.amazon.com/redshift/latest/dg/r_names.html */
export const MAX_IDENTIFIER_BYTES = 127

/** What a plain identifier is, for messages. */
export const PLAIN_IDENTIFIER = `letters a–z, digits, _ and $, no digit or $ first, at most ${MAX_IDENTIFIER_BYTES} characters`

/**
 * Whether a name may become a schema or table. Warehouses would take more between quotes; a name that needs none can
 * do no harm wherever it is printed.
 */
export function isPlainIdentifier(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_$]{0,126}$/.test(name)
}

/** Upper and lower case are the same table, as they are for a warehouse that reads a name without quotes. */
export function foldIdentifier(name: string): string {
  return name.toLowerCase()
}

/** Whether a folded name belongs to the warehouse itself or to Penstock, so that no key may choose it. */
export function isReserved(kind: 'schema' | 'table', name: string): boolean {
  return name.startsWith('pg_') || (kind === 'schema' && RESERVED_SCHEMAS.has(name))
}

const RESERVED_SCHEMAS: ReadonlySet<string> = new Set(['information_schema', 'penstock', 'sys'])
