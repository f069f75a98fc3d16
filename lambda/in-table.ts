import { type FileRecord, type InTable, type S3Url, urlOf } from './model'

/** The version of a file that is in the table, whatever became of later ones. */
export function inTableOf(record: FileRecord | undefined): InTable | undefined {
  if (record?.status === 'loaded') return { etag: record.object.etag, batchId: record.batchId }
  return record?.inTable
}

/** The records, each with the version that is in the table behind it: what was loaded is not forgotten when a later version is not. */
export function rememberingTable(
  records: readonly FileRecord[],
  known: ReadonlyMap<S3Url, FileRecord>,
): readonly FileRecord[] {
  return records.map((record) => {
    const inTable = inTableOf(known.get(urlOf(record.object)))
    return record.status === 'loaded' || inTable === undefined ? record : { ...record, inTable }
  })
}
