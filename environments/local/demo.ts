import { messageOf } from '../../lambda/errors'
import type { FileRecord, S3Url, TargetId } from '../../lambda/model'
import { aroundRotation, type DemoFile, firstFiles, newPrefixFile, oneBrokenOfThree } from './demo/files'
import { demoMerge } from './demo/merge'
import { demoReplace } from './demo/replace'
import { type Report, reportOnStdout, told } from './demo/report'
import { createTable, TABLES } from './demo/tables'
import { LOCAL } from './names'
import { type LocalEnvironment, startLocal } from './start'

/** The main job on real files, before your eyes. Throws if anything is not as it was said. */
async function demo(report: Report): Promise<void> {
  report.heading('Penstock: drop a file in S3; it is rows in your warehouse, once.')
  const began = Date.now()
  const local = await startLocal({
    settings: { csv: { headerLines: 1 } },
    log: () => {},
    measure: () => {},
  })
  try {
    report.line(
      `S3, SQS, SNS, DynamoDB, Parameter Store and a Redshift are up after ${((Date.now() - began) / 1000).toFixed(1)} s; no account, no network`,
    )
    const grow = makeGrow(local)
    await loadFirstFiles(local, grow, report)
    await proveNewPrefix(local, grow, report)
    await proveSameFileAgain(local, grow, report)
    await proveBrokenFile(local, grow, report)
    await proveRotation(local, grow, report)
    await showTables(local, grow, report)
  } finally {
    await local.stop()
  }
  report.heading(`Done in ${((Date.now() - began) / 1000).toFixed(0)} s. Next: npm run local, and the README.`)
}

/** How many rows each table must have by now, counted from the files and not by the loader. */
interface Grow {
  readonly expected: ReadonlyMap<string, number>
  create(table: string): Promise<void>
  /** Puts files, waits for the loader to come to rest, and adds their rows to what is expected. */
  load(files: readonly DemoFile[]): Promise<void>
  check(): Promise<void>
}

function makeGrow(local: LocalEnvironment): Grow {
  const expected = new Map<string, number>()
  return {
    expected,
    create: async (table) => {
      expected.set(table, 0)
      await local.redshift.admin(createTable(table, LOCAL.user))
    },
    load: async (files) => {
      await Promise.all(files.map(({ key, body }) => local.put(key, body)))
      await local.quiet()
      for (const { key, rows } of files) expected.set(tableOf(key), (expected.get(tableOf(key)) ?? 0) + rows)
    },
    check: async () => {
      for (const [table, rows] of expected) {
        const found = await rowsOf(local, table)
        if (found !== rows) throw new Error(`${table} has ${found} rows, but the files have ${rows}`)
      }
    },
  }
}

async function loadFirstFiles(local: LocalEnvironment, grow: Grow, report: Report): Promise<void> {
  const files = firstFiles()
  report.heading('Real files: CSV, CSV in gzip, JSON lines, Parquet')
  for (const { key } of files) await grow.create(tableOf(key))
  const megabytes = files.reduce((sum, { body }) => sum + body.length, 0) / 1e6
  await report.during(`${files.length} files, ${megabytes.toFixed(0)} MB, one prefix each`, grow.load(files))
  await tellFiles(local, files, report)
  await grow.check()
  const rows = files.reduce((sum, file) => sum + file.rows, 0)
  report.proven(`${rows.toLocaleString('en-US')} rows, as many as the files have`)
}

async function proveNewPrefix(local: LocalEnvironment, grow: Grow, report: Report): Promise<void> {
  const file = newPrefixFile()
  report.heading(`A file under a new prefix: ${file.key}`)
  await grow.create(tableOf(file.key))
  await grow.load([file])
  await tellFiles(local, [file], report)
  await grow.check()
  report.proven(`it filled the new table public.${tableOf(file.key)}; nothing was configured or deployed`)
}

async function proveSameFileAgain(local: LocalEnvironment, grow: Grow, report: Report): Promise<void> {
  const files = firstFiles().filter(({ rows }) => rows < 100_000)
  report.heading('The same files again')
  await Promise.all(files.map(({ key, body }) => local.put(key, body)))
  await local.quiet()
  await grow.check()
  report.proven(`${files.length} files were put a second time: no row was added`)
}

async function proveBrokenFile(local: LocalEnvironment, grow: Grow, report: Report): Promise<void> {
  const { files, broken, mended } = oneBrokenOfThree()
  report.heading('Three files, one of them broken')
  await grow.create(tableOf(broken.key))
  await grow.load(files)
  await tellFiles(local, files, report)
  await grow.check()
  const record = await recordOf(local, broken.key)
  if (record?.status !== 'failed' || record.error.line !== 4)
    throw new Error(`${broken.key} should have failed in line 4`)
  report.proven('the broken file is named with its line and value; its neighbours are loaded')
  await grow.load([mended])
  await tellFiles(local, [mended], report)
  await grow.check()
  report.proven('mended under the same key, it loaded by itself')
}

async function proveRotation(local: LocalEnvironment, grow: Grow, report: Report): Promise<void> {
  const [before, after] = aroundRotation()
  report.heading('A new password, while files go on landing')
  await grow.create(tableOf(before.key))
  await grow.load([before])
  const password = 'Second-password-2'
  await local.redshift.setPassword(LOCAL.user, password)
  await local.setPassword(password)
  await grow.load([after])
  await tellFiles(local, [before, after], report)
  await grow.check()
  report.proven(`the warehouse and ${local.passwordParameter} have a new password; no deploy, nothing lost`)
}

async function showTables(local: LocalEnvironment, grow: Grow, report: Report): Promise<void> {
  report.heading('The tables')
  for (const table of grow.expected.keys()) {
    const rows = await rowsOf(local, table)
    report.line(`${`public.${table}`.padEnd(20)} ${rows.toLocaleString('en-US').padStart(10)} rows`)
  }
  const [receipts] = await local.redshift.admin(
    'select count(*) as batches, sum(row_count) as loaded from penstock.receipts',
  )
  const loaded = [...grow.expected.values()].reduce((sum, rows) => sum + rows, 0)
  if (Number(receipts?.['loaded']) !== loaded)
    throw new Error(`the receipts tell of ${receipts?.['loaded']} rows, the files of ${loaded}`)
  report.proven(
    `${receipts?.['batches']} receipts in penstock.receipts tell of the same ${loaded.toLocaleString('en-US')} rows`,
  )
}

async function tellFiles(local: LocalEnvironment, files: readonly DemoFile[], report: Report): Promise<void> {
  for (const { key } of files) report.line(told(`s3://${LOCAL.bucket}/${key}`, await recordOf(local, key)))
}

async function recordOf(local: LocalEnvironment, key: string): Promise<FileRecord | undefined> {
  const url: S3Url = `s3://${LOCAL.bucket}/${key}`
  const target: TargetId = `${LOCAL.warehouse}/public.${tableOf(key)}`
  return (await local.ports.files.get(target, [url])).get(url)
}

async function rowsOf(local: LocalEnvironment, table: string): Promise<number> {
  const [row] = await local.redshift.admin(`select count(*) as rows from public.${table}`)
  return Number(row?.['rows'])
}

function tableOf(key: string): string {
  const table = key.slice(0, key.indexOf('/'))
  if (!(table in TABLES)) throw new Error(`the demo has no table for ${key}`)
  return table
}

/** What `npm run demo -- <name>` shows; without a name, the main job. */
const DEMOS: Readonly<Record<string, (report: Report) => Promise<void>>> = {
  merge: demoMerge,
  replace: demoReplace,
}

async function run(name: string | undefined): Promise<void> {
  const chosen = name === undefined ? demo : DEMOS[name]
  if (chosen === undefined) {
    throw new Error(
      `there is no demo ${JSON.stringify(name)}: npm run demo, or with -- ${Object.keys(DEMOS).join(' or -- ')}`,
    )
  }
  await chosen(reportOnStdout())
}

run(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`\nThe demo failed: ${messageOf(error)}\n`)
  process.exitCode = 1
})
