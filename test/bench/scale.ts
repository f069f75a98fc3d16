import type { BenchOptions, Figure, Measurement, Section } from './figure'
import { measureRecords } from './scale-records'
import { type ScaleStage, startScaleStages } from './scale-stage'
import { measureTargets } from './scale-targets'
import { measureWaiting } from './scale-waiting'

/** Many targets, many files that wait, many that were loaded, many routes. */
export const scale: Measurement = { name: 'scale', measure }

async function measure(options: BenchOptions): Promise<Section> {
  const stages = await startScaleStages()
  try {
    const targets = await stages.part((stage) => measureTargets(stage, options))
    const routes = await stages.part((stage) => measureRoutes(stage, options))
    const records = await stages.part((stage) => measureRecords(stage, options))
    const waiting = await stages.part((stage) => measureWaiting(stage, options))
    return {
      title: 'Scale',
      about: [
        'The product in a process of its own for each part, which is the one whose memory is told; DynamoDB (dynalite) and SQS (fauxqs) in memory in another.',
        'The bucket that the heal lists is made up page by page by a server that speaks ListObjectsV2, and its objects are all remembered; the warehouse answers at once.',
        'A round is as many requests as are under way together: what takes 10 ms in the cloud takes that many times 10 ms there.',
        '10,000,000 file records are the line through the sizes that were measured, and how far it is from them is told.',
      ].join(' '),
      figures: [...targets, ...routes, ...waiting.figures, ...records.figures],
      more: `${waiting.more}\n\n${records.more}\n\n${HELD_BY}`,
    }
  } finally {
    await stages.stop()
  }
}

/** Routing reads no table: its time is that of the settings. */
async function measureRoutes({ loader }: ScaleStage, { quick, say }: BenchOptions): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const count of quick ? [1_000] : [1_000, 10_000]) {
    say(`${count} routes`)
    const { readMs, routeUs, targetUs } = await loader.call('routes', { count, runs: quick ? 2 : 5 })
    const of = `${count.toLocaleString('en-US')} routes`
    figures.push(
      { name: `settings with ${of} read and checked`, unit: 'ms', values: readMs },
      { name: `key routed among ${of}`, unit: 'µs', values: routeUs },
      { name: `options of a target found among ${of}`, unit: 'µs', values: targetUs },
    )
  }
  return figures
}

const HELD_BY = [
  'What holds it: a pass of the heal over 10,000,000 keys is held by the 200 pages of a run, not by its time.',
  'The queue of one target lies in one partition of DynamoDB, which takes 1,000 writes a second for long: a million files queued for one target take',
  'about a quarter of an hour in the cloud, and as long again to leave; dynalite knows no such limit.',
].join(' ')
