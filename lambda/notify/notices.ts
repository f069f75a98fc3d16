import {
  type AfterCommit,
  type FileError,
  type FileRecord,
  type Hold,
  type S3Url,
  type TargetId,
  urlOf,
} from '../model'
import type { Notice } from '../ports'

/** At most so many file errors are spelled out in a notice; the count tells of all. */
const ERRORS_TOLD = 10

/** A batch is in its table. */
export function loadedNotice(load: {
  readonly environment: string
  readonly target: TargetId
  readonly batchId: string
  readonly files: number
  readonly rows?: number
  readonly bytes: number
  readonly durationMs: number
  readonly statements: readonly string[]
  readonly afterCommit?: AfterCommit
}): Notice {
  const { environment, ...body } = load
  const what = load.rows === undefined ? '' : `${counted(load.rows, 'row')} from `
  return notice(
    environment,
    'loaded',
    load.target,
    `loaded ${what}${counted(load.files, 'file')}${load.afterCommit?.failed === undefined ? '' : ', a statement after it failed'}`,
    body,
  )
}

/** Files that could not be loaded, each with its first error. The others of their batch go on. */
export function filesFailedNotice(failure: {
  readonly environment: string
  readonly target: TargetId
  readonly batchId?: string
  readonly records: readonly FileRecord[]
  readonly durationMs?: number
  readonly statements?: readonly string[]
}): Notice {
  const failed = failure.records.flatMap((record) => (record.status === 'failed' ? [record] : []))
  const errors = failed.slice(0, ERRORS_TOLD).map(({ object, error }) => told(urlOf(object), error))
  const [first] = failed
  const what =
    failed.length === 1 && first
      ? `could not load ${first.object.key}`
      : `could not load ${counted(failed.length, 'file')}`
  return notice(failure.environment, 'files-failed', failure.target, what, {
    target: failure.target,
    ...(failure.batchId === undefined ? {} : { batchId: failure.batchId }),
    files: failed.length,
    bytes: failed.reduce((sum, { object }) => sum + object.sizeBytes, 0),
    ...(failure.durationMs === undefined ? {} : { durationMs: failure.durationMs }),
    ...(failure.statements === undefined ? {} : { statements: failure.statements }),
    errors,
    whatToDo: 'mend the file and write it again under the same key: it loads by itself',
  })
}

/** Files that have the content of others and wait for a person to say what that means. */
export function filesHeldNotice(held: {
  readonly environment: string
  readonly target: TargetId
  readonly records: readonly FileRecord[]
}): Notice {
  const records = held.records.flatMap((record) => (record.status === 'held' ? [record] : []))
  const files = records.slice(0, ERRORS_TOLD).map(({ object, code, reason, sameAs }) => {
    return { file: urlOf(object), sameAs, code, reason }
  })
  const [first] = records
  const what =
    records.length === 1 && first ? `holds back ${first.object.key}` : `holds back ${counted(records.length, 'file')}`
  return notice(held.environment, 'files-held', held.target, what, {
    target: held.target,
    files: records.length,
    bytes: records.reduce((sum, { object }) => sum + object.sizeBytes, 0),
    held: files,
    whatToDo:
      "write the file again with other content, or let its route load or skip what is duplicated ('duplicates')",
  })
}

/** A load that was refused, as far as it came. */
export interface RefusedLoad {
  readonly batchId?: string
  /** Files of the batch. They are among those that wait. */
  readonly files?: number
  readonly durationMs?: number
  readonly statements?: readonly string[]
}

/** A target is held up. Its files wait and nothing is lost. */
export function heldNotice(
  held: {
    readonly environment: string
    readonly target: TargetId
    readonly hold: Hold
    readonly waitingFiles: number
    readonly waitingBytes: number
  } & RefusedLoad,
): Notice {
  const { hold, batchId, files, durationMs, statements } = held
  return notice(held.environment, 'target-blocked', held.target, `is held up: ${hold.reason}`, {
    target: held.target,
    code: hold.code,
    reason: hold.reason,
    ...(batchId === undefined ? {} : { batchId }),
    ...(files === undefined ? {} : { files }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(statements === undefined ? {} : { statements }),
    tries: hold.tries,
    waitingFiles: held.waitingFiles,
    waitingBytes: held.waitingBytes,
    sinceMs: hold.sinceMs,
    nextTryAtMs: hold.retryAtMs,
    whatToDo: 'mend the cause: the target is tried again by itself, later and later, at least every 15 minutes',
  })
}

function notice(
  environment: string,
  event: 'loaded' | 'files-failed' | 'files-held' | 'target-blocked',
  target: TargetId,
  what: string,
  body: Readonly<Record<string, unknown>>,
): Notice {
  return {
    subject: subjectText(`Penstock ${environment}: ${target} ${what}`),
    body: { event, environment, ...body },
    attributes: { event, environment, target },
  }
}

/** SNS takes up to 100 printable ASCII characters as a subject. */
function subjectText(text: string): string {
  const ascii = text.replace(/[^\x20-\x7e]+/g, '?')
  return ascii.length <= 100 ? ascii : `${ascii.slice(0, 97)}...`
}

function told(url: S3Url, error: FileError): Readonly<Record<string, unknown>> {
  return { file: url, ...error }
}

/** `1,204 rows`. By hand: loading Intl's tables takes as long as importing all of the pipeline, and `toLocaleString` does more than that. */
function counted(count: number, noun: string): string {
  return `${String(count).replace(/\B(?=(\d{3})+$)/g, ',')} ${noun}${count === 1 ? '' : 's'}`
}
