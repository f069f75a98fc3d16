import type { TargetId } from '../../../lambda/model'
import { ingest, loadTarget } from '../../../lambda/pipeline'
import { type SettingsInput, settingsFrom } from '../../../lambda/settings'
import { whatNext } from '../../../lambda/load/what-next'
import { classify } from '../../../lambda/warehouse/redshift/faults'
import { whatGoesIn } from '../../../lambda/batch/what-goes-in'
import { connectOverPg } from '../../../lambda/warehouse/over-pg'
import { aWorld } from '../world'

const ORDERS: TargetId = 'main/public.orders'
const base: SettingsInput = {
  name: 'test',
  work: 's3://landing/_penstock/',
  warehouses: { main: { kind: 'redshift', host: 'warehouse.test', database: 'dev', user: 'penstock' } },
  batch: { seconds: 0 },
}

describe('settings that have changed', () => {
  it('lose no file that a loader with the settings of a moment ago cannot place', async () => {
    const before = settingsFrom({ ...base, routes: [{ match: 'orders/**', into: { table: 'orders' } }] })
    const after = settingsFrom({ ...base, routes: [{ match: 'orders/**', into: { table: 'orders' } }, { match: 'more/**', into: { table: 'orders' } }] })
    const world = aWorld()
    await ingest(world.ports, after, [await world.put('more/1.csv')])
    await loadTarget(world.ports, before, ORDERS, { owner: 'warm', deadlineMs: world.now() + 60_000 })
    world.loseWakes()
    Object.assign(world.settings, after)
    await world.pass(5 * 60_000)
    expect(await world.record(ORDERS, 'more/1.csv')).toMatchObject({ status: 'loaded' })
  })

  it('and make a waiting file unloadable tell people of it', async () => {
    const before = settingsFrom({ ...base, notify: { failure: 'arn:aws:sns:eu-west-1:123456789012:failure' }, routes: [{ match: 'orders/**', into: { table: 'orders', format: 'csv' } }] })
    const after = settingsFrom({ ...base, notify: { failure: 'arn:aws:sns:eu-west-1:123456789012:failure' }, routes: [{ match: 'orders/**', into: { table: 'orders' } }] })
    const world = aWorld()
    await ingest(world.ports, before, [await world.put('orders/1.dat')])
    await loadTarget(world.ports, after, ORDERS, { owner: 'one', deadlineMs: world.now() + 60_000 })
    expect(await world.record(ORDERS, 'orders/1.dat')).toMatchObject({ status: 'failed' })
    expect({ notices: world.notices.published.length, failed: world.measured.get('FilesFailed') }).toEqual({ notices: 1, failed: 1 })
  })

  it('that take a route away count the files that are skipped for it', async () => {
    const before = settingsFrom({ ...base, routes: [{ match: 'orders/**', into: { table: 'orders' } }] })
    const after = settingsFrom({ ...base, routes: [{ match: 'items/**', into: { table: 'items' } }] })
    const world = aWorld()
    await ingest(world.ports, before, [await world.put('orders/1.csv')])
    await loadTarget(world.ports, after, ORDERS, { owner: 'one', deadlineMs: world.now() + 60_000 })
    expect(world.measured.get('FilesSkipped')).toBe(1)
  })

  it('with a work folder without a slash do not swallow the files whose names begin like it', async () => {
    const world = aWorld({ work: 's3://landing/work' })
    await world.deliver(await world.put('works/1.csv'))
    await world.wake()
    expect(await world.record('main/public.works', 'works/1.csv')).toMatchObject({ status: 'loaded' })
  })
})

describe('a refusal', () => {
  const arrival = (key: string) => ({ target: ORDERS, object: { bucket: 'landing', key, etag: 'e', sizeBytes: 1, eventTimeMs: 0 } })
  it.each([
    ['S3ServiceException:Please reduce your request rate.,Status 503,Error SlowDown, s3://landing/orders/1.parquet', 'waiting'],
    ['Spectrum Scan Error: Access Denied (403) s3://landing/orders/1.parquet', 'blocked'],
  ])('that is passing or a matter of rights marks no file, although it names one: %s', (message, hold) => {
    // As over-pg does: it takes the file from the text whatever the kind of the fault.
    const fault = { ...classify({ code: 'XX000', message }), code: 'XX000', message, fileErrors: [{ url: 's3://landing/orders/1.parquet' as const, code: 'BAD_FILE', reason: message }] }
    const next = whatNext(fault, [arrival('orders/1.parquet'), arrival('orders/2.parquet')], undefined, 0, 0.5)
    expect(next).toMatchObject({ kind: 'hold', hold: { kind: hold } })
  })

  it.each([
    ['57014', 'Query (1023) cancelled on user\'s request', 'too-long'],
    ['XX000', 'Mandatory url is not present in manifest file', 'gone'],
    ['22P02', 'invalid input syntax for integer: "x"', 'data'],
    ['22003', 'Numeric data overflow (result precision)', 'data'],
    ['ThrottlingException', 'GetParameter /p: ThrottlingException (HTTP 400): Rate exceeded', 'passing'],
    ['TimeoutError', 'GetParameter /p: TimeoutError: socket did not establish a connection with the server', 'passing'],
    ['InternalServerError', 'GetParameter /p: InternalServerError (HTTP 500): x', 'passing'],
    [undefined, 'Client has encountered a connection error and is not queryable', 'passing'],
    [undefined, 'Client was closed and is not queryable', 'passing'],
    ['ECONNABORTED', 'read ECONNABORTED', 'passing'],
    [undefined, 'Client network socket disconnected before secure TLS connection was established', 'passing'],
  ])('%s %s', (code, message, kind) => {
    expect(classify({ code, message }).kind).toBe(kind)
  })

  it('of the secret store for its own reasons holds the target as passing', async () => {
    const throttled = Object.assign(new Error('GetParameter: ThrottlingException: Rate exceeded'), { code: 'ThrottlingException' })
    const connection = await connectOverPg(
      { secrets: { read: async () => { throw throttled } }, sleep: async () => {} },
      { name: 'main', host: 'h', port: 1, database: 'd', user: 'u', passwordParameter: '/p', copyRole: 'default', connectTimeoutMs: 1 },
    )
    expect(connection).toMatchObject({ kind: 'refused', fault: { kind: 'passing' } })
  })
})

describe('events without a sequencer', () => {
  it('of the same second are told apart by what they say of the content', () => {
    const object = { bucket: 'landing', key: 'orders/1.csv', etag: 'new', sizeBytes: 1, eventTimeMs: 1_000 }
    const failed = { status: 'failed' as const, target: ORDERS, object: { ...object, etag: 'old' }, atMs: 2_000, error: { code: 'X', reason: 'bad' } }
    const plan = { kind: 'copy' as const, overwrites: 'skip' as const, plan: { schema: 'public', table: 'orders', compression: 'none' as const, format: 'csv' as const } }
    const choice = whatGoesIn([{ target: ORDERS, object }], new Map([['s3://landing/orders/1.csv' as const, failed]]), () => plan, { files: 1, bytes: 1 }, 0)
    expect(choice.take).toHaveLength(1)
  })
})

describe('a redelivered message', () => {
  it('tells of a file of an unknown kind once', async () => {
    const world = aWorld()
    const file = await world.put('orders/readme.docx')
    await world.deliver(file)
    await world.deliver(file)
    expect(world.notices.published).toHaveLength(1)
  })
  it('of an empty file does not take the place of what is known of its later version', async () => {
    const world = aWorld()
    const empty = await world.put('orders/1.csv', '')
    await world.deliver(empty)
    world.warehouse.bad.set('s3://landing/orders/1.csv', { code: 'X', reason: 'bad' })
    await world.deliver(await world.put('orders/1.csv', 'x'))
    await world.wake()
    await world.deliver(empty)
    expect(await world.record(ORDERS, 'orders/1.csv')).toMatchObject({ status: 'failed' })
  })
})
