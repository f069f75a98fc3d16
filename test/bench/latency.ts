import { setTimeout as sleep } from 'node:timers/promises'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { LOCAL } from '../../environments/local/names'
import type { Run } from '../../lambda/warehouse/run'
import type { BenchOptions, Figure, Measurement, Section } from './figure'
import { percentile } from './percentile'
import { runIntake, runLoads, type Stage, startStage } from './stage'

/** From the PUT of a small file until its rows are seen by somebody else. */
export const latency: Measurement = { name: 'latency', measure }

const PERCENTILES = [50, 95, 99] as const
const MOST_MS: Readonly<Record<number, number>> = { 50: 100, 95: 250 }
/** How often the table is looked at: what is seen is so much older at most. */
const LOOK_MS = 2

async function measure({ quick, say }: BenchOptions): Promise<Section> {
  const files = quick ? 30 : 300
  const copies: number[] = []
  const stage = await startStage({ settings: { batch: { seconds: 0 } }, around: timesCopies(copies) })
  const intake = runIntake(stage, { windowMs: 0 })
  const loads = runLoads(stage)
  try {
    await stage.admin(`create table public.kpis (id bigint); grant insert on public.kpis to ${LOCAL.user}`)
    // Several rounds to warm up: a function that is invoked all day is warm.
    for (let at = 0; at < 20; at += 1) await visibleAfterMs(stage, at)
    await loads.idle()
    copies.length = 0
    const runs = quick ? 1 : 3
    const took: number[][] = []
    for (let run = 0; run < runs; run += 1) {
      say(`${files} files, one after another`)
      const own: number[] = []
      for (let at = 0; at < files; at += 1) {
        own.push(await visibleAfterMs(stage, (run + 1) * 10_000 + at))
        // What is left to do after COMMIT is done before the next file lands.
        await loads.idle()
      }
      took.push(own)
    }
    const all = took.flat()
    const share = copies.reduce((sum, ms) => sum + ms, 0) / all.reduce((sum, ms) => sum + ms, 0)
    return {
      title: 'Latency',
      about: `A file of one row is put, and the table is looked at until the row is there, ${files} times in each run, one after another, after 20 that are not counted; the window is zero. S3's notification, SQS and COPY are those of the embedded environment.`,
      figures: [
        ...PERCENTILES.map((part) => figureOf(part, took)),
        { name: 'share of it that is COPY', unit: '%', values: [100 * share] },
        { name: 'COPY, median', unit: 'ms', values: [percentile(copies, 0.5)] },
      ],
    }
  } finally {
    await intake.stop()
    await loads.stop()
    await stage.stop()
  }
}

async function visibleAfterMs(stage: Stage, id: number): Promise<number> {
  const startedMs = performance.now()
  const object = { Bucket: LOCAL.bucket, Key: `kpis/${id}.csv`, Body: `${id}\n` }
  await stage.clients.s3.send(new PutObjectCommand(object))
  while ((await stage.admin(`select 1 from public.kpis where id = ${id}`)).length === 0) await sleep(LOOK_MS)
  return performance.now() - startedMs
}

function timesCopies(copies: number[]): (run: Run) => Run {
  return (run) => async (statement, patienceMs) => {
    const startedMs = performance.now()
    const answer = await run(statement, patienceMs)
    if (statement.kind === 'copy') copies.push(performance.now() - startedMs)
    return answer
  }
}

function figureOf(part: (typeof PERCENTILES)[number], took: readonly (readonly number[])[]): Figure {
  const most = MOST_MS[part]
  return {
    name: `PUT to rows visible, p${part}`,
    unit: 'ms',
    values: took.map((own) => percentile(own, part / 100)),
    ...(most === undefined ? {} : { reach: { atMost: most }, headline: true }),
  }
}
