import { type TargetId, urlOf } from '../../lambda/model'
import { inFlight } from './in-flight'
import { type Local, startForTest } from './local'

const ORDERS: TargetId = 'main/public.orders'
const FILES = 500
const IN_FLIGHT = 100
/** Lines of each file. */
const LINES = 2

describe('files that land while others are loaded (S2)', () => {
  let local: Local
  beforeAll(async () => {
    local = await startForTest({ settings: { batch: { files: 50, seconds: 1 } } })
    await local.table('public.orders', 'file bigint, line bigint')
  })
  afterAll(() => local.stop())

  it('500 files at 100 in flight, each event delivered twice: 500 loaded, none lost, none doubled', async () => {
    const files = Array.from({ length: FILES }, (_, file) => file)
    await inFlight(IN_FLIGHT, files, async (file) => {
      const lines = Array.from({ length: LINES }, (_, line) => `${file},${line}\n`)
      await local.put(keyOf(file), lines.join(''))
    })
    await local.s3.settled()
    await repeatEveryEvent(local)
    await untilLoaded(local)

    expect(await lostAndDoubled(local, files)).toEqual({ lost: [], doubled: [] })
    const urls = files.map((file) => urlOf({ bucket: local.bucket, key: keyOf(file) }))
    const records = await local.ports.files.get(ORDERS, urls)
    expect(urls.filter((url) => records.get(url)?.status !== 'loaded')).toEqual([])
    expect(await local.ports.arrivals.oldest(ORDERS, 1_000)).toEqual([])
    const [receipts] = await local.redshift.admin(
      'select sum(files) as files, sum(row_count) as rows from penstock.receipts',
    )
    expect(receipts).toEqual({ files: String(FILES), rows: String(FILES * LINES) })
  }, 90_000)
})

function keyOf(file: number): string {
  return `orders/part-${file}.csv`
}

/** Every file brings the same lines, so a line that is not there once tells of its file. */
async function lostAndDoubled(local: Local, files: readonly number[]) {
  const rows = await local.redshift.admin('select file, line, count(*) as n from public.orders group by file, line')
  const linesOf = new Map<number, number>()
  for (const { file } of rows) linesOf.set(Number(file), (linesOf.get(Number(file)) ?? 0) + 1)
  return {
    lost: files.filter((file) => linesOf.get(file) !== LINES),
    doubled: rows.filter(({ n }) => Number(n) > 1).map(({ file }) => Number(file)),
  }
}

/** Sends the notification of each object once more, as S3 now and then does. */
async function repeatEveryEvent(local: Local): Promise<void> {
  const { arn } = local.queues.queue('penstock-local-objects')
  const events = local.events.filter((event) => event.includes('orders/part-'))
  expect(events.length).toBeGreaterThanOrEqual(FILES)
  await inFlight(20, events, (event) => local.queues.send(arn, event))
}

async function untilLoaded(local: Local): Promise<void> {
  for (let look = 0; look < 200; look += 1) {
    await local.quiet()
    const state = await local.ports.targets.get(ORDERS)
    if ((await local.rows('public.orders')) >= FILES * LINES && state?.waitingFiles === 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
