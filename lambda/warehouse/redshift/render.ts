import type { Statement } from '../statement'
import { copyText } from './copy'
import { literal } from './quote'

/** Schema and table of the receipts. */
const RECEIPTS = 'penstock.receipts'

/** The only place where a statement becomes text for Redshift. */
export function render(statement: Statement): string {
  switch (statement.kind) {
    case 'begin':
      return 'BEGIN'
    case 'commit':
      return 'COMMIT'
    case 'rollback':
      return 'ROLLBACK'
    case 'limit-time':
      return `SET statement_timeout TO ${wholeNumber(statement.timeoutMs)}`
    case 'copy':
      return copyText(statement)
    case 'count-copied':
      return 'SELECT pg_last_copy_count() AS rows'
    case 'write-receipt': {
      const { batchId, target, files, rows, bytes, manifest } = statement.receipt
      return [
        `INSERT INTO ${RECEIPTS} (batch_id, target, files, row_count, bytes, manifest, loaded_at)`,
        `VALUES (${literal(batchId)}, ${literal(target)}, ${wholeNumber(files)}, ${wholeNumber(rows)}, ${wholeNumber(bytes)}, ${literal(manifest)}, GETDATE())`,
      ].join('\n')
    }
    case 'read-receipt':
      return [
        'SELECT batch_id, target, files, row_count, bytes, manifest',
        `FROM ${RECEIPTS}`,
        `WHERE batch_id = ${literal(statement.batchId)} AND target = ${literal(statement.target)}`,
      ].join('\n')
    case 'find-receipts-table':
      // pg_tables shows every table to everybody; IF NOT EXISTS would ask for the right to create even when it is there.
      return "SELECT tablename FROM pg_tables WHERE schemaname = 'penstock' AND tablename = 'receipts'"
    case 'create-receipts-schema':
      return 'CREATE SCHEMA IF NOT EXISTS penstock'
    case 'create-receipts-table':
      return [
        `CREATE TABLE IF NOT EXISTS ${RECEIPTS} (`,
        '  batch_id varchar(64) NOT NULL,',
        '  target varchar(512) NOT NULL,',
        '  files bigint NOT NULL,',
        '  row_count bigint NOT NULL,',
        '  bytes bigint NOT NULL,',
        '  manifest varchar(2048) NOT NULL,',
        '  loaded_at timestamp NOT NULL',
        ') DISTSTYLE EVEN SORTKEY (batch_id)',
      ].join('\n')
    case 'read-session-id':
      return 'SELECT pg_backend_pid() AS id'
    case 'end-session':
      return `SELECT pg_terminate_backend(${wholeNumber(Number(statement.sessionId))}) AS ended`
    case 'find-session':
      return `SELECT process FROM stv_sessions WHERE process = ${wholeNumber(Number(statement.sessionId))}`
    case 'read-load-errors':
      // A file may have a hundred thousand. What is not asked of this view: window functions, which a query that the leader
      // node answers alone does not have.
      return [
        'SELECT file_name, line_number, column_name, column_type, error_code, error_message',
        'FROM sys_load_error_detail',
        'INNER JOIN (',
        '  SELECT file_name AS first_file, MIN(line_number) AS first_line',
        '  FROM sys_load_error_detail',
        '  WHERE session_id = pg_backend_pid() AND query_id = pg_last_copy_id()',
        '  GROUP BY file_name',
        ') AS firsts ON file_name = first_file AND line_number = first_line',
        'WHERE session_id = pg_backend_pid() AND query_id = pg_last_copy_id()',
        'ORDER BY file_name, line_number',
        `LIMIT ${wholeNumber(statement.files)}`,
      ].join('\n')
  }
}

function wholeNumber(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a whole number: ${value}`)
  return String(value)
}
