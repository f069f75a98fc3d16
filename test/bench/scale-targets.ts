import type { TargetId } from '../../lambda/model'
import { toItem } from '../../lambda/platform/attributes'
import { targetItemKey } from '../../lambda/platform/target-item'
import { putInBatches } from '../../lambda/platform/write-in-batches'
import type { BenchOptions, Figure } from './figure'
import type { Ran } from './scale-loader'
import { REQUEST_SECONDS, requestsIn, roundsOf, type ScaleStage } from './scale-stage'
import { TABLES } from './scale-world'

/** What the tick may take, all in all. */
const TICK_SECONDS = 60

/** When the first of the targets are due, and when all are. */
const FIRST_DUE_MS = Date.UTC(2026, 10, 21, 12)
const ALL_DUE_MS = FIRST_DUE_MS + 20_000

/** The tick over many targets of one environment. */
export async function measureTargets(stage: ScaleStage, { quick, say }: BenchOptions): Promise<readonly Figure[]> {
  const all = quick ? 500 : 10_000
  const some = all / 10
  say(`${all} targets`)
  await fill(stage, all, some)
  const before = await stage.loader.call('keptMb', undefined)
  const figures: Figure[] = []
  let most = 0
  for (const [nowMs, due, title] of [
    [FIRST_DUE_MS - 5_000, 0, 'nothing is due'],
    [FIRST_DUE_MS, some, `${some.toLocaleString('en-US')} are due`],
    [ALL_DUE_MS, all, 'all are due'],
  ] as const) {
    const ran: Ran[] = []
    const name = `tick over ${all.toLocaleString('en-US')} targets, ${title}`
    let counts: readonly Figure[] = []
    for (let run = 0; run < (quick ? 1 : 3); run += 1) {
      const wakes = await stage.emulators.call('wakes', undefined)
      const { answer, counted } = await stage.counting(() => stage.loader.call('tick', { nowMs }))
      const sent = (await stage.emulators.call('wakes', undefined)) - wakes
      if (sent !== due) throw new Error(`${sent} of ${due} targets were woken`)
      const rounds = roundsOf(counted, answer.atOnce)
      counts = [
        { name: `${name}: requests`, unit: 'requests', values: [requestsIn(counted)] },
        { name: `${name}: rounds of requests one after another`, unit: 'rounds', values: [rounds] },
        {
          name: `${name}: rounds of 10 ms`,
          unit: 's',
          values: [rounds * REQUEST_SECONDS],
          // The heal wants most of it.
          reach: { atMost: TICK_SECONDS / 6 },
          ...(due === all ? { headline: true } : {}),
        },
      ]
      ran.push(answer)
      most = Math.max(most, answer.rssMb)
    }
    figures.push({ name, unit: 's', values: ran.map(({ ms }) => ms / 1_000) }, ...counts)
  }
  return [
    ...figures,
    {
      name: `memory of the process at the most, ticks over ${all.toLocaleString('en-US')} targets`,
      unit: 'MB',
      values: [most],
      reach: { atMost: 512 },
    },
    {
      name: 'heap that the ticks leave behind',
      unit: 'MB',
      values: [Math.max(0, (await stage.loader.call('keptMb', undefined)) - before)],
    },
  ]
}

/** As they are in use: with a count, a fence, and what was last loaded. */
async function fill({ clients }: ScaleStage, all: number, some: number): Promise<void> {
  const items = Array.from({ length: all }, (_, index) => {
    const target: TargetId = `main/sales.table_${index}`
    const lastLoad = {
      batchId: '01KADK3T5Q8ZJ5X7Y2M4N6P8RS',
      atMs: FIRST_DUE_MS - 60_000 - index,
      files: 100,
      rows: 120_400,
    }
    const fields = {
      waitingFiles: 3,
      waitingBytes: 144_639,
      fence: 1_207,
      lastLoad,
      wakeAtMs: index < some ? FIRST_DUE_MS : ALL_DUE_MS,
    }
    return [target, { ...targetItemKey(target), ...toItem(fields) }] as const
  })
  await putInBatches({ client: clients.dynamodb, table: TABLES.targets }, new Map(items))
}
