import { whyNotAFile } from '../../../lambda/event/skip'
import { type FileRecord, type S3Object, type TargetId, urlOf } from '../../../lambda/model'
import { fileType } from '../../../lambda/route/file-type'
import type { Bucket } from './bucket'
import type { Report } from './invariants'
import { recordId, type Seen } from './memory'
import type { Story } from './story'
import type { Copied, SimulatedWarehouse } from './warehouse'

export interface EndingDeps {
  readonly story: Story
  readonly nowMs: number
  readonly seen: Seen
  readonly bucket: Bucket
  readonly warehouses: readonly SimulatedWarehouse[]
  readonly targetsOf: (key: string) => readonly TargetId[]
  readonly report: Report
}

/** What must be true when everything has come to rest. Returns how many files are lost. */
export function judgeEnding(deps: EndingDeps): { readonly lost: number; readonly loaded: number } {
  const { bucket, warehouses, targetsOf, report } = deps
  let lost = 0
  let loaded = 0
  for (const [key, versions] of bucket.history) {
    for (const target of targetsOf(key)) {
      const name = target.slice(0, target.indexOf('/'))
      const copies = warehouses
        .filter((one) => one.name === name)
        .flatMap(({ copied }) => copied.filter((one) => one.target === target && one.url === `s3://landing/${key}`))
      loaded += copies.length
      const wrong = whatIsWrong(deps, target, key, versions, copies)
      if (wrong === undefined) continue
      lost += 1
      report('S7', `${key} in ${target}: ${wrong}`)
    }
  }
  for (const warehouse of warehouses) judgeBooks(deps, warehouse)
  judgeTargets(deps)
  return { lost, loaded }
}

/** Whether the file has come to its one end. */
function whatIsWrong(
  { story, seen, bucket, warehouses }: EndingDeps,
  target: TargetId,
  key: string,
  versions: readonly (S3Object | undefined)[],
  copies: readonly Copied[],
): string | undefined {
  const url = `s3://landing/${key}` as const
  const record = seen.records.get(recordId(target, url))
  const last = versions.at(-1)
  const tells = JSON.stringify(record)
  if (record === undefined) return last === undefined && copies.length === 0 ? undefined : 'nothing is remembered of it'
  if (record.status === 'loaded' && copies.length === 0) return `it is said to be loaded, and is not there: ${tells}`
  // Late, it would take the place of rows that are newer; and what replaces a table together fails together.
  if (story.mode === 'replace' && (isSuperseded(record) || record.status === 'failed')) return undefined
  if (story.overwrites !== 'reload' && copies.length > 0 && record.status !== 'loaded')
    return `it is there, and ${tells}`
  if (last === undefined) return undefined
  const isKnown = story.mode === 'names' || fileType(key).format !== undefined
  if (whyNotAFile(last) || !isKnown) {
    return copies.length > 0 || isEnded(record) ? undefined : `it is no file to load, and ${tells}`
  }
  if (isDuplicate(record) && record.object.etag === last.etag) {
    const isThere = warehouses.some(({ copied }) =>
      copied.some((one) => one.target === target && one.etag === last.etag),
    )
    return isThere ? undefined : `its content is said to be there: ${tells}`
  }
  const isFlawed = bucket.fileAt(url)?.flaw !== 'none'
  return wrongContent(story, isFlawed, last, record, copies)
}

function wrongContent(
  story: Story,
  isFlawed: boolean,
  last: S3Object,
  record: FileRecord,
  copies: readonly Copied[],
): string | undefined {
  if (!isFlawed && copies.length === 0 && !isGivenUp(record)) return `it is whole, and ${JSON.stringify(record)}`
  if (isFlawed && copies.length === 0 && record.status !== 'failed')
    return `it is flawed, and ${JSON.stringify(record)}`
  if (story.overwrites !== 'reload') return undefined
  if (!isFlawed && copies.at(-1)?.etag !== last.etag) return 'what was loaded last is not what it holds'
  if (isFlawed && (record.status !== 'failed' || record.object.etag !== last.etag)) {
    return `what it holds is flawed, and ${JSON.stringify(record)}`
  }
  return undefined
}

function isSuperseded(record: FileRecord): boolean {
  return record.status === 'skipped' && record.code === 'SUPERSEDED'
}

/** A file that alone ran out of time again and again: it fails with that reason, so that it holds up no other. */
function isGivenUp(record: FileRecord): boolean {
  return record.status === 'failed' && record.error.code === '57014'
}

function isDuplicate(record: FileRecord): boolean {
  return (record.status === 'skipped' || record.status === 'held') && record.code === 'DUPLICATE_CONTENT'
}

function isEnded({ status }: FileRecord): boolean {
  return status === 'failed' || status === 'skipped'
}

/** The receipts are the batches that are closed as loaded, and tell of all that is there. */
function judgeBooks({ seen, report }: EndingDeps, { name, copied, receipts }: SimulatedWarehouse): void {
  const rows = copied.reduce((sum, one) => sum + one.rows, 0)
  const told = receipts.reduce((sum, one) => sum + (one.rows ?? 0), 0)
  if (rows !== told) report('S3', `${name} holds ${rows} rows, its receipts tell ${told}`)
  const committed = new Set(receipts.map(({ target, batchId }) => `${target} ${batchId}`))
  for (const [id, { status, target }] of seen.batches) {
    if (!target.startsWith(`${name}/`)) continue
    if ((status === 'loaded') !== committed.has(id) && !seen.outdated.has(id)) {
      report('S7', `batch ${id} is ${status}, and there is ${committed.has(id) ? 'a' : 'no'} receipt`)
    }
    committed.delete(id)
  }
  for (const id of committed) report('S7', `batch ${id} has a receipt and no record`)
}

function judgeTargets({ story, seen, nowMs, report }: EndingDeps): void {
  for (const [target, queue] of seen.arrivals) {
    const waiting = [...queue.values()].map(({ object }) => urlOf(object))
    if (waiting.length > 0) report('S7', `${target}: still waiting ${waiting.join()}`)
  }
  for (const [target, { lease, unfinished, hold, waitingFiles, waitingBytes }] of seen.targets) {
    if (unfinished) report('S7', `${target}: batch ${unfinished.batchId} is unfinished`)
    if (hold) report('S7', `${target}: held, ${JSON.stringify(hold)}`)
    // A file that is overwritten while it waits is counted by the size of then; the next look at the queue mends it.
    const isMiscounted = waitingBytes !== 0 && story.overwrites !== 'reload'
    if (waitingFiles !== 0 || isMiscounted)
      report('S7', `${target}: counts ${waitingFiles} files, ${waitingBytes} bytes`)
    if (lease && !(lease.untilMs < nowMs + 3_600_000)) report('S4', `${target}: a lease until ${lease.untilMs}`)
  }
}
