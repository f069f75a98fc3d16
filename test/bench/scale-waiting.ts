import { arrivalsInDynamoDb } from '../../lambda/platform/arrivals-in-dynamodb'
import type { BenchOptions, Figure } from './figure'
import { spreadOf } from './figure'
import { tableOf } from './markdown-table'
import { threeDigits } from './number-text'
import { requestsIn, type ScaleStage } from './scale-stage'
import { arrival, TABLES } from './scale-world'

/** Files in a call of the port, as a busy intake makes them. */
const CHUNK = 5_000
/** A machine that is too slow measures what it came to, and says so. */
const MOST_SECONDS = 240

interface Row {
  readonly waiting: number
  readonly what: string
  readonly requests: number
  readonly readUnits: number
  readonly ms: readonly number[]
}

/** What a look at a queue, and the opening of a batch, cost while more and more files wait in it. */
export async function measureWaiting(
  stage: ScaleStage,
  { quick, say }: BenchOptions,
): Promise<{ readonly figures: readonly Figure[]; readonly more: string }> {
  const levels = quick ? [5_000, 10_000] : [10_000, 100_000, 300_000, 1_000_000]
  const table = { client: stage.clients.dynamodb, table: TABLES.arrivals }
  const port = arrivalsInDynamoDb(table)
  const rows: Row[] = []
  const rates: number[] = []
  const fullFrom = performance.now()
  let queued = 0
  const outOfTime = () => performance.now() - fullFrom > MOST_SECONDS * 1_000
  for (const level of levels) {
    const [from, begun] = [queued, performance.now()]
    while (queued < level && !outOfTime()) {
      await port.put(Array.from({ length: Math.min(CHUNK, level - queued) }, (_, at) => arrival(queued + at)))
      queued = Math.min(level, queued + CHUNK)
    }
    if (queued === from) break
    rates.push(((queued - from) / (performance.now() - begun)) * 1_000)
    say(`${queued} files wait`)
    rows.push(...(await costsAt(stage, queued, quick ? 2 : 5)))
  }
  const { answer: load } = await stage.counting(() => stage.loader.call('load', { forMs: quick ? 500 : 10_000 }))
  const again = await stage.loader.call('load', { forMs: quick ? 500 : 10_000 })
  const many = queued.toLocaleString('en-US')
  const last = (what: string) => rows.findLast((row) => row.what === what)
  const figures: readonly Figure[] = [
    {
      name: 'files that wait for one target',
      unit: 'files',
      values: [queued],
      ...(quick ? {} : { reach: { atLeast: 1_000_000 } }),
      headline: true,
    },
    { name: 'files/s into the queue of one target', unit: 'files/s', values: rates },
    ...[100, 5_000].flatMap((files): readonly Figure[] => {
      const look = last(lookAt(files))
      const open = last(openingOf(files))
      return [
        {
          name: `look at the oldest ${files.toLocaleString('en-US')} of ${many} files`,
          unit: 'ms',
          values: look?.ms ?? [],
        },
        {
          name: `opening a batch of ${files.toLocaleString('en-US')} of ${many} files`,
          unit: 'ms',
          values: open?.ms ?? [],
        },
      ]
    }),
    ...growthsOf(rows),
    {
      name: `files/s out of the queue, batches of 5,000 of ${many}, a warehouse that answers at once`,
      unit: 'files/s',
      values: [load, again].map(({ files, ms }) => (files / ms) * 1_000),
    },
    {
      name: `memory of the loader at the most, batches of 5,000 of ${many}`,
      unit: 'MB',
      values: [load.rssMb, again.rssMb],
      reach: { atMost: 1_024 },
      headline: true,
    },
  ]
  return { figures, more: tableOfRows(rows) }
}

const lookAt = (files: number) => `look at the oldest ${files.toLocaleString('en-US')}`
const openingOf = (files: number) => `opening a batch of ${files.toLocaleString('en-US')}`

async function costsAt(stage: ScaleStage, waiting: number, runs: number): Promise<readonly Row[]> {
  const rows: Row[] = []
  const measure = async (what: string, work: () => Promise<{ readonly ms: number }>) => {
    const ms: number[] = []
    let [requests, readUnits] = [0, 0]
    for (let run = 0; run < runs; run += 1) {
      const { answer, counted } = await stage.counting(work)
      ms.push(answer.ms)
      requests = requestsIn(counted)
      readUnits = counted.readUnits
    }
    rows.push({ waiting, what, requests, readUnits, ms })
  }
  for (const files of [1, 100, 5_000]) await measure(lookAt(files), () => stage.loader.call('look', { files }))
  for (const files of [100, 5_000]) await measure(openingOf(files), () => stage.loader.call('open', { files }))
  return rows
}

/** What is counted at the most that wait, beside what is counted at the fewest. */
function growthsOf(rows: readonly Row[]): readonly Figure[] {
  const [first, last] = [rows[0]?.waiting, rows.at(-1)?.waiting]
  const sum = (waiting: number | undefined, count: (row: Row) => number) =>
    rows.filter((row) => row.waiting === waiting).reduce((total, row) => total + count(row), 0)
  const times = `${last?.toLocaleString('en-US')} wait instead of ${first?.toLocaleString('en-US')}`
  return [
    {
      name: `requests of looks and openings when ${times}`,
      unit: 'times as many',
      values: [sum(last, ({ requests }) => requests) / sum(first, ({ requests }) => requests)],
      reach: { atMost: 1 },
    },
    {
      name: `read units of looks and openings when ${times}`,
      unit: 'times as many',
      values: [sum(last, ({ readUnits }) => readUnits) / sum(first, ({ readUnits }) => readUnits)],
      reach: { atMost: 1.01 },
    },
  ]
}

function tableOfRows(rows: readonly Row[]): string {
  return tableOf(
    [
      { title: 'files waiting', align: 'right' },
      { title: 'what' },
      { title: 'requests', align: 'right' },
      { title: 'read units', align: 'right' },
      { title: 'ms, median', align: 'right' },
      { title: 'from–to', align: 'right' },
    ],
    rows.map(({ waiting, what, requests, readUnits, ms }) => {
      const { min, median, max } = spreadOf(ms)
      return [
        waiting.toLocaleString('en-US'),
        what,
        String(requests),
        String(readUnits),
        threeDigits(median),
        `${threeDigits(min)}–${threeDigits(max)}`,
      ]
    }),
  )
}
