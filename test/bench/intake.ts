import { between, totalOf } from './counted'
import type { BenchOptions, Figure, Measurement, Section } from './figure'
import { EVENTS_PER_INVOCATION, eventsOf, handOver } from './hand-over'
import { type Stage, startStage } from './stage'

/** Events through on-object: parsed, routed, queued. Nothing is loaded meanwhile. */
export const intake: Measurement = { name: 'intake', measure }

/** One by one it would take minutes to queue them all: of the many, the last thousand are. */
const ONE_BY_ONE = 1_000

async function measure({ quick, say }: BenchOptions): Promise<Section> {
  const few = quick ? 200 : 1_000
  const many = quick ? 2_000 : 100_000
  const stage = await startStage({ settings: { batch: { files: 5_000, seconds: 900 } } })
  try {
    await take(stage, 'warm/', 0, few, EVENTS_PER_INVOCATION)
    const figures: Figure[] = []
    for (const inFlight of [1, 20, 100]) {
      say(`${few} files, ${inFlight} in flight`)
      const runs = []
      for (let run = 1; run <= (quick ? 1 : 5); run += 1) {
        runs.push(await take(stage, `few${inFlight}_${run}/`, 0, few, inFlight))
      }
      figures.push(...figuresOf(`${few.toLocaleString('en-US')} files, ${inFlight} in flight`, runs))
    }
    for (const inFlight of [1, 20, 100]) {
      say(`${many} files, ${inFlight} in flight`)
      const oneByOne = inFlight === 1
      const from = oneByOne ? many - ONE_BY_ONE : 0
      const table = `many${inFlight}/`
      if (oneByOne) await take(stage, table, 0, from, EVENTS_PER_INVOCATION)
      const name = `${oneByOne ? 'the last 1,000 of ' : ''}${many.toLocaleString('en-US')} files, ${inFlight} in flight`
      figures.push(...figuresOf(name, [await take(stage, table, from, many, inFlight)]))
    }
    return {
      title: 'Intake',
      about:
        'Events through on-object: parsed, routed, queued as arrivals of one table that is not loaded meanwhile. As many are on their way as are in flight, in invocations of up to 100. Requests and write units are counted at the wire, wakes left out.',
      figures,
    }
  } finally {
    await stage.stop()
  }
}

interface Taken {
  readonly filesPerSecond: number
  readonly requestsPerFile: number
  readonly writeUnitsPerFile: number
}

async function take(stage: Stage, table: string, from: number, to: number, inFlight: number): Promise<Taken> {
  const events = eventsOf(table, from, to)
  const before = await stage.counted()
  const startedMs = performance.now()
  await handOver(stage, events, inFlight)
  const seconds = (performance.now() - startedMs) / 1000
  const counted = between(before, await stage.counted())
  return {
    filesPerSecond: events.length / seconds,
    requestsPerFile: totalOf(counted, 'dynamodb') / events.length,
    writeUnitsPerFile: counted.writeUnits / events.length,
  }
}

function figuresOf(load: string, runs: readonly Taken[]): readonly Figure[] {
  return [
    { name: `files/s through on-object, ${load}`, unit: 'files/s', values: runs.map((run) => run.filesPerSecond) },
    { name: `DynamoDB requests, ${load}`, unit: 'requests/file', values: runs.map((run) => run.requestsPerFile) },
    { name: `write units, ${load}`, unit: 'units/file', values: runs.map((run) => run.writeUnitsPerFile) },
  ]
}
