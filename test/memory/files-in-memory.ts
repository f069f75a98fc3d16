import { isDeepStrictEqual } from 'node:util'
import { type FileRecord, type S3Url, type TargetId, urlOf } from '../../lambda/model'
import type { FilesPort } from '../../lambda/ports'
import { stored } from './stored'

/** The file records in a map. */
export function filesInMemory(): FilesPort {
  const records = new Map<string, FileRecord>()
  const keyOf = (target: TargetId, url: S3Url) => `${target} ${url}`
  const put = (record: FileRecord) => records.set(keyOf(record.target, urlOf(record.object)), stored(record))
  return {
    async get(target, urls) {
      return new Map(
        urls.flatMap((url) => {
          const record = records.get(keyOf(target, url))
          return record ? [[url, record]] : []
        }),
      )
    },
    async put(all) {
      for (const record of all) put(record)
    },
    async putUnlessLoaded(record) {
      const there = records.get(keyOf(record.target, urlOf(record.object)))
      // The very same record counts as written: nobody can tell it from a write whose answer got lost.
      if (there?.status === 'loaded') return isDeepStrictEqual(there, stored(record))
      put(record)
      return true
    },
  }
}
