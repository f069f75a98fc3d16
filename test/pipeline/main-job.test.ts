import { gzipSync } from 'node:zlib'
import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import type { TargetId } from '../../lambda/model'
import { type Local, startForTest } from './local'

/** The first of the files below, as the command-line tools of that name make it. */
const BZIP2 = 'QlpoOTFBWSZTWWXz7S4AAAtZgAAQUAViACsm3AAgACKA000ZqaaFMJpoDTES5UW6dMb4fGwgEP4EoeK02zxpvi7kinChIMvn2lw='
const ZSTD = 'KLUv/SQkIQEAaXRlbSxwcmljZQoibGFtcCwgc21hbGwiLDEuNTAKc29mYSwKvV7bgQ=='

describe('files of every kind', () => {
  let local: Local
  beforeAll(async () => {
    local = await startForTest({
      settings: {
        csv: { headerLines: 1 },
        routes: [
          { match: '{table}/**', into: {} },
          { match: 'sales/{table}/', into: { schema: 'sales' } },
          {
            match: 'semicolons/**',
            into: { table: 'prices', csv: { delimiter: ';', quote: "'", headerLines: 2, nullText: 'NA' } },
          },
          { match: 'upper/**', into: { table: 'prices', json: { paths: 'auto ignorecase' } } },
          {
            match: 'paths/**',
            into: { table: 'prices', json: { paths: 's3://penstock-local-settings/prices.jsonpaths' } },
          },
          { match: 'both/**', into: [{ table: 'prices' }, { table: 'prices_too', columns: ['item', 'price'] }] },
        ],
      },
    })
    await local.table('public.prices', 'item varchar(32), price decimal(10,2)')
    await local.table('public.prices_too', 'price decimal(10,2), note varchar(10), item varchar(32)')
    await local.redshift.admin('create schema sales; grant usage on schema sales to penstock')
    await local.table('sales.orders', 'item varchar(32), price decimal(10,2)')
  })
  afterAll(() => local.stop())
  afterEach(() => local.redshift.admin('delete from public.prices; delete from public.prices_too'))

  const prices = () => local.redshift.admin('select item, price from public.prices order by item')

  it.each<readonly [string, string | Buffer]>([
    ['prices/a.csv', 'item,price\n"lamp, small",1.50\nsofa,\n'],
    ['prices/a.tsv', 'item\tprice\nlamp, small\t1.50\nsofa\t\n'],
    ['prices/a.csv.gz', gzipSync('item,price\n"lamp, small",1.50\nsofa,\n')],
    ['prices/a.csv.bz2', Buffer.from(BZIP2, 'base64')],
    ['prices/a.csv.zst', Buffer.from(ZSTD, 'base64')],
    ['prices/a.jsonl', '{"item":"lamp, small","price":1.50}\n{"price":null,"item":"sofa"}\n'],
    ['prices/a.ndjson.gz', gzipSync('{"item":"lamp, small","price":1.50}\n{"item":"sofa"}\n')],
    ['semicolons/a.csv', "a comment\nitem;price\n'lamp, small';1.50\nsofa;NA\n"],
    ['upper/a.json', '{"ITEM":"lamp, small","Price":1.50}\n{"ITEM":"sofa"}\n'],
  ])('load: %s', async (key, body) => {
    await local.put(key, body)
    await local.quiet()
    expect(await prices()).toEqual([
      { item: 'lamp, small', price: '1.50' },
      { item: 'sofa', price: null },
    ])
  })

  it('load JSON by jsonpaths', async () => {
    await local.putElsewhere(
      'penstock-local-settings',
      'prices.jsonpaths',
      '{"jsonpaths":["$.thing.name","$.cost[0]"]}',
    )
    await local.put('paths/a.json', '{"thing":{"name":"lamp"},"cost":[1.5,2]}\n')
    await local.quiet()
    expect(await prices()).toEqual([{ item: 'lamp', price: '1.50' }])
  })

  it('load into the schema and table that their folders name', async () => {
    await local.put('sales/orders/dt=2026-11-20/part-0.csv.gz', gzipSync('item,price\nlamp,1.50\n'))
    await local.quiet()
    expect(await local.rows('sales.orders')).toBe(1)
  })

  it('load into several tables, each with its own columns', async () => {
    await local.put('both/a.csv', 'item,price\nlamp,1.50\n')
    await local.quiet()
    expect(await prices()).toEqual([{ item: 'lamp', price: '1.50' }])
    expect(await local.redshift.admin('select * from public.prices_too')).toEqual([
      { price: '1.50', note: null, item: 'lamp' },
    ])
  })

  it.each(
    [
      'prices/a+b.csv',
      'prices/a b.csv',
      'prices/100%25.csv',
      'prices/ü😀/x=1&y=2.csv',
      'prices/landing/landing/a.csv',
      "prices/it's.csv",
      `prices/${'x'.repeat(1024 - 'prices/.csv'.length)}.csv`,
    ].map((key) => [key.slice(0, 60), key] as const),
  )('load whatever their key looks like: %s', async (_, key) => {
    await local.put(key, 'item,price\nlamp,1.50\n')
    await local.quiet()
    expect(await prices()).toEqual([{ item: 'lamp', price: '1.50' }])
    expect(await local.record('main/public.prices', key)).toMatchObject({ status: 'loaded', object: { key } })
  })

  it('are told of with what was loaded and by which statement', async () => {
    await local.put('prices/told.csv', 'item,price\nlamp,1.50\n')
    await local.quiet()
    const told = (await local.notices('success')).at(-1)
    expect(told?.subject).toBe('Penstock local: main/public.prices loaded 1 row from 1 file')
    expect(told?.body).toMatchObject({ event: 'loaded', target: 'main/public.prices', files: 1, rows: 1, bytes: 21 })
    expect(told?.body['statements']).toEqual([expect.stringContaining('COPY "public"."prices"')])
  })
})

describe.each(['topic', 'event-bridge', 'function'] as const)('events that come through a %s', (events) => {
  it('load their files, odd keys included', async () => {
    const local = await startForTest({ events })
    try {
      await local.table('public.kpis', 'id bigint')
      await local.put('kpis/a+b %2B ü.csv', '1\n2\n')
      await local.quiet()
      expect(await local.rows('public.kpis')).toBe(2)
      expect(local.logged.filter(({ level }) => level === 'error')).toEqual([])
    } finally {
      await local.stop()
    }
  })
})

describe('what cannot be loaded', () => {
  const KPIS: TargetId = 'main/public.kpis'
  let local: Local
  beforeAll(async () => {
    local = await startForTest()
    await local.table('public.kpis', 'id bigint, name varchar(8)')
  })
  afterAll(() => local.stop())

  it('names the line, column and value of a malformed file, loads its neighbours, and tells no success of it', async () => {
    await local.redshift.pause()
    const files = { 'kpis/good-1.csv': '1,a\n', 'kpis/bad.csv': '2,b\n3,c\nfour,d\n', 'kpis/good-2.csv': '5,e\n' }
    for (const [key, body] of Object.entries(files)) await local.put(key, body)
    await local.quiet()
    await local.redshift.resume()
    await untilRows(local, 2)
    expect(await local.record(KPIS, 'kpis/bad.csv')).toMatchObject({
      status: 'failed',
      error: {
        line: 3,
        column: 'id',
        value: expect.stringContaining('f'),
        reason: expect.stringContaining('Invalid digit'),
      },
    })
    const failure = (await local.notices('failure')).find(({ body }) => body['event'] === 'files-failed')
    expect(failure?.subject).toBe('Penstock local: main/public.kpis could not load kpis/bad.csv')
    expect(failure?.body['errors']).toEqual([
      expect.objectContaining({ file: 's3://landing/kpis/bad.csv', line: 3, column: 'id' }),
    ])
    expect(failure?.body).toMatchObject({ files: 1, bytes: 15, durationMs: expect.any(Number) })
    expect(failure?.body['statements']).toEqual([expect.stringContaining('COPY "public"."kpis"')])
    expect((await local.notices('success')).map(({ body }) => body['files'])).toEqual([2])
  })

  it.each([
    ['kpis/no-zip.csv.gz', 'this is no gzip'],
    ['kpis/no-parquet.parquet', 'this is no Parquet'],
    ['kpis/no-json.jsonl', 'this is no JSON\n'],
    ['kpis/too-long.csv', '1,123456789\n'],
    ['kpis/too-many.csv', '1,a,b\n'],
    ['kpis/too-few.csv', '1\n'],
  ])('is marked failed with the reason: %s', async (key, body) => {
    const before = await local.rows('public.kpis')
    await local.put(key, body)
    await local.quiet()
    const record = await local.record(KPIS, key)
    expect(record).toMatchObject({ status: 'failed', error: { reason: expect.stringMatching(/\w{4}/) } })
    expect(await local.rows('public.kpis')).toBe(before)
    expect((await local.ports.targets.get(KPIS))?.hold).toBeUndefined()
  })

  it.each(['orders; drop table kpis/a.csv', 'a"b/x.csv', "a'b/x.csv", 'rootfile.csv'])(
    'is a key that no route takes, whatever it looks like: %s',
    async (key) => {
      const before = local.redshift.statements.length
      await local.put(key, '1,a\n')
      await local.quiet()
      expect(local.logged.at(-1)).toMatchObject({ event: 'file-unrouted', fields: { file: `s3://landing/${key}` } })
      expect(local.redshift.statements).toHaveLength(before)
    },
  )

  it('is recorded as gone when it was deleted after its event, and nothing else waits for it', async () => {
    await local.redshift.pause()
    await local.put('kpis/gone.csv', '7,g\n')
    await local.put('kpis/stays.csv', '8,h\n')
    await local.quiet()
    await local.clients.s3.send(new DeleteObjectCommand({ Bucket: local.bucket, Key: 'kpis/gone.csv' }))
    const before = await local.redshift.admin('select count(*) as rows from public.kpis')
    await local.redshift.resume()
    await untilRows(local, Number(before[0]?.['rows']) + 1)
    expect(await local.record(KPIS, 'kpis/gone.csv')).toMatchObject({ status: 'skipped', code: 'OBJECT_GONE' })
    expect(await local.record(KPIS, 'kpis/stays.csv')).toMatchObject({ status: 'loaded' })
  })

  it('waits while its table is missing, and the reason says which', async () => {
    await local.put('nowhere/a.csv', '1\n')
    await local.quiet()
    const state = await local.ports.targets.get('main/public.nowhere')
    expect(state?.hold).toMatchObject({ kind: 'blocked', reason: expect.stringMatching(/nowhere.*create the table/) })
    expect(state?.waitingFiles).toBe(1)
  })

  it('parks an event that nobody can read in the dead-letter queue, alone, with the reason in the log', async () => {
    const { arn } = local.queues.queue('penstock-local-objects')
    await local.queues.send(arn, '{"Records":[{"s3":{}}]}')
    await local.put('kpis/neighbour.csv', '9,i\n')
    for (let look = 0; look < 100; look += 1) {
      await local.quiet()
      if ((await local.queues.bodies('penstock-local-objects-dead')).length > 0) break
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(await local.queues.bodies('penstock-local-objects-dead')).toEqual(['{"Records":[{"s3":{}}]}'])
    expect(local.logged).toContainEqual(
      expect.objectContaining({
        event: 'event-malformed',
        fields: expect.objectContaining({ why: expect.stringContaining('Records[0]') }),
      }),
    )
    expect(await local.record(KPIS, 'kpis/neighbour.csv')).toMatchObject({ status: 'loaded' })
  })
})

async function untilRows(local: Local, rows: number): Promise<void> {
  for (let look = 0; look < 150; look += 1) {
    await local.tick()
    await local.quiet()
    if ((await local.rows('public.kpis')) >= rows) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
