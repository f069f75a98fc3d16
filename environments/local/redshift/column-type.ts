import { closing } from './brackets'
import { type Edit, replace } from './edits'
import { isSymbol, isWord, type Token } from './sql-tokens'

const BARE_TYPES: Readonly<Record<string, string>> = {
  varchar: 'varchar(256)',
  nvarchar: 'varchar(256)',
  text: 'varchar(256)',
  bpchar: 'char(256)',
  decimal: 'decimal(18,0)',
  numeric: 'numeric(18,0)',
  datetime: 'timestamp',
  varbyte: 'bytea',
  varbinary: 'bytea',
}
const LENGTHY_TYPES: Readonly<Record<string, string>> = {
  nvarchar: 'varchar',
  nchar: 'char',
  varbyte: 'bytea',
  varbinary: 'bytea',
}

/**
 * The type of a column definition, with Redshift's default lengths and names.
 *
 * Sources: the Redshift guide's r_Character_types, r_Numeric_types201 and r_VARBYTE_type.
 */
export function columnType(element: readonly Token[]): Edit[] {
  const type = element[1]
  if (type === undefined) return []
  if (isWord(element[2], 'varying')) return varying(element)
  const hasLength = isSymbol(element[2], '(')
  const renamed = hasLength ? LENGTHY_TYPES[type.value] : BARE_TYPES[type.value]
  if (hasLength && isWord(element[3], 'max')) return [replace(element, 1, 4, 'varchar(65535)')]
  if (renamed === undefined) return []
  return [replace(element, 1, hasLength && renamed === 'bytea' ? closing(element, 2) : 1, renamed)]
}

/** CHARACTER VARYING and BINARY VARYING, each with a length or without. */
function varying(element: readonly Token[]): Edit[] {
  const hasLength = isSymbol(element[3], '(')
  if (isWord(element[1], 'binary')) return [replace(element, 1, hasLength ? closing(element, 3) : 2, 'bytea')]
  if (!hasLength) return [replace(element, 1, 2, 'varchar(256)')]
  return isWord(element[4], 'max') ? [replace(element, 1, 5, 'varchar(65535)')] : []
}
