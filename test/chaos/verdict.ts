import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { LOCAL, QUEUES, TABLE_NAMES } from '../../environments/local/names'
import { byTarget, type FileRecord, urlOf } from '../../lambda/model'
import type { PutFile } from './files'
import { type Stage, TABLES } from './stage'

/** What became of everything, computed from the rows and never from what the product says of itself. */
export interface Verdict {
  readonly rows: number
  readonly lost: readonly PutFile[]
  readonly doubled: readonly PutFile[]
  readonly receipts: number
  /** Everything that is not as it must be, lost and doubled files among it. */
  readonly problems: readonly string[]
}

/** Looks at a world that has come to rest. */
export async function judge(stage: Stage, files: readonly PutFile[]): Promise<Verdict> {
  const { rows, lost, doubled, problems: ofRows } = await judgeRows(stage, files)
  const receipts = await stage.query('select batch_id, target, files, row_count from penstock.receipts')
  const problems = [
    ...ofRows,
    ...(await judgeReceipts(stage, receipts, rows)),
    ...(await judgeRecords(stage, files)),
    ...(await judgeTargets(stage)),
  ]
  return { rows, lost, doubled, receipts: receipts.length, problems }
}

async function judgeRows(stage: Stage, files: readonly PutFile[]) {
  const problems: string[] = []
  const lost: PutFile[] = []
  const doubled: PutFile[] = []
  let total = 0
  for (const table of TABLES) {
    const found = await stage.query(
      `select file, version, count(*) as n, count(distinct line) as lines from ${table} group by file, version`,
    )
    const counts = new Map(found.map((row) => [`${row['file']}/${row['version']}`, row]))
    total += found.reduce((sum, row) => sum + Number(row['n']), 0)
    for (const file of files.filter((one) => one.table === table)) {
      for (let version = 1; version <= file.version; version += 1) {
        const row = counts.get(`${file.number}/${version}`)
        counts.delete(`${file.number}/${version}`)
        const [n, lines] = [Number(row?.['n'] ?? 0), Number(row?.['lines'] ?? 0)]
        const wanted = file.ends === 'failed' ? 0 : file.lines
        if (n > lines || n > wanted) doubled.push(file)
        // An earlier version may have been overwritten before anybody came to load it.
        else if (n < wanted && !(n === 0 && version < file.version)) lost.push(file)
        else continue
        problems.push(`${file.key} version ${version} has ${n} rows, ${lines} of them different, instead of ${wanted}`)
      }
    }
    for (const name of counts.keys()) problems.push(`${table} has rows of ${name}, which nobody put`)
  }
  return { rows: total, lost, doubled, problems }
}

/** There is one receipt for each batch that is closed as loaded, and they tell of all rows. */
async function judgeReceipts(stage: Stage, receipts: readonly Record<string, unknown>[], rows: number) {
  const problems: string[] = []
  const told = receipts.reduce((sum, receipt) => sum + Number(receipt['row_count']), 0)
  if (told !== rows) problems.push(`the receipts tell of ${told} rows, and there are ${rows}`)
  const ids = receipts.map((receipt) => String(receipt['batch_id']))
  if (new Set(ids).size < ids.length) problems.push('a batch has two receipts')
  const batches = await scan(stage, TABLE_NAMES.batches)
  const statuses = new Map(batches.map((item) => [String(item['batchId']?.S), String(item['status']?.S)]))
  for (const id of ids) {
    if (statuses.get(id) !== 'loaded') problems.push(`batch ${id} has a receipt and is ${statuses.get(id)}`)
    statuses.delete(id)
  }
  for (const [id, status] of statuses) {
    if (status !== 'failed') problems.push(`batch ${id} is ${status} without a receipt`)
  }
  return problems
}

/** Every file has a record that tells how it ended, and why. */
async function judgeRecords(stage: Stage, files: readonly PutFile[]) {
  const problems: string[] = []
  const records = await recordsOf(stage, files)
  for (const { key, ends } of files) {
    const record = records.get(key)
    if (record?.status !== ends) problems.push(`${key} is recorded as ${record?.status}, not as ${ends}`)
    if (record?.status === 'failed' && record.error.reason === '') problems.push(`${key} failed without a reason`)
  }
  return problems
}

/** What the product remembers of each file, by key. */
export async function recordsOf(stage: Stage, files: readonly PutFile[]): Promise<ReadonlyMap<string, FileRecord>> {
  const records = new Map<string, FileRecord>()
  for (const [target, own] of byTarget(files)) {
    const urls = own.map(({ key }) => urlOf({ bucket: LOCAL.bucket, key }))
    for (const record of (await stage.ports.files.get(target, urls)).values()) records.set(record.object.key, record)
  }
  return records
}

/** Nothing waits, nobody holds a lease, nothing is unfinished, and no event was given up. */
async function judgeTargets(stage: Stage) {
  const problems: string[] = []
  for await (const state of stage.ports.targets.all()) {
    const { target, lease, unfinished, hold, waitingFiles } = state
    if (lease) problems.push(`${target} is still held by ${lease.owner}`)
    if (unfinished) problems.push(`${target} names the unfinished batch ${unfinished.batchId}`)
    if (hold) problems.push(`${target} is held up: ${hold.code} ${hold.reason}`)
    if (waitingFiles !== 0) problems.push(`${target} counts ${waitingFiles} waiting files`)
    const arrivals = await stage.ports.arrivals.oldest(target, 1_000)
    if (arrivals.length > 0) problems.push(`${arrivals.length} arrivals still wait for ${target}`)
  }
  const dead = await stage.servers.queues.counts(`${QUEUES.objects}-dead`)
  if (dead.ready > 0) problems.push(`${dead.ready} events are in the dead-letter queue`)
  return problems
}

async function scan({ clients }: Stage, TableName: string) {
  const items: Record<string, { readonly S?: string | undefined }>[] = []
  let ExclusiveStartKey: Record<string, never> | undefined
  do {
    const page = await clients.dynamodb.send(
      new ScanCommand({ TableName, ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }) }),
    )
    items.push(...((page.Items ?? []) as typeof items))
    ExclusiveStartKey = page.LastEvaluatedKey as typeof ExclusiveStartKey
  } while (ExclusiveStartKey !== undefined)
  return items
}
