import type { Backend } from './backend'
import { notEmbedded, RedshiftError } from './errors'
import { type Merge, parseMerge } from './merge-grammar'
import type { SpecialResult } from './run-special'
import { quoteLiteral, quoteName, type Statement, splitStatements } from './sql-tokens'
import { MERGE_MARK } from './write-locks.sql'

/**
 * MERGE, as Postgres' own or, with REMOVE DUPLICATES, as a deletion and an insertion in one statement.
 *
 * Source: the Redshift guide's r_MERGE. That several different source rows of one target row are refused by REMOVE
 * DUPLICATES too is our reading of it; equal ones become one.
 */
export async function runMerge(
  backend: Backend,
  statement: Statement,
  rewrite: (statement: Statement) => string,
): Promise<SpecialResult> {
  const merge = parseMerge(statement)
  await refuseTables(backend, merge)
  const [said] = merge.removesDuplicates ? splitStatements(replaceSql(merge)) : [statement]
  if (said === undefined) throw notEmbedded('read this MERGE')
  const { tag } = await backend.run(`${MERGE_MARK}${rewrite(said)}`).catch((error: unknown) => {
    throw asMergeError(error)
  })
  return { tag: `MERGE ${tag.split(' ').at(-1)}`, notices: [] }
}

/** What can only be told with the catalogue: the target must be a table, and not the source as well. */
async function refuseTables(backend: Backend, { target, sourceTable }: Merge): Promise<void> {
  const isSource = sourceTable === undefined ? 'false' : `oid = to_regclass(${quoteLiteral(sourceTable)})`
  const { rows } = await backend.run(
    `SELECT relkind, ${isSource} FROM pg_class WHERE oid = to_regclass(${quoteLiteral(target.sql)})`,
  )
  const [row] = rows
  if (row === undefined) throw new RedshiftError('42P01', `relation "${target.name}" does not exist`)
  if (row[0] !== 'r') throw new RedshiftError('42809', `cannot merge into "${target.name}": it is not a table`)
  if (row[1] === 't') throw new RedshiftError('0A000', 'source and target of MERGE cannot be the same table')
}

function replaceSql({ target, source, sourceName, condition }: Merge): string {
  const rows = `SELECT * FROM ${target.sql} WHERE false UNION SELECT * FROM ${source}`
  const distinct = `(SELECT DISTINCT * FROM ${source}) AS ${quoteName(sourceName)}`
  return [
    // UNION wants as many columns on both sides, of types that go together, and leaves single copies.
    `WITH penstock_rows AS MATERIALIZED (${rows}),`,
    'penstock_matches AS MATERIALIZED (',
    `  SELECT penstock_system.only_one(count(*)) FROM ${target.sql}, ${distinct} WHERE ${condition}`,
    `  GROUP BY ${target.sql}.ctid),`,
    `penstock_gone AS (DELETE FROM ${target.sql} USING ${source} WHERE ${condition})`,
    `INSERT INTO ${target.sql} SELECT * FROM penstock_rows WHERE (SELECT count(*) FROM penstock_matches) >= 0`,
  ].join('\n')
}

function asMergeError(error: unknown): unknown {
  if (!(error instanceof RedshiftError)) return error
  if (error.sqlState === '21000') return new RedshiftError('XX000', 'Found multiple matches to update the same tuple')
  if (/^each UNION query|^UNION types /.test(error.message)) {
    return new RedshiftError('42804', 'MERGE … REMOVE DUPLICATES needs source and target to have the same columns')
  }
  return error
}
