import { byTarget, type FileRecord, urlOf } from '../model'
import { filesFailedNotice, filesHeldNotice, type RefusedLoad } from '../notify/notices'
import { publish } from '../notify/publish'
import type { Ports } from '../ports'
import type { Settings } from '../settings'
import { topicsOf } from '../target-settings'

/** Tells of files that ended without being loaded: a log line each, the metrics, and a notice per target of those that failed, and of those that are held. */
export async function reportEnded(
  ports: Pick<Ports, 'notices' | 'log' | 'measure'>,
  settings: Settings,
  records: readonly FileRecord[],
  { batchId, durationMs, statements }: Omit<RefusedLoad, 'files'> = {},
): Promise<void> {
  for (const record of records) report(ports, record)
  const failed = records.filter(({ status }) => status === 'failed')
  for (const [target, own] of byTarget(failed)) {
    await publish(ports, target, topicsOf(target, settings).failure, () =>
      filesFailedNotice({
        environment: settings.name,
        target,
        records: own,
        ...(batchId === undefined ? {} : { batchId }),
        ...(durationMs === undefined ? {} : { durationMs }),
        ...(statements === undefined ? {} : { statements }),
      }),
    )
  }
  const held = records.filter(({ status }) => status === 'held')
  for (const [target, own] of byTarget(held)) {
    await publish(ports, target, topicsOf(target, settings).failure, () =>
      filesHeldNotice({ environment: settings.name, target, records: own }),
    )
  }
}

function report({ log, measure }: Pick<Ports, 'log' | 'measure'>, record: FileRecord): void {
  const { target } = record
  const file = urlOf(record.object)
  switch (record.status) {
    case 'loaded':
      if (record.ignored) log('info', 'file-version-ignored', { target, file, etag: record.ignored.etag })
      return
    case 'failed':
      log('warn', 'file-failed', { target, file, ...record.error })
      measure('FilesFailed', 1, { target })
      return
    case 'held':
      log('warn', 'file-held', { target, file, code: record.code, reason: record.reason, sameAs: record.sameAs })
      measure('FilesHeld', 1, { target })
      return
    case 'skipped':
      log('info', 'file-skipped', { target, file, code: record.code, reason: record.reason })
      measure('FilesSkipped', 1, { target })
  }
}
