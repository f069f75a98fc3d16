import { PAGES_PER_RUN } from '../../lambda/heal/heal'
import { fileToItem } from '../../lambda/platform/file-item'
import { filesInDynamoDb } from '../../lambda/platform/files-in-dynamodb'
import type { BenchOptions, Figure } from './figure'
import { tableOf } from './markdown-table'
import { threeDigits } from './number-text'
import { storedBytes } from './scale-item-size'
import { slopeOf } from './scale-slope'
import { REQUEST_SECONDS, requestsIn, roundsOf, type ScaleStage } from './scale-stage'
import { record, TABLES } from './scale-world'

const CHUNK = 5_000
const TEN_MILLION = 10_000_000
/** DynamoDB's storage, standard class. */
const DOLLARS_PER_GB_MONTH = 0.25
/** What a listing of 1,000 keys takes in the cloud: taken, not measured. */
const LISTING_SECONDS = 0.1

interface Measured {
  readonly records: number
  readonly bytes: number
  readonly requests: number
  readonly rounds: number
  readonly readUnits: number
  readonly ms: number
  readonly runs: number
  readonly rssMb: number
}

/** What file records take of storage, and the heal's comparison of requests and time, from one size to the next. */
export async function measureRecords(
  stage: ScaleStage,
  { quick, say }: BenchOptions,
): Promise<{ readonly figures: readonly Figure[]; readonly more: string }> {
  const sizes = quick ? [1_000, 2_000, 4_000] : [1_000, 10_000, 30_000, 100_000]
  const port = filesInDynamoDb({ client: stage.clients.dynamodb, table: TABLES.files })
  const measured: Measured[] = []
  let [written, bytes] = [0, 0]
  const before = await stage.loader.call('keptMb', undefined)
  for (const size of sizes) {
    while (written < size) {
      const records = Array.from({ length: Math.min(CHUNK, size - written) }, (_, at) => record(written + at))
      await port.put(records)
      bytes += records.reduce((sum, one) => sum + storedBytes(fileToItem(one)), 0)
      written += records.length
    }
    say(`${size} file records`)
    await stage.emulators.call('hold', size)
    const { answer, counted } = await stage.counting(() => stage.loader.call('heal', { pass: `heal-${size}` }))
    if (answer.listed !== size || answer.queued !== 0)
      throw new Error(`${answer.listed} were listed, ${answer.queued} not known`)
    measured.push({
      records: size,
      bytes,
      requests: requestsIn(counted),
      rounds: roundsOf(counted, answer.atOnce),
      readUnits: counted.readUnits,
      ms: answer.ms,
      runs: answer.runs,
      rssMb: answer.rssMb,
    })
  }
  const kept: Figure = {
    name: 'heap that all these comparisons leave behind',
    unit: 'MB',
    values: [Math.max(0, (await stage.loader.call('keptMb', undefined)) - before)],
  }
  return { figures: [...figuresOf(measured), kept], more: tableOfSizes(measured) }
}

function figuresOf(measured: readonly Measured[]): readonly Figure[] {
  const slope = (of: (one: Measured) => number) => slopeOf(measured.map((one) => [one.records, of(one)]))
  const [bytes, requests, ms, rounds, units] = [
    slope((one) => one.bytes),
    slope((one) => one.requests),
    slope((one) => one.ms),
    slope((one) => one.rounds),
    slope((one) => one.readUnits),
  ]
  const [least, most] = [measured[0], measured.at(-1)]
  const keysPerRun = PAGES_PER_RUN * 1_000
  // A listing is one of the rounds of each thousand.
  const secondsPerThousand = LISTING_SECONDS + (rounds.each * 1_000 - 1) * REQUEST_SECONDS
  const gigabytes = (bytes.each * TEN_MILLION) / 1e9
  const runs = TEN_MILLION / keysPerRun
  return [
    { name: 'storage of a file record', unit: 'bytes', values: [bytes.each] },
    { name: 'storage of 10,000,000 file records', unit: 'GB', values: [gigabytes] },
    {
      name: 'storage of 10,000,000 file records, a month',
      unit: '$',
      values: [gigabytes * DOLLARS_PER_GB_MONTH],
      headline: true,
    },
    { name: 'comparison of 1,000 keys that are all known', unit: 'requests', values: [requests.each * 1_000] },
    { name: 'comparison of 1,000 keys that are all known: read units', unit: 'units', values: [units.each * 1_000] },
    { name: 'comparison of 1,000 keys that are all known, here', unit: 'ms', values: [ms.each * 1_000] },
    {
      name: 'comparison of 1,000 keys: rounds of requests one after another',
      unit: 'rounds',
      values: [rounds.each * 1_000],
    },
    ...(
      [
        ['storage', bytes],
        ['requests', requests],
        ['time', ms],
      ] as const
    ).map(([what, { residual }]) => ({
      name: `farthest that a measured size is from the line: ${what}`,
      unit: '%',
      values: [Math.round(residual * 1e5) / 1e3],
    })),
    { name: 'comparison of 10,000,000 keys, as many a run as now', unit: 'runs of a minute', values: [runs] },
    { name: 'comparison of 10,000,000 keys: hours', unit: 'h', values: [runs / 60], reach: { atMost: 1 } },
    {
      name: 'comparison of a run’s keys in the cloud, a listing in 100 ms, any other request in 10 ms',
      unit: 's',
      values: [(secondsPerThousand * keysPerRun) / 1_000],
      reach: { atMost: 45 },
    },
    {
      name: `memory at the most while ${most?.records.toLocaleString('en-US')} objects are listed and compared`,
      unit: 'MB',
      values: [most?.rssMb ?? Number.NaN],
      reach: { atMost: 512 },
      headline: true,
    },
    {
      name: `the same with ${least?.records.toLocaleString('en-US')} objects`,
      unit: 'MB',
      values: [least?.rssMb ?? Number.NaN],
    },
  ]
}

function tableOfSizes(measured: readonly Measured[]): string {
  const columns = ['file records', 'stored MB', 'requests', 'read units', 's here', 'runs', 'memory MB']
  return tableOf(
    columns.map((title) => ({ title, align: 'right' })),
    measured.map(({ records, bytes, requests, readUnits, ms, runs, rssMb }) => [
      records.toLocaleString('en-US'),
      threeDigits(bytes / 1e6),
      requests.toLocaleString('en-US'),
      readUnits.toLocaleString('en-US'),
      threeDigits(ms / 1_000),
      String(runs),
      threeDigits(rssMb),
    ]),
  )
}
