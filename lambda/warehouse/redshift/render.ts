import type { RowsOf, Statement } from '../statement'
import { copyText } from './copy'
import { identifier, literal, tableName } from './quote'
import {
  chooseNewestText,
  createStagingText,
  deleteFlaggedText,
  dropFlaggedText,
  insertStagedText,
  markFileText,
  mergeText,
  moveReadText,
  refuseNullKeysText,
} from './staging'

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
    case 'clear-table':
      // TRUNCATE would commit.
      return `DELETE FROM ${tableName(statement.table)}`
    case 'create-staging':
      return createStagingText(statement)
    case 'count-staged':
      return `SELECT COUNT(*) AS rows FROM ${identifier(statement.staging)}`
    case 'mark-file':
      return markFileText(statement)
    case 'refuse-null-keys':
      return refuseNullKeysText(statement)
    case 'choose-newest':
      return chooseNewestText(statement)
    case 'delete-flagged':
      return deleteFlaggedText(statement)
    case 'drop-flagged':
      return dropFlaggedText(statement)
    case 'merge':
      return mergeText(statement)
    case 'insert-staged':
      return insertStagedText(statement)
    case 'drop-staging':
      return `DROP TABLE ${identifier(statement.staging)}`
    case 'move-read':
      return moveReadText(statement)
    case 'clear-read':
      return `DELETE FROM ${identifier(statement.read)}`
    case 'given':
      return statement.text
    case 'write-receipt': {
      const { batchId, target, files, bytes, manifest } = statement.receipt
      const values = [
        literal(batchId),
        literal(target),
        wholeNumber(files),
        rowsText(statement.rows),
        wholeNumber(bytes),
        literal(manifest),
        'GETDATE()',
      ].join(', ')
      const isCounted = typeof statement.rows === 'object'
      return [
        `INSERT INTO ${RECEIPTS} (batch_id, target, files, row_count, bytes, manifest, loaded_at)`,
        ...(isCounted ? [`SELECT ${values}`, `FROM ${identifier(statement.rows.staging)}`] : [`VALUES (${values})`]),
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
        '  row_count bigint,',
        '  bytes bigint NOT NULL,',
        '  manifest varchar(2048) NOT NULL,',
        '  loaded_at timestamp NOT NULL',
        ') DISTSTYLE EVEN SORTKEY (batch_id)',
      ].join('\n')
    case 'read-columns':
      return [
        'SELECT column_name AS name, data_type AS type, character_maximum_length AS length, numeric_precision AS precision,',
        '  numeric_scale AS scale, is_nullable AS nullable, column_default AS otherwise',
        'FROM svv_columns',
        `WHERE table_schema = ${literal(statement.table.schema)} AND table_name = ${literal(statement.table.table)}`,
        'ORDER BY ordinal_position',
      ].join('\n')
    case 'read-primary-key':
      return [
        'SELECT a.attname AS name',
        'FROM pg_constraint AS k',
        'INNER JOIN pg_class AS c ON c.oid = k.conrelid',
        'INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace',
        'INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey)',
        `WHERE k.contype = 'p' AND n.nspname = ${literal(statement.table.schema)} AND c.relname = ${literal(statement.table.table)}`,
        'ORDER BY a.attnum',
      ].join('\n')
    case 'read-session-id':
      return 'SELECT pg_backend_pid() AS id'
    case 'end-session':
      return `SELECT pg_terminate_backend(${wholeNumber(Number(statement.sessionId))}) AS ended`
    case 'find-session':
      return `SELECT process FROM stv_sessions WHERE process = ${wholeNumber(Number(statement.sessionId))}`
    case 'read-load-errors': {
      const ofCopy =
        statement.queryId === undefined
          ? 'session_id = pg_backend_pid() AND query_id = pg_last_copy_id()'
          : `query_id = ${wholeNumber(statement.queryId)}`
      // A file may have a hundred thousand. What is not asked of this view: window functions, which a query that the leader
      // node answers alone does not have.
      return [
        'SELECT file_name, line_number, column_name, column_type, error_code, error_message',
        'FROM sys_load_error_detail',
        'INNER JOIN (',
        '  SELECT file_name AS first_file, MIN(line_number) AS first_line',
        '  FROM sys_load_error_detail',
        `  WHERE ${ofCopy}`,
        '  GROUP BY file_name',
        ') AS firsts ON file_name = first_file AND line_number = first_line',
        `WHERE ${ofCopy}`,
        'ORDER BY file_name, line_number',
        `LIMIT ${wholeNumber(statement.files)}`,
      ].join('\n')
    }
  }
}

function rowsText(rows: RowsOf): string {
  if (typeof rows === 'object') return 'COUNT(*)'
  return rows === 'unknown' ? 'NULL' : wholeNumber(rows)
}

function wholeNumber(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a whole number: ${value}`)
  return String(value)
}
