import type { TargetId } from '../../lambda/model'
import { inFlight } from './in-flight'
import { type Local, startForTest } from './local'

const ORDERS: TargetId = 'main/public.orders'

describe('files that land while others are loaded', () => {
  let local: Local
  beforeAll(async () => {
    local = await startForTest({ settings: { batch: { files: 10, seconds: 1 } } })
    await local.table('public.orders', 'id bigint, item varchar(32)')
  })
  afterAll(() => local.stop())

  it('200 files at 20 in flight, each event delivered twice: 200 loaded, none lost, none doubled', async () => {
    const keys = Array.from({ length: 200 }, (_, file) => `orders/part-${file}.csv`)
    await inFlight(20, keys, async (key) => {
      const id = key.replace(/\D/g, '')
      await local.put(key, `${id},lamp\n`)
    })
    await local.s3.settled()
    await repeatEveryEvent(local, keys)
    await untilLoaded(local, 200)

    const [found] = await local.redshift.admin(
      'select count(*) as rows, count(distinct id) as files from public.orders',
    )
    expect(found).toEqual({ rows: '200', files: '200' })
    const records = await Promise.all(keys.map((key) => local.record(ORDERS, key)))
    expect(records.map((record) => record?.status)).toEqual(keys.map(() => 'loaded'))
    expect(await local.ports.arrivals.oldest(ORDERS, 1_000)).toEqual([])
    const [receipts] = await local.redshift.admin(
      'select sum(files) as files, sum(row_count) as rows from penstock.receipts',
    )
    expect(receipts).toEqual({ files: '200', rows: '200' })
  })
})

/** Sends the notification of each object once more, as S3 now and then does. */
async function repeatEveryEvent(local: Local, keys: readonly string[]): Promise<void> {
  const { arn } = local.queues.queue('penstock-local-objects')
  for (const event of local.events.filter((one) =>
    keys.some((key) => one.includes(encodeURIComponent(key).replace(/%2F/g, '/'))),
  )) {
    await local.queues.send(arn, event)
  }
}

async function untilLoaded(local: Local, files: number): Promise<void> {
  for (let look = 0; look < 200; look += 1) {
    await local.quiet()
    const state = await local.ports.targets.get(ORDERS)
    const loaded = await local.rows('public.orders')
    if (loaded >= files && state?.waitingFiles === 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
