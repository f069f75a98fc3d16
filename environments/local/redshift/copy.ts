import type { Backend, CopyFeed } from './backend'
import type { Unescape } from './convert-value'
import { findFiles } from './copy-files'
import { parseCopy } from './copy-grammar'
import { type Format, type LoadPlan, planLoad } from './copy-options'
import { findTarget, type TargetTable } from './copy-table'
import { asRedshiftError, FailedLoad, RedshiftError } from './errors'
import { unescapeJson } from './json-bytes'
import { readJsonPaths } from './json-paths'
import { feedFiles, type ScannedFile } from './load-files'
import { makeRowLoader, type RowError, type RowLoader, TooManyErrors } from './load-rows'
import type { ReadRows } from './read-blocks'
import { csvReader, undoubled } from './read-csv'
import { delimitedReader, unescapeBackslashes } from './read-delimited'
import { fixedWidthReader } from './read-fixed-width'
import { type JsonShape, jsonReader } from './read-json'
import { makeS3Objects, readAddress, type S3Objects } from './s3-objects'
import type { CopyResult, RunCopy } from './session'
import type { Statement } from './sql-tokens'
import type { SystemTables } from './system-tables'

/** What COPY needs. */
export interface CopyPorts {
  readonly s3: { readonly endpoint: string; readonly region: string }
  readonly system: SystemTables
}

/** COPY … FROM 's3://…', as COPY … FROM STDIN on the session's own backend: part of its transaction, all or nothing. */
export function makeCopy({ s3: where, system }: CopyPorts): { readonly run: RunCopy; readonly close: () => void } {
  const s3 = makeS3Objects(where)
  return {
    run: (session, statement) => runCopy({ ...session, s3, region: where.region, system }, statement),
    close: () => s3.close(),
  }
}

interface CopyContext {
  readonly backend: Backend
  readonly refuseIfCancelled: () => void
  readonly s3: S3Objects
  readonly region: string
  readonly system: SystemTables
}

async function runCopy(context: CopyContext, statement: Statement): Promise<CopyResult> {
  const { backend, refuseIfCancelled, s3, region, system } = context
  const copy = parseCopy(statement)
  const plan = planLoad(copy.options)
  const table = await findTarget(backend, copy, plan.explicitIds)
  const loader = makeRowLoader(table.columns, plan, unescapeOf(plan.format))
  const makeReader = await readerFactory(s3, plan, loader)
  const files = await findFiles(s3, copy.source, plan, region)
  refuseIfCancelled()

  // From here on the load has begun: it has an id, and leaves a trace whatever becomes of it.
  const queryId = system.nextQueryId()
  const startedAt = Date.now()
  const scanned: ScannedFile[] = []
  const feed = feedFiles({ s3, region, pid: backend.pid, plan, loader, makeReader, files }, scanned)
  const write = (status: 'completed' | 'aborted', rowCount: number, errors: readonly RowError[]) =>
    system.write({
      queryId,
      sessionId: backend.pid,
      table,
      status,
      source: copy.source,
      format: plan.format.kind,
      startedAt,
      endedAt: Date.now(),
      rowCount,
      files,
      scanned,
      errors,
      errorCount: Math.max(loader.errorCount(), errors.length),
    })
  try {
    const watched = (write: Parameters<CopyFeed>[0]) =>
      feed((data) => {
        refuseIfCancelled()
        return write(data)
      })
    if (plan.noLoad) await watched(() => true)
    else await backend.copyIn(table.copySql, watched)
  } catch (error) {
    const late = refusedByPostgres(error, scanned, plan)
    await write('aborted', 0, late === undefined ? loader.errors : [...loader.errors, late])
    const isData = error instanceof TooManyErrors || late !== undefined
    throw new FailedLoad(queryId, isData ? loadFailed(table) : asRedshiftError(error))
  }
  const rowCount = plan.noLoad ? 0 : loader.rowCount()
  await write('completed', rowCount, loader.errors)
  return { tag: 'COPY', queryId, rowCount, notices: noticesOf(table, rowCount, loader.errorCount()) }
}

/** Makes a reader for each file; whatever can be wrong with table, options and jsonpaths is found before any file. */
async function readerFactory(s3: S3Objects, plan: LoadPlan, loader: RowLoader): Promise<(() => ReadRows) | undefined> {
  const { format } = plan
  switch (format.kind) {
    case 'csv':
      return () => csvReader(format, plan, loader)
    case 'delimited':
      return () => delimitedReader(format, plan, loader)
    case 'fixedwidth':
      return () => fixedWidthReader(format, plan, loader)
    case 'json': {
      const shape = await jsonShape(s3, format)
      jsonReader(shape, loader)
      return () => jsonReader(shape, loader)
    }
    case 'parquet':
      return undefined
  }
}

async function jsonShape(s3: S3Objects, { mapping }: Format & { kind: 'json' }): Promise<JsonShape> {
  if (mapping.kind !== 'paths') return mapping
  const paths = readJsonPaths(await s3.readText(readAddress(mapping.source)))
  return paths === undefined ? { kind: 'auto', ignoreCase: false } : { kind: 'paths', paths }
}

function unescapeOf(format: Format): Unescape {
  switch (format.kind) {
    case 'csv':
      return undoubled(format.quote)
    case 'json':
      return unescapeJson
    case 'delimited':
    case 'fixedwidth':
    case 'parquet':
      return unescapeBackslashes
  }
}

/** Values are checked before Postgres sees them; should it refuse one all the same, its row number leads to the file. */
function refusedByPostgres(error: unknown, scanned: readonly ScannedFile[], plan: LoadPlan): RowError | undefined {
  const at = error instanceof RedshiftError ? /^COPY .*?, line (\d+)/.exec(error.where ?? '')?.[1] : undefined
  if (!(error instanceof RedshiftError) || at === undefined || !/^2[23]/.test(error.sqlState)) return undefined
  const row = Number(at) - 1
  const source = scanned.findLast(({ firstRow }) => firstRow <= row)
  if (source === undefined) return undefined
  const line = plan.ignoreHeader + row - source.firstRow + 1
  return { file: source.file, line, problem: { code: 1200, reason: error.message }, rawLine: '', rawField: '' }
}

function loadFailed({ name }: TargetTable): RedshiftError {
  return new RedshiftError(
    'XX000',
    `Load into table '${name}' failed.  Check 'stl_load_errors' system table for details.`,
  )
}

function noticesOf({ name }: TargetTable, rowCount: number, errorCount: number): string[] {
  const done = `Load into table '${name}' completed, ${rowCount} record(s) loaded successfully.`
  if (errorCount === 0) return [done]
  const bad = `Load into table '${name}' completed, ${errorCount} record(s) could not be loaded.  Check 'stl_load_errors' system table for details.`
  return [done, bad]
}
