import { PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3'
import { handlersOf } from '../../environments/local/functions'
import type { Progress } from '../../lambda/bulk/progress'
import { makeOnTick } from '../../lambda/handlers/on-tick'
import type { S3Url } from '../../lambda/model'
import { makeRuntime } from '../../lambda/runtime'
import { type Local, startForTest } from './local'

const DAY_MS = 24 * 3_600_000

describe('files that lie under a prefix before anything routes them', () => {
  let local: Local
  let clockMs = Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2
  beforeAll(async () => {
    local = await startForTest({
      // Only the tick has a clock of its own: what is due at which time is decided there.
      handlers: (variables) => {
        const quiet = { log: () => {}, measure: () => {} }
        const runtime = makeRuntime(variables, quiet)
        const ports = { ...runtime.ports, now: () => clockMs }
        return { ...handlersOf(runtime), onTick: makeOnTick({ ...runtime, ports }) }
      },
      settings: {
        heal: false,
        routes: [{ match: 'elsewhere/**', into: { table: 'elsewhere' } }],
        bulk: [
          { prefix: 'history/', into: { table: 'orders', batch: { files: 100 } } },
          { prefix: 'exports/{yyyy}/{mm}/{dd}/', into: { table: 'exports' }, daily: '02:30' },
        ],
      },
    })
    await local.clients.s3.send(
      new PutBucketNotificationConfigurationCommand({ Bucket: local.bucket, NotificationConfiguration: {} }),
    )
    await local.table('public.orders', 'id bigint')
    await local.table('public.exports', 'id bigint')
  })
  afterAll(() => local.stop())

  /** The progress of the only load of a table. */
  async function progressOf(table: string): Promise<Progress> {
    const { objects } = await local.ports.objects.list(local.bucket, `_penstock/bulk/main/public.${table}/`)
    expect(objects).toHaveLength(1)
    const url: S3Url = `s3://${local.bucket}/${objects[0]?.key ?? ''}`
    return JSON.parse(await local.ports.objects.get(url)) as Progress
  }

  async function tick(): Promise<void> {
    await local.tick()
    await local.quiet()
  }

  it('are loaded once, in batches, and the progress object says so', async () => {
    for (let file = 0; file < 250; file += 1) await local.put(`history/part ${file}.csv`, `${file}\n`)
    await tick()
    await tick()
    const rows = await local.redshift.admin('select count(*) as all, count(distinct id) as ids from public.orders')
    expect(rows).toEqual([{ all: '250', ids: '250' }])
    const batches = await local.redshift.admin('select files from penstock.receipts order by files')
    expect(batches).toEqual([{ files: '50' }, { files: '100' }, { files: '100' }])
    expect(await progressOf('orders')).toMatchObject({
      prefix: 'history/',
      target: 'main/public.orders',
      listings: { once: { status: 'queued', listed: 250, queued: 250, alreadyKnown: 0, leftOut: 0 } },
    })
  })

  it('are loaded at their time each day, if the prefix names the day', async () => {
    const today = Math.floor(clockMs / DAY_MS) * DAY_MS
    const dayBefore = (ms: number) => new Date(ms - DAY_MS).toISOString().slice(0, 10)
    const [first, second] = [today + DAY_MS, today + 2 * DAY_MS]
    for (const [id, day] of [dayBefore(first), dayBefore(second), dayBefore(second + DAY_MS)].entries())
      await local.put(`exports/${day.replaceAll('-', '/')}/part.csv`, `${id}\n`)
    const ids = () => local.redshift.admin('select id from public.exports order by id')

    clockMs = first + 2.4 * 3_600_000
    await tick()
    expect(await ids()).toEqual([])
    clockMs = first + 2.6 * 3_600_000
    await tick()
    await tick()
    expect(await ids()).toEqual([{ id: '0' }])
    clockMs = second + 2.6 * 3_600_000
    await tick()
    expect(await ids()).toEqual([{ id: '0' }, { id: '1' }])
    expect(Object.entries((await progressOf('exports')).listings)).toEqual([
      [dayBefore(first), expect.objectContaining({ status: 'queued', queued: 1 })],
      [dayBefore(second), expect.objectContaining({ status: 'queued', queued: 1 })],
    ])
  })
})
