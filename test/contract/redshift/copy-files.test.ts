import { ROLE, startTestRedshift, type TestClient, type TestRedshift } from './a-redshift'

let world: TestRedshift
let client: TestClient
beforeAll(async () => {
  world = await startTestRedshift()
  client = await world.connect()
  await client.rows('CREATE TABLE t (a varchar(50))')
})
afterAll(() => world.stop())
beforeEach(() => client.rows('TRUNCATE t'))

interface Entry {
  readonly url: string
  readonly mandatory?: boolean
  readonly meta?: { readonly content_length: number }
}

const manifest = (...entries: Entry[]) => world.objects.put('lake/manifests/m', JSON.stringify({ entries }))
const load = `COPY t FROM 's3://lake/manifests/m' ${ROLE} MANIFEST`
const loaded = () => client.values('SELECT a FROM t ORDER BY a')

describe('a manifest', () => {
  it('names files by their full keys, in several buckets, in one atomic load', async () => {
    world.objects.put('lake/a', 'a\n')
    world.objects.put('lake/ab', 'never\n')
    world.objects.put('other/b', 'b')
    manifest({ url: 's3://lake/a', mandatory: true }, { url: 's3://other/b', mandatory: true })
    await client.rows(load)
    expect(await loaded()).toEqual(['a', 'b'])
    expect(client.notices).toContain("Load into table 't' completed, 2 record(s) loaded successfully.")
  })

  it('takes keys with any character', async () => {
    const keys = ['with space', 'plus+plus', '100%', "it's", 'ünïcode/✓', 'a&b=c?d#e', 'double//slash', '"quoted"']
    for (const key of keys) world.objects.put(`lake/odd/${key}`, `${key}\n`)
    manifest(...keys.map((key) => ({ url: `s3://lake/odd/${key}`, mandatory: true })))
    await client.rows(load)
    expect(new Set(await loaded())).toEqual(new Set(keys))
  })

  it('loads an entry twice that is listed twice', async () => {
    world.objects.put('lake/a', 'a\n')
    manifest({ url: 's3://lake/a' }, { url: 's3://lake/a' })
    await client.rows(load)
    expect(await loaded()).toEqual(['a', 'a'])
  })

  it('skips a missing file that is not mandatory, and fails for one that is', async () => {
    world.objects.put('lake/a', 'a\n')
    manifest({ url: 's3://lake/a' }, { url: 's3://lake/missing' })
    await client.rows(load)
    expect(await loaded()).toEqual(['a'])
    manifest({ url: 's3://lake/a' }, { url: 's3://lake/missing', mandatory: true })
    expect(await client.failure(load)).toMatchObject({
      code: 'XX000',
      message: expect.stringMatching(
        /^S3ServiceException:The specified key does not exist\..*Status 404,Error NoSuchKey/,
      ),
    })
    expect(await loaded()).toEqual(['a'])
  })

  it('fails when it leads to no file at all, mandatory or not', async () => {
    manifest({ url: 's3://lake/missing' })
    expect((await client.failure(load)).message).toMatch(/NoSuchKey/)
    manifest()
    expect((await client.failure(load)).message).toMatch(/NoSuchKey/)
  })

  it('fails when a file has not the length that it gives', async () => {
    world.objects.put('lake/a', 'a\n')
    manifest({ url: 's3://lake/a', mandatory: true, meta: { content_length: 2 } })
    await client.rows(load)
    manifest({ url: 's3://lake/a', mandatory: true, meta: { content_length: 3 } })
    expect((await client.failure(load)).message).toMatch(/file size in the manifest .* s3:\/\/lake\/a$/)
  })

  it('must be there, and be JSON of the right shape', async () => {
    expect((await client.failure(load.replace('/m', '/nowhere'))).message).toMatch(
      /^Problem reading manifest file - S3ServiceException:.*NoSuchKey/,
    )
    for (const body of ['nonsense', '[]', '{"entries": [{"uri": "s3://lake/a"}]}', '{"entries": [{"url": "a"}]}']) {
      world.objects.put('lake/manifests/m', body)
      expect((await client.failure(load)).message).toBe('Manifest file is not in correct json format')
    }
  })

  it('of UNLOAD, with more keys than COPY needs, is understood', async () => {
    world.objects.put('lake/a', 'a\n')
    const entries = [{ url: 's3://lake/a', meta: { content_length: 2, record_count: 1 } }]
    world.objects.put('lake/manifests/m', JSON.stringify({ entries, schema: { elements: [] }, author: { name: 'x' } }))
    await client.rows(load)
    expect(await loaded()).toEqual(['a'])
  })
})

describe('without MANIFEST', () => {
  it('the source is a prefix, so data.txt also loads data.txt.bak', async () => {
    world.objects.put('lake/p/data.txt', 'a\n')
    world.objects.put('lake/p/data.txt.bak', 'b\n')
    world.objects.put('lake/p/other', 'c\n')
    await client.rows(`COPY t FROM 's3://lake/p/data.txt' ${ROLE}`)
    expect(await loaded()).toEqual(['a', 'b'])
  })

  it('a prefix without files is an error', async () => {
    expect((await client.failure(`COPY t FROM 's3://lake/zzz' ${ROLE}`)).message).toBe(
      "The specified S3 prefix 'zzz' does not exist",
    )
  })

  it('a missing bucket is an error', async () => {
    expect((await client.failure(`COPY t FROM 's3://nowhere/x' ${ROLE}`)).message).toMatch(
      /^S3ServiceException:The specified bucket does not exist,Status 404,Error NoSuchBucket/,
    )
    manifest({ url: 's3://nowhere/x', mandatory: true })
    expect((await client.failure(load)).message).toMatch(/Error NoSuchBucket/)
  })
})

it('refuses another region than that of the files, and names that are none', async () => {
  world.objects.put('lake/a', 'a\n')
  const from = (region: string) => `COPY t FROM 's3://lake/a' ${ROLE} REGION '${region}'`
  await client.rows(from('eu-west-1'))
  expect((await client.failure(from('us-east-1'))).message).toMatch(/Status 301,Error PermanentRedirect/)
  expect((await client.failure(from('moon'))).message).toBe('Invalid region: moon')
})

it('is part of the transaction: its rows go with a rollback, and a failure of it aborts all', async () => {
  world.objects.put('lake/only', 'a\n')
  world.objects.put('lake/long', `${'x'.repeat(51)}\n`)
  await client.rows('BEGIN')
  await client.rows(`COPY t FROM 's3://lake/only' ${ROLE}`)
  expect(await client.values('SELECT pg_last_copy_count()')).toEqual(['1'])
  expect(await loaded()).toEqual(['a'])
  await client.rows('ROLLBACK')
  expect(await loaded()).toEqual([])
  await client.rows('BEGIN')
  await client.rows(`COPY t FROM 's3://lake/a' ${ROLE}`)
  await client.failure(`COPY t FROM 's3://lake/long' ${ROLE}`)
  expect(await client.failure('INSERT INTO t VALUES (1)')).toMatchObject({ code: '25P02' })
  expect(await client.failure(`COPY t FROM 's3://lake/a' ${ROLE}`)).toMatchObject({ code: '25P02' })
  await client.rows('COMMIT')
  expect(await loaded()).toEqual([])
})

it('records loads in SYS_LOAD_HISTORY and their files in SYS_LOAD_DETAIL, rolled back or not', async () => {
  world.objects.put('lake/d/1', 'a\nb\n')
  world.objects.put('lake/d/2', 'c\n')
  await client.rows('BEGIN')
  await client.rows(`COPY t FROM 's3://lake/d/' ${ROLE}`)
  await client.rows('ROLLBACK')
  const [history] = await client.rows('SELECT * FROM sys_load_history WHERE query_id = pg_last_copy_id()')
  expect(history).toMatchObject({
    session_id: client.pid,
    database_name: 'dev',
    status: 'completed',
    table_name: 't',
    data_source: 's3://lake/d/',
    loaded_rows: '3',
    source_file_count: 2,
    source_file_bytes: '6',
    error_count: '0',
  })
  const details = await client.rows(
    'SELECT trim(file_name) AS file, lines_scanned, file_etag FROM sys_load_detail WHERE query_id = pg_last_copy_id() ORDER BY 1',
  )
  expect(details).toEqual([
    { file: 's3://lake/d/1', lines_scanned: '2', file_etag: expect.stringMatching(/^[0-9a-f]{32}$/) },
    { file: 's3://lake/d/2', lines_scanned: '1', file_etag: expect.stringMatching(/^[0-9a-f]{32}$/) },
  ])
  expect(
    await (await world.connect({ user: 'reader', password: 'reader-password' })).rows('SELECT * FROM sys_load_history'),
  ).toEqual([])
})

it('loads nothing with NOLOAD, and still finds what is wrong', async () => {
  world.objects.put('lake/a', 'a\n')
  world.objects.put('lake/long', `${'x'.repeat(51)}\n`)
  await client.rows(`COPY t FROM 's3://lake/a' ${ROLE} NOLOAD`)
  expect(await loaded()).toEqual([])
  expect((await client.failure(`COPY t FROM 's3://lake/long' ${ROLE} NOLOAD`)).message).toMatch(
    /^Load into table 't' failed/,
  )
})
