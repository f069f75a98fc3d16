import { connect } from 'node:net'
import { Client } from 'pg'
import { startTestRedshift, type TestRedshift } from './a-redshift'

let world: TestRedshift
beforeAll(async () => {
  world = await startTestRedshift()
})
afterAll(() => world.stop())

describe('logging in', () => {
  it('speaks TLS with a certificate that its own authority has signed', async () => {
    const client = await world.connect({ host: '127.0.0.1' })
    expect(await client.values('SELECT 1')).toEqual([1])
  })

  it('shows itself as PostgreSQL 8.0.2', async () => {
    const client = await world.connect()
    expect(await client.values('SELECT version()')).toEqual([expect.stringMatching(/^PostgreSQL 8\.0\.2 .*Redshift/)])
  })

  it('refuses a wrong password with 28P01', async () => {
    await expect(world.connect({ password: 'wrong' })).rejects.toMatchObject({
      code: '28P01',
      message: 'password authentication failed for user "etl"',
    })
  })

  it('refuses a login without TLS, as with require_ssl', async () => {
    await expect(world.connect({ ssl: false })).rejects.toMatchObject({ code: '28000' })
  })

  it('refuses startup parameters that PostgreSQL 8.0 does not know, so that they are set after connecting', async () => {
    await expect(world.connect({ statement_timeout: 1_000 })).rejects.toMatchObject({ code: '42704' })
    const client = await world.connect()
    await client.rows('SET statement_timeout TO 50')
    expect(await client.failure('SELECT pg_sleep(5)')).toMatchObject({ code: '57014' })
  })

  it('takes a new password for new sessions and leaves open ones alone', async () => {
    const before = await world.connect({ user: 'reader', password: 'reader-password' })
    await world.redshift.setPassword('reader', 'rotated')
    await expect(world.connect({ user: 'reader', password: 'reader-password' })).rejects.toMatchObject({
      code: '28P01',
    })
    const after = await world.connect({ user: 'reader', password: 'rotated' })
    expect(await before.values('SELECT current_user::text')).toEqual(['reader'])
    expect(await after.values('SELECT current_user::text')).toEqual(['reader'])
  })
})

describe('a session', () => {
  it('cannot do what its user was not granted', async () => {
    await world.redshift.admin(
      'CREATE TABLE secret (a int); CREATE TABLE shared (a int); GRANT INSERT ON shared TO etl',
    )
    const client = await world.connect()
    expect(await client.failure('SELECT * FROM secret')).toMatchObject({ code: '42501' })
    await client.rows('INSERT INTO shared VALUES (1)')
    expect(await world.redshift.admin('SELECT a FROM shared')).toEqual([{ a: 1 }])
  })

  it('rolls back when its client goes away', async () => {
    await world.redshift.admin('CREATE TABLE gone (a int); GRANT ALL ON gone TO etl')
    const client = await world.connect()
    await client.rows('BEGIN')
    await client.rows('INSERT INTO gone VALUES (1)')
    ;(client.raw as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
    const open = `SELECT 1 FROM stv_sessions WHERE process = ${client.pid}`
    while ((await world.redshift.admin(open)).length > 0) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await world.redshift.admin('SELECT * FROM gone')).toEqual([])
  })

  it('can be ended by another session of the same user', async () => {
    const [one, other] = [await world.connect(), await world.connect()]
    const sleeping = one.failure('SELECT pg_sleep(20)')
    await other.rows('SELECT pg_terminate_backend($1)', [one.pid])
    expect(await sleeping).toMatchObject({ code: '57P01' })
  })

  it('is cancelled by a cancel request', async () => {
    const client = await world.connect()
    const connection = client.raw as unknown as { readonly secretKey: number }
    const sleeping = client.failure('SELECT pg_sleep(20)')
    const request = Buffer.alloc(16)
    request.writeInt32BE(16, 0)
    request.writeInt32BE(80_877_102, 4)
    request.writeInt32BE(client.pid, 8)
    request.writeInt32BE(connection.secretKey, 12)
    await new Promise((resolve) => setTimeout(resolve, 50))
    connect(world.redshift.port, '127.0.0.1').end(request)
    expect(await sleeping).toEqual({
      code: '57014',
      message: expect.stringMatching(/^Query \(\d+\) cancelled on user's request$/),
      detail: undefined,
    })
  })

  it('sees its own sessions in stv_sessions', async () => {
    const client = await world.connect()
    const [session] = await client.rows(`SELECT * FROM stv_sessions WHERE process = ${client.pid}`)
    expect(session).toMatchObject({ process: client.pid, starttime: expect.any(Date) })
    expect(String(session?.['user_name']).trim()).toBe('etl')
  })

  it('passes a large result to a client that reads slowly', async () => {
    const client = await world.connect()
    const rows = await client.rows("SELECT repeat('x', 1000) AS x FROM generate_series(1, 20000)")
    expect(rows).toHaveLength(20_000)
  })

  it('keeps prepared statements and plain ones in order', async () => {
    const client = await world.connect()
    const named = { name: 'sum', text: 'SELECT $1::int + $2::int AS sum' }
    const answers = await Promise.all([
      client.raw.query({ ...named, values: [1, 2] }),
      client.raw.query('SELECT 4 AS sum'),
      client.raw.query({ ...named, values: [3, 4] }),
    ])
    expect(answers.map(({ rows }) => rows[0].sum)).toEqual([3, 4, 7])
  })
})

describe('a transaction', () => {
  it('is SNAPSHOT: it reads what was there when it began to read', async () => {
    await world.redshift.admin('CREATE TABLE snap (a int); GRANT ALL ON snap TO etl')
    const client = await world.connect()
    await client.rows('BEGIN')
    expect(await client.values('SELECT count(*)::int FROM snap')).toEqual([0])
    await world.redshift.admin('INSERT INTO snap VALUES (1)')
    expect(await client.values('SELECT count(*)::int FROM snap')).toEqual([0])
    await client.rows('COMMIT')
    expect(await client.values('SELECT count(*)::int FROM snap')).toEqual([1])
    expect(await client.values('SELECT isolation_level FROM stv_db_isolation_level')).toEqual(['Snapshot Isolation'])
  })

  it('conflicts with another that changed the same row, in the words of SNAPSHOT', async () => {
    await world.redshift.admin('CREATE TABLE clash (a int); GRANT ALL ON clash TO etl; INSERT INTO clash VALUES (1)')
    const client = await world.connect()
    await client.rows('BEGIN ISOLATION LEVEL SERIALIZABLE')
    await client.rows('SELECT * FROM clash')
    await world.redshift.admin('UPDATE clash SET a = 2')
    expect(await client.failure('UPDATE clash SET a = 3')).toMatchObject({
      code: 'XX000',
      message: 'could not complete because of conflict with concurrent transaction',
    })
  })
})

describe('a paused cluster', () => {
  it('ends its sessions, refuses connections, and takes them again on the same port when it is resumed', async () => {
    const client = await world.connect()
    await world.redshift.pause()
    await expect(client.rows('SELECT 1')).rejects.toThrow()
    await expect(world.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(await world.redshift.admin('SELECT 1 AS one')).toEqual([{ one: 1 }])
    await world.redshift.resume()
    expect(await (await world.connect()).values('SELECT 1')).toEqual([1])
  })
})

describe('a cluster that was set up otherwise', () => {
  let other: TestRedshift
  beforeAll(async () => {
    other = await startTestRedshift({ auth: 'cleartext', allowPlaintext: true, isolation: 'serializable' })
  })
  afterAll(() => other.stop())

  it('lets clients in with a password in clear when it asks for one', async () => {
    const client = await other.connect({ ssl: false })
    expect(await client.values('SELECT 2')).toEqual([2])
    await expect(other.connect({ password: 'wrong' })).rejects.toMatchObject({ code: '28P01' })
  })

  it('tells a conflict with 1023 where the database is SERIALIZABLE', async () => {
    await other.redshift.admin('CREATE TABLE clash (a int); GRANT ALL ON clash TO etl; INSERT INTO clash VALUES (1)')
    const client = await other.connect()
    await client.rows('BEGIN')
    await client.rows('SELECT * FROM clash')
    await other.redshift.admin('UPDATE clash SET a = 2')
    const failure = await client.failure('UPDATE clash SET a = 3')
    expect(failure).toMatchObject({ code: 'XX000', message: '1023' })
    expect(failure.detail).toMatch(
      /^Serializable isolation violation on table - \d+, transactions forming the cycle are: /,
    )
  })

  it('leaves nobody listening when it is stopped', async () => {
    await other.stop()
    const late = new Client({ host: '127.0.0.1', port: other.redshift.port, user: 'etl', database: 'dev' })
    await expect(late.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
