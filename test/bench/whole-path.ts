import { LOCAL } from '../../environments/local/names'
import { type TargetId, urlOf } from '../../lambda/model'
import { copiesByInsert } from './copies-by-insert'
import { between, type Counted, totalOf } from './counted'
import type { BenchOptions, Figure, Measurement, Section } from './figure'
import { EVENTS_PER_INVOCATION, eventsOf, handOver } from './hand-over'
import { loadPutFiles } from './put-files'
import { type Loads, runLoads, type Stage, startStage } from './stage'

interface Load {
  readonly batchSize: number
  /** Whole batches, and enough of them for some seconds. */
  readonly files: number
  /** The files are dealt out to so many, an invocation's to each in turn. */
  readonly tables: number
  readonly runs: number
}

const LOADS: readonly Load[] = [
  { batchSize: 1, files: 200, tables: 1, runs: 5 },
  { batchSize: 10, files: 2_000, tables: 1, runs: 5 },
  { batchSize: 100, files: 10_000, tables: 1, runs: 5 },
  { batchSize: 100, files: 10_000, tables: 5, runs: 5 },
  { batchSize: 1_000, files: 10_000, tables: 1, runs: 5 },
  { batchSize: 5_000, files: 20_000, tables: 1, runs: 3 },
]
const QUICK_LOADS: readonly Load[] = [
  { batchSize: 10, files: 300, tables: 1, runs: 1 },
  { batchSize: 100, files: 2_000, tables: 1, runs: 1 },
]
/** From PUT on: S3 and COPY take their time. */
const PUTS = [
  { batchSize: 1, files: 100, runs: 3 },
  { batchSize: 10, files: 500, runs: 3 },
  { batchSize: 100, files: 1_000, runs: 3 },
  { batchSize: 1_000, files: 2_000, runs: 2 },
  { batchSize: 5_000, files: 5_000, runs: 1 },
]
const QUICK_PUTS = [{ batchSize: 100, files: 100, runs: 1 }]

/** Events that are on their way at the same time. */
const IN_FLIGHT = 100

/** From the event to the file record, and from PUT to the record, at several sizes of batches. */
export const wholePath: Measurement = { name: 'whole-path', measure }

async function measure({ quick, say }: BenchOptions): Promise<Section> {
  const figures: Figure[] = []
  for (const load of quick ? QUICK_LOADS : LOADS) {
    say(`${load.files} events, batches of ${load.batchSize}, ${tablesText(load)}`)
    figures.push(...figuresOf(load, await loadEvents(load, load.files)))
  }
  for (const { batchSize, files, runs } of quick ? QUICK_PUTS : PUTS) {
    say(`${files} files through S3 and COPY, batches of ${batchSize}`)
    figures.push(await loadPutFiles(batchSize, files, runs))
  }
  return {
    title: 'The whole path',
    about: `Small files, ${IN_FLIGHT} events in flight, handed to on-object up to ${EVENTS_PER_INVOCATION} at a time as the deployed function is; on-load runs from its queue; an insert takes the place of each COPY; after a run to warm up. Of several tables, each invocation brings files of one. Every run checks that each file is loaded once and has its record. Then the same from PUT on: through S3's notification and SQS, with real COPYs of the embedded Redshift.`,
    figures,
  }
}

/** What a run took. */
interface Loaded {
  readonly files: number
  readonly seconds: number
  readonly counted: Counted
  readonly invocations: Readonly<Record<'on-object' | 'on-load', number>>
}

/** What it takes to load files in batches of a size, counted at the wire; the loader's requests alone. */
export async function countWholePath(batchSize: number, files: number): Promise<Counted & Pick<Loaded, 'invocations'>> {
  const [run] = await loadEvents({ batchSize, files, tables: 1, runs: 1 }, batchSize)
  if (run === undefined) throw new Error('nothing was counted')
  return { ...run.counted, invocations: run.invocations }
}

/** The first files log in, read the settings, and give the compiler something to compile. They are not measured. */
async function loadEvents(load: Load, firstFiles: number): Promise<readonly Loaded[]> {
  // A window longer than any run: only full batches are loaded.
  const settings = { batch: { files: load.batchSize, seconds: 900 } }
  const stage = await startStage({ settings, around: copiesByInsert })
  const loads = runLoads(stage)
  try {
    await loadOnce(stage, loads, { ...load, files: firstFiles }, 'first')
    const loaded: Loaded[] = []
    for (let run = 1; run <= load.runs; run += 1) loaded.push(await loadOnce(stage, loads, load, `run${run}`))
    return loaded
  } finally {
    await loads.stop()
    await stage.stop()
  }
}

async function loadOnce(
  stage: Stage,
  loads: Loads,
  { files, tables }: Pick<Load, 'files' | 'tables'>,
  run: string,
): Promise<Loaded> {
  const each = files / tables
  const names = Array.from({ length: tables }, (_, table) => `${run}_${table}`)
  const events = names.map((name) => eventsOf(`${name}/`, 0, each))
  const turns = Array.from({ length: Math.ceil(each / EVENTS_PER_INVOCATION) }, (_, turn) =>
    events.flatMap((own) => own.slice(turn * EVENTS_PER_INVOCATION, (turn + 1) * EVENTS_PER_INVOCATION)),
  )
  const before = await stage.counted()
  const invocations = loads.invocations()
  const startedMs = performance.now()
  const taken = await handOver(stage, turns.flat(), IN_FLIGHT)
  await loads.idle()
  const seconds = (loads.lastEndedMs() - startedMs) / 1000
  const counted = between(before, await stage.counted())
  for (const name of names) await refuseUnlessLoaded(stage, name, each)
  return { files, seconds, counted, invocations: { 'on-object': taken, 'on-load': loads.invocations() - invocations } }
}

/** Each file once: so many in the receipts, and a record for each. */
async function refuseUnlessLoaded(stage: Stage, table: string, files: number): Promise<void> {
  const target: TargetId = `${LOCAL.warehouse}/public.${table}`
  const [receipts] = await stage.admin(`select sum(files) as files from penstock.receipts where target = '${target}'`)
  const urls = Array.from({ length: files }, (_, at) => urlOf({ bucket: LOCAL.bucket, key: `${table}/${at}.csv` }))
  const records = [...(await stage.runtime.ports.files.get(target, urls)).values()]
  const recorded = records.filter(({ status }) => status === 'loaded').length
  if (Number(receipts?.['files']) !== files || recorded !== files) {
    throw new Error(`of ${files} files of ${target} ${receipts?.['files']} are loaded and ${recorded} recorded`)
  }
}

function figuresOf(load: Load, runs: readonly Loaded[]): readonly Figure[] {
  const { batchSize, tables } = load
  const size = `batch ${batchSize.toLocaleString('en-US')}, ${tablesText(load)}`
  const perFile = (count: (counted: Counted) => number) => runs.map(({ counted, files }) => count(counted) / files)
  const isMain = batchSize === 100
  return [
    {
      name: `files/s from event to recorded, ${size}`,
      unit: 'files/s',
      values: runs.map(({ files, seconds }) => files / seconds),
      ...(isMain ? { headline: true, reach: { atLeast: 2_500 }, rival: '79–409, 5–57 % lost' } : {}),
    },
    {
      name: `DynamoDB requests, ${size}`,
      unit: 'requests/file',
      values: perFile((counted) => totalOf(counted, 'dynamodb')),
      ...(batchSize >= 100 ? { reach: { atMost: 0.2 } } : {}),
      ...(isMain && tables === 1 ? { headline: true, rival: '5.5–7.2' } : {}),
    },
    {
      name: `write units, ${size}`,
      unit: 'units/file',
      values: perFile(({ writeUnits }) => writeUnits),
      ...(batchSize >= 10 ? { reach: { atMost: 3.1 }, headline: tables === 1 } : {}),
      ...rivalOf(batchSize),
    },
    { name: `read units, ${size}`, unit: 'units/file', values: perFile(({ readUnits }) => readUnits) },
    { name: `S3 requests, ${size}`, unit: 'requests/file', values: perFile((counted) => totalOf(counted, 's3')) },
  ]
}

function tablesText({ tables }: Pick<Load, 'tables'>): string {
  return tables === 1 ? 'one table' : `${tables} tables`
}

function rivalOf(batchSize: number): { readonly rival?: string } {
  const units: Readonly<Record<number, string>> = { 10: '4.0', 100: '8.2', 1000: '54', 5000: 'dead at 3,877 files' }
  const rival = units[batchSize]
  return rival === undefined ? {} : { rival }
}
