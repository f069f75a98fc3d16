import { Session } from 'node:inspector/promises'
import { handlersOf } from '../../environments/local/functions'
import { type PortCall, portsThrough, runThrough } from '../spec/crash-points'
import { copiesByInsert } from './copies-by-insert'
import type { BenchOptions, Measurement, Section } from './figure'
import { eventsOf, handOver } from './hand-over'
import { tableOf } from './markdown-table'
import { type Profile, sharesOf } from './profile-shares'
import { runLoads, startStage } from './stage'

/** Where the time goes. */
export const profile: Measurement = { name: 'profile', measure }

const BATCH = 100

async function measure({ quick, say }: BenchOptions): Promise<Section> {
  const files = quick ? 2_000 : 10_000
  const calls = new Map<PortCall, { times: number; ms: number }>()
  let timing = false
  const around = async <T>(call: PortCall, work: () => Promise<T>): Promise<T> => {
    const startedMs = performance.now()
    const result = await work()
    if (timing) {
      const { times = 0, ms = 0 } = calls.get(call) ?? {}
      calls.set(call, { times: times + 1, ms: ms + performance.now() - startedMs })
    }
    return result
  }
  const stage = await startStage({
    settings: { batch: { files: BATCH, seconds: 900 } },
    around: (run) => runThrough(copiesByInsert(run), around),
  })
  const handlers = handlersOf({ ...stage.runtime, ports: portsThrough(stage.runtime.ports, around) })
  const timed = { ...stage, handlers }
  const loads = runLoads(timed)
  const session = new Session()
  try {
    await handOver(timed, eventsOf('warm/', 0, files), BATCH)
    await loads.idle()
    say(`${files} files in batches of ${BATCH}, profiled`)
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.start')
    timing = true
    const awsMs = await stage.awsCpuMs()
    const startedMs = performance.now()
    const own = process.cpuUsage()
    await handOver(timed, eventsOf('profiled/', 0, files), BATCH)
    await loads.idle()
    const wallMs = loads.lastEndedMs() - startedMs
    const used = process.cpuUsage(own)
    const awsUsedMs = (await stage.awsCpuMs()) - awsMs
    timing = false
    const { profile: cpu } = await session.post('Profiler.stop')
    const ownMs = (used.user + used.system) / 1000
    return {
      title: 'Where the time goes',
      about: `${files.toLocaleString('en-US')} files into one table in batches of ${BATCH}, an insert in the place of each COPY, everything warm.`,
      figures: [
        { name: 'processor time of the loader', unit: 'ms/file', values: [ownMs / files] },
        {
          name: 'processor time of what stands in for AWS, without Postgres',
          unit: 'ms/file',
          values: [awsUsedMs / files],
        },
        { name: 'from event to recorded', unit: 'ms/file', values: [wallMs / files] },
      ],
      more: [
        `A batch of ${BATCH} files, from its events to its record, waits for these calls (side by side where they are made side by side):`,
        '',
        callsTable(calls, files / BATCH),
        '',
        "The loader's own processor time goes to:",
        '',
        sharesTable(sharesOf(cpu as Profile)),
      ].join('\n'),
    }
  } finally {
    session.disconnect()
    await loads.stop()
    await stage.stop()
  }
}

function callsTable(
  calls: ReadonlyMap<PortCall, { readonly times: number; readonly ms: number }>,
  batches: number,
): string {
  const all = [...calls.values()].reduce((sum, { ms }) => sum + ms, 0)
  const rows = [...calls]
    .sort(([, one], [, other]) => other.ms - one.ms)
    .filter(([, { ms }]) => ms / all >= 0.005)
    .map(([call, { times, ms }]) => [
      `\`${call}\``,
      (times / batches).toFixed(2),
      (ms / times).toFixed(1),
      (ms / batches).toFixed(1),
      `${((100 * ms) / all).toFixed(0)} %`,
    ])
  const columns = ['per batch', 'ms each', 'ms per batch', 'share'].map((title) => ({ title, align: 'right' }) as const)
  return tableOf([{ title: 'call' }, ...columns], rows)
}

function sharesTable(shares: ReadonlyMap<string, number>): string {
  const rows = [...shares]
    .sort(([, one], [, other]) => other - one)
    .map(([what, share]) => [what, `${(100 * share).toFixed(0)} %`])
  return tableOf([{ title: 'what' }, { title: 'share', align: 'right' }], rows)
}
