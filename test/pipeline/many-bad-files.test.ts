import type { TargetId } from '../../lambda/model'
import { inFlight } from './in-flight'
import { type Local, startForTest } from './local'

const ORDERS: TargetId = 'main/public.orders'
const FILES = 240
const isBad = (file: number) => file % 2 === 1
const keyOf = (file: number) => `orders/part-${file}.csv`

describe('240 files of which every other one is malformed', () => {
  let local: Local
  beforeAll(async () => {
    local = await startForTest({ settings: { batch: { files: 100, seconds: 1 } } })
    await local.table('public.orders', 'id bigint, amount int')
    const files = Array.from({ length: FILES }, (_, file) => file)
    await inFlight(20, files, (file) => local.put(keyOf(file), `${file},1\n${file},${isBad(file) ? 'much' : 2}\n`))
    await local.s3.settled()
    for (let look = 0; look < 300 && (await local.ports.arrivals.oldest(ORDERS, 1)).length > 0; look += 1) {
      await local.quiet()
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await local.quiet()
  })
  afterAll(() => local.stop())

  it('loads every good one once', async () => {
    const [found] = await local.redshift.admin(
      'select count(*) as rows, count(distinct id) as files, sum(amount) as amount from public.orders',
    )
    expect(found).toEqual({ rows: '240', files: '120', amount: '360' })
  })

  it('records every bad one with line, column and value', async () => {
    const bad = Array.from({ length: FILES }, (_, file) => file).filter(isBad)
    const records = await Promise.all(bad.map((file) => local.record(ORDERS, keyOf(file))))
    expect(records).toEqual(
      bad.map(() =>
        expect.objectContaining({
          status: 'failed',
          error: expect.objectContaining({ code: 'LOAD_ERROR_1207', line: 2, column: 'amount', value: 'm' }),
        }),
      ),
    )
  })

  it('takes few loads, one look for each that was refused, and one notice', async () => {
    const copies = local.redshift.statements.filter(({ statement }) => /^copy/i.test(statement))
    const looks = copies.filter(({ statement }) => /NOLOAD/.test(statement)).length
    const notices = await local.notices('failure')
    expect(looks).toBeLessThanOrEqual(10)
    expect(notices).toHaveLength(looks)
    expect(copies.length).toBeLessThanOrEqual(3 * looks + 2)
    expect(notices.reduce((sum, { body }) => sum + Number(body['files']), 0)).toBe(120)
  })

  it('keeps what each failed batch was made of', async () => {
    const [first] = await local.notices('failure')
    const folder = `s3://${local.bucket}/_penstock/failed/${ORDERS}/${first?.body['batchId']}/` as const
    const { entries } = JSON.parse(await local.ports.objects.get(`${folder}manifest`)) as { entries: unknown[] }
    expect(entries.length).toBeGreaterThan(Number(first?.body['files']))
    expect(JSON.parse(await local.ports.objects.get(`${folder}batch.json`))).toMatchObject({
      error: { code: 'XX000', message: expect.stringMatching(/Load into table 'orders' failed/) },
    })
  })
})
