import type { S3Object, S3Url, TargetId } from '../../lambda/model'
import { aWorld, type World } from './world'

const ORDERS: TargetId = 'main/public.orders'
const url = (file: number): S3Url => `s3://landing/orders/${file}.csv`

async function putMany(world: World, from: number, count: number, isBad: (file: number) => boolean) {
  const objects: S3Object[] = []
  for (let file = from; file < from + count; file += 1) {
    objects.push(await world.put(`orders/${file}.csv`))
    if (isBad(file))
      world.warehouse.bad.set(url(file), { code: 'LOAD_ERROR_1207', reason: 'Invalid digit', line: file })
  }
  return objects
}

describe('many bad files', () => {
  it('are marked together, with one notice for each batch, and the good ones of a batch load next', async () => {
    const world = aWorld({ batch: { seconds: 0, files: 100 } })
    await world.deliver(...(await putMany(world, 0, 240, (file) => file % 2 === 1)))
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(120)
    expect(await world.record(ORDERS, 'orders/239.csv')).toMatchObject({ status: 'failed', error: { line: 239 } })
    expect(world.measured.get('FilesFailed')).toBe(120)
    expect(world.warehouse.loads.map(({ urls }) => urls.length)).toEqual([100, 50, 100, 50, 40, 20])
    const failures = world.notices.published.filter(({ topicArn }) => topicArn.endsWith(':failure'))
    expect(failures.map(({ notice }) => notice.body['files'])).toEqual([50, 50, 20])
  })

  it('that keep coming hold up no good one: those of a refused batch go next and alone', async () => {
    const world = aWorld({ batch: { seconds: 0, files: 10 } })
    await world.deliver(...(await putMany(world, 0, 10, (file) => file % 2 === 1)))
    const { put } = world.ports.files
    let last = 10
    world.ports.files.put = async (records) => {
      await put(records)
      if (last < 60) await world.deliver(...(await putMany(world, last, 10, () => true)))
      last += 10
    }
    await world.wake()
    expect(world.warehouse.loads[1]?.urls).toEqual([0, 2, 4, 6, 8].map(url))
    expect(world.warehouse.filesIn(ORDERS)).toHaveLength(5)
    expect(world.measured.get('FilesFailed')).toBe(55)
  })

  it('of which the warehouse names one at a time are found one by one, and no new file joins them meanwhile', async () => {
    const world = aWorld({ batch: { seconds: 0, files: 4 } })
    world.warehouse.namesOne = true
    await world.deliver(...(await putMany(world, 0, 6, (file) => file < 2)))
    await world.wake()
    expect(world.warehouse.loads.map(({ urls }) => urls)).toEqual([
      [0, 1, 2, 3].map(url),
      [1, 2, 3].map(url),
      [2, 3].map(url),
      [4, 5].map(url),
    ])
  })

  it('end with reasons of one line that are not endless', async () => {
    const world = aWorld()
    world.warehouse.bad.set(url(0), {
      code: 'X',
      reason: `Spectrum Scan Error\n  -----\n  code: 15001\n${'x'.repeat(900)}`,
    })
    await world.deliver(...(await putMany(world, 0, 1, () => false)))
    await world.wake()
    const record = await world.record(ORDERS, 'orders/0.csv')
    const reason = record?.status === 'failed' ? record.error.reason : ''
    expect(reason).toMatch(/^Spectrum Scan Error; code: 15001; x+…$/)
    expect(reason).toHaveLength(500)
  })

  it('are loaded by themselves when they are written again, mended or not, under the same key', async () => {
    const world = aWorld()
    await world.deliver(...(await putMany(world, 0, 2, () => true)))
    await world.wake()
    world.warehouse.bad.delete(url(0))
    await world.deliver(await world.put('orders/0.csv', 'mended'), await world.put('orders/1.csv', 'still bad'))
    await world.wake()
    expect(world.warehouse.filesIn(ORDERS)).toEqual([url(0)])
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({
      status: 'failed',
      object: { sizeBytes: 'still bad'.length },
    })
  })
})

describe('a batch that failed', () => {
  const FAILED = 's3://landing/_penstock/failed/main/public.orders/b1/'

  it('leaves its files, its manifest and its error under a prefix of its own; one that was loaded leaves nothing there', async () => {
    const world = aWorld()
    await world.deliver(...(await putMany(world, 0, 3, (file) => file === 1)))
    await world.wake()
    expect(world.objects.urls().filter((one) => one.includes('/failed/'))).toEqual([
      `${FAILED}batch.json`,
      `${FAILED}manifest`,
    ])
    const folder = (await world.batch(ORDERS, 'b1'))?.folder ?? 's3://'
    expect(await world.objects.get(`${FAILED}manifest`)).toBe(await world.objects.get(`${folder}manifest`))
    expect(JSON.parse(await world.objects.get(`${FAILED}batch.json`))).toEqual({
      ...JSON.parse(await world.objects.get(`${folder}batch.json`)),
      error: { code: 'XX000', message: 'load failed' },
    })
    expect((await world.batch(ORDERS, 'b2'))?.status).toBe('loaded')
  })

  it('has left them before it is closed', async () => {
    const world = aWorld()
    const { put } = world.ports.batches
    const there: (readonly S3Url[])[] = []
    world.ports.batches.put = async (batch) => {
      if (batch.status === 'failed') there.push(world.objects.urls().filter((one) => one.startsWith(FAILED)))
      await put(batch)
    }
    await world.deliver(...(await putMany(world, 0, 1, () => true)))
    await world.wake()
    expect(there).toEqual([[`${FAILED}batch.json`, `${FAILED}manifest`]])
  })

  it('leaves them too when its table was missing, or its files have changed', async () => {
    const world = aWorld()
    world.warehouse.tables = new Set()
    await world.deliver(...(await putMany(world, 0, 1, () => false)))
    await world.wake()
    expect(JSON.parse(await world.objects.get(`${FAILED}batch.json`))).toMatchObject({ error: { code: '42P01' } })
  })

  it('leaves them in the work folder of its time', async () => {
    const world = aWorld()
    world.dyingAt({ at: 'session.load', when: 'before', call: 1 })
    await world.deliver(...(await putMany(world, 0, 1, () => true)))
    await world.wake()
    world.changeSettings({ work: 's3://landing/_moved/' })
    await world.pass(120_000)
    expect(world.objects.urls()).toContain(`${FAILED}manifest`)
  })
})
