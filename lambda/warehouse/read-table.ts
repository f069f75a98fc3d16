import { PenstockError } from '../errors'
import type { TableName, TableShape } from '../model'
import { type ColumnRow, tableColumnOf } from './redshift/table-shape'
import type { Run } from './run'

/** A table as the catalogue tells it. Throws `NO_SUCH_TABLE` where it is not there, or may not be seen, and what the driver throws. */
export async function readTable(run: Run, { schema, table: name }: TableName): Promise<TableShape> {
  const table = { schema, table: name }
  const { rows } = await run({ kind: 'read-columns', table })
  if (rows.length === 0) {
    const message = `the table ${schema}.${name} is not there, or this user has no right to it: create it, or grant it`
    throw new PenstockError('NO_SUCH_TABLE', message)
  }
  const keys = await run({ kind: 'read-primary-key', table })
  return {
    columns: (rows as unknown as readonly ColumnRow[]).map(tableColumnOf),
    primaryKey: keys.rows.map((row) => String(row['name'])),
  }
}
