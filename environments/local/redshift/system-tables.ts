import type { Backend } from './backend'
import type { TargetTable } from './copy-table'
import type { RowError } from './load-rows'
import { addressOf, type S3ObjectInfo } from './s3-objects'
import { quoteLiteral } from './sql-tokens'

/** A load that has ended, for better or worse. */
export interface LoadRecord {
  readonly queryId: number
  readonly sessionId: number
  readonly table: TargetTable
  readonly status: 'completed' | 'aborted'
  readonly source: string
  readonly format: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly endedAt: number
  readonly rowCount: number
  readonly files: readonly S3ObjectInfo[]
  /** How many of the files, from the first, were read. */
  readonly scanned: readonly { readonly file: S3ObjectInfo; readonly lines: number }[]
  readonly errors: readonly RowError[]
  readonly errorCount: number
}

/** Redshift's memory of loads. It is written on a session of its own, so no rollback of a client undoes it. */
export interface SystemTables {
  nextQueryId(): number
  write(record: LoadRecord): Promise<void>
}

/** The system tables of a database that `bootSql` has prepared. */
export function makeSystemTables(backend: Pick<Backend, 'run'>, database: string): SystemTables {
  let lastQueryId = 0
  return {
    nextQueryId: () => ++lastQueryId,
    write: async (record) => {
      await backend.run(insertSql(record, database))
    },
  }
}

function insertSql(record: LoadRecord, database: string): string {
  const { table, queryId, sessionId, startedAt, endedAt, files, errors, scanned } = record
  const [started, ended] = [timestamp(startedAt), timestamp(endedAt)]
  const size = (some: readonly { readonly sizeBytes: number }[]) =>
    some.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const scannedBytes = size(scanned.map(({ file }) => file))
  return [
    insert('load_history', [
      [
        table.userId,
        queryId,
        table.transactionId,
        sessionId,
        database,
        record.status,
        table.name,
        started,
        ended,
        (endedAt - startedAt) * 1_000,
        record.source,
        record.format,
        record.rowCount,
        scannedBytes,
        files.length,
        size(files),
        scanned.length,
        scannedBytes,
        record.errorCount,
      ],
    ]),
    insert(
      'load_detail',
      scanned.map(({ file, lines }) => {
        const modified = timestamp(file.lastModified.getTime())
        const name = cut(addressOf(file), 256)
        return [table.userId, queryId, name, file.sizeBytes, lines, ended, started, ended, file.etag, modified]
      }),
    ),
    insert(
      'load_errors',
      errors.map(({ file, line, column, problem, rawLine, rawField }) => [
        table.userId,
        queryId,
        table.transactionId,
        sessionId,
        database,
        table.oid,
        started,
        cut(addressOf(file), 256),
        line,
        cut(column?.name ?? '', 127),
        cut(column?.type ?? '', 10),
        lengthOf(column),
        problem.position ?? 0,
        problem.code,
        cut(problem.reason, 512),
        cut(rawLine, 1_024),
        cut(rawField, 1_024),
      ]),
    ),
  ]
    .filter((sql) => sql !== '')
    .join(';\n')
}

type Value = string | number

function insert(table: string, rows: readonly (readonly Value[])[]): string {
  if (rows.length === 0) return ''
  const value = (one: Value) => (typeof one === 'number' ? String(one) : quoteLiteral(one))
  return `INSERT INTO penstock_system.${table} VALUES ${rows.map((row) => `(${row.map(value).join(', ')})`).join(', ')}`
}

function lengthOf(column: RowError['column']): string {
  if (column === undefined) return ''
  return column.type === 'numeric' ? `${column.precision}, ${column.scale}` : String(column.maxBytes ?? '')
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
}

/** Cut to so many bytes, never inside a character, as the CHAR columns of the real tables are. */
function cut(text: string, maxBytes: number): string {
  const clean = text.replaceAll('\0', ' ')
  const bytes = Buffer.from(clean)
  if (bytes.length <= maxBytes) return clean
  return new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: true })
}
