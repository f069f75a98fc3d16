import { PenstockError } from '../../errors'
import type { TableColumn } from '../../model'

/** A row of SVV_COLUMNS as the driver returns it. */
export interface ColumnRow {
  readonly name: string
  readonly type: string
  readonly length: string | number | null
  readonly precision: string | number | null
  readonly scale: string | number | null
  /** YES or NO. */
  readonly nullable: string
  readonly otherwise: string | null
}

/** A column as the catalogue tells it. docs: SVV_COLUMNS. */
export function tableColumnOf(row: ColumnRow): TableColumn {
  return {
    name: row.name,
    type: typeOf(row),
    nullable: row.nullable.trim().toUpperCase() === 'YES',
    otherwise: otherwiseOf(row.otherwise),
  }
}

/** Types whose length the view tells apart from their name. */
const WITH_LENGTH = /^(character|character varying|binary varying)$/

function typeOf({ name, type, length, precision, scale }: ColumnRow): string {
  const plain = type.trim().toLowerCase()
  // It becomes part of a statement as it is.
  if (!/^[a-z][a-z0-9 ]*$/.test(plain)) {
    const message = `the type of column ${JSON.stringify(name)}, ${JSON.stringify(type)}, is not one that is known`
    throw new PenstockError('UNKNOWN_TYPE', message)
  }
  if (WITH_LENGTH.test(plain) && length !== null) return `${plain}(${Number(length)})`
  if (plain === 'numeric' && precision !== null) return `numeric(${Number(precision)},${Number(scale ?? 0)})`
  return plain
}

/** Redshift tells an IDENTITY column by its default: `"identity"(100105, 0, '1,1'::text)`, or `default_identity(…)`. */
function otherwiseOf(text: string | null): TableColumn['otherwise'] {
  if (text === null || text === '') return 'null'
  if (/^"?default_identity"?\(/i.test(text)) return 'default-identity'
  return /^"?identity"?\(/i.test(text) ? 'identity' : 'default'
}
