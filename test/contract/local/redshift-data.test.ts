import { ROLE } from '../redshift/a-redshift'
import { type DataApi, ON_CLUSTER, startDataApi, until } from './a-data-api'

// Facts are those of the API reference of the Redshift Data API and of its chapter in the management guide, unless a
// comment says otherwise.
describe('a statement by the Data API', () => {
  let world: DataApi
  let now = Date.now()
  beforeAll(async () => {
    world = await startDataApi({ now: () => now, limits: { active: 3 } })
    await world.redshift.admin('create table t (id int, name varchar(8)); grant all on t to etl')
  })
  beforeEach(async () => {
    now = Date.now()
    await world.redshift.admin('delete from t')
  })
  afterAll(() => world.stop())

  const count = async () => Number((await world.redshift.admin('select count(*) as n from t'))[0]?.['n'])
  const delayed = (matching: RegExp, delayMs = 400) => world.redshift.failNext({ matching, act: 'delay', delayMs })
  const refusal = async (operation: string, input: object) => {
    const { status, body } = await world.ask(operation, input)
    return { status, code: body['__type'], message: body['message'] }
  }

  it('is answered at once with its id, and goes on while nobody asks', async () => {
    delayed(/^insert/i, 800)
    const before = Date.now()
    const given = await world.call('ExecuteStatement', { ...ON_CLUSTER, Sql: "insert into t values (1, 'a')" })
    expect(given).toMatchObject({ ...ON_CLUSTER, Id: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(Math.abs(Number(given['CreatedAt']) * 1_000 - before)).toBeLessThan(2_000)
    expect(await count()).toBe(0)
    await until(async () => (await count()) === 1)
  })

  it('is seen to be submitted, to start and to finish', async () => {
    delayed(/^select 1/)
    const id = await world.submit('select 1')
    const first = await world.describe(id)
    expect(['SUBMITTED', 'PICKED', 'STARTED']).toContain(first.Status)
    await until(async () => (await world.describe(id)).Status === 'STARTED')
    expect((await world.ended(id)).Status).toBe('FINISHED')
  })

  it('is described with its session, its times, its rows and who ran it', async () => {
    const id = await world.submit("insert into t values (1, 'a'), (2, 'b')")
    const described = await world.ended(id)
    expect(described).toMatchObject({
      ...ON_CLUSTER,
      ...{ Id: id, Status: 'FINISHED', HasResultSet: false, ResultRows: 2, ResultSize: 0 },
      QueryString: "insert into t values (1, 'a'), (2, 'b')",
    })
    expect(described).not.toHaveProperty('SubStatements')
    // Nanoseconds.
    expect(described['Duration']).toBeGreaterThan(100_000)
    expect(described['UpdatedAt']).toBeGreaterThanOrEqual(Number(described['CreatedAt']))
    const logged = world.redshift.statements.find(({ statement }) =>
      statement.startsWith("insert into t values (1, 'a'), "),
    )
    expect(logged).toMatchObject({ pid: described['RedshiftPid'], user: 'etl', outcome: 'ok' })
  })

  it('that is a COPY tells the rows loaded and the number under which the warehouse knows it', async () => {
    world.objects.put('landing/a.csv', '1,lamp\n2,desk\n')
    const described = await world.ended(await world.submit(`copy t from 's3://landing/a.csv' ${ROLE} csv`))
    expect(described).toMatchObject({ Status: 'FINISHED', ResultRows: 2, HasResultSet: false })
    const loads = await world.redshift.admin('select max(query_id) as id from sys_load_history')
    expect(described['RedshiftQueryId']).toBe(Number(loads[0]?.['id']))
  })

  it('that is a bad COPY fails in the words of the warehouse, and its number leads to the load errors', async () => {
    world.objects.put('landing/bad.csv', 'x,lamp\n')
    const described = await world.ended(await world.submit(`copy t from 's3://landing/bad.csv' ${ROLE} csv`))
    expect(described).toMatchObject({
      Status: 'FAILED',
      Error: expect.stringMatching(/^ERROR: Load into table 't' failed/),
    })
    const errors = await world.redshift.admin(
      `select trim(column_name) as name from sys_load_error_detail where query_id = ${described['RedshiftQueryId']}`,
    )
    expect(errors).toEqual([{ name: 'id' }])
  })

  // [aws/aws-sdk-js-v3#3056] shows the form of an error with its hint.
  it('that fails says why as the warehouse does, with its detail and hint', async () => {
    expect(await world.ended(await world.submit('select nonsense(1)'))).toMatchObject({
      Status: 'FAILED',
      Error: expect.stringMatching(/^ERROR: function nonsense\(integer\) does not exist\n {2}Hint: /),
    })
  })

  it('may do what its user may, and no more', async () => {
    await world.redshift.admin('create table secret (id int)')
    expect((await world.ended(await world.submit('select * from secret'))).Error).toMatch(/permission denied/)
  })

  it('may not be several in one text', async () => {
    const described = await world.ended(await world.submit('delete from t; delete from t'))
    expect(described).toMatchObject({ Status: 'FAILED', Error: expect.stringContaining('multiple commands') })
  })

  it('takes values by name, which are values only', async () => {
    const Parameters = [
      { name: 'int', value: '7' },
      { name: 'Name', value: "o'c; --" },
    ]
    await world.ended(await world.submit('insert into t values (:int::int, :Name)', { ...ON_CLUSTER, Parameters }))
    expect(await world.redshift.admin('select * from t')).toEqual([{ id: 7, name: "o'c; --" }])
    expect(await refusal('ExecuteStatement', { ...ON_CLUSTER, Parameters, Sql: 'select :int' })).toMatchObject({
      code: 'ValidationException',
    })
    const empty = { ...ON_CLUSTER, Parameters: [{ name: 'id', value: '' }], Sql: 'select :id' }
    expect(await refusal('ExecuteStatement', empty)).toMatchObject({ code: 'ValidationException' })
  })

  describe('with a result', () => {
    it('gives each value in the field of its type, and the columns', async () => {
      const sql = `select 1::int as i, 1.5::float8 as f, true as b, 'x'::varchar(8) as v, null::int as n, 12.30::decimal(10,2) as d,
        date '2026-11-20' as day`
      const id = await world.submit(sql)
      expect(await world.ended(id)).toMatchObject({ HasResultSet: true, ResultRows: 1 })
      const result = await world.call('GetStatementResult', { Id: id })
      expect(result['Records']).toEqual([
        [
          { longValue: 1 },
          { doubleValue: 1.5 },
          { booleanValue: true },
          { stringValue: 'x' },
          { isNull: true },
          { stringValue: '12.30' },
          { stringValue: '2026-11-20' },
        ],
      ])
      expect(result['TotalNumRows']).toBe(1)
      const columns = result['ColumnMetadata'] as { name: string; typeName: string; precision: number; scale: number }[]
      expect(columns.map(({ name, typeName }) => `${name} ${typeName}`)).toEqual(
        'i int4,f float8,b bool,v varchar,n int4,d numeric,day date'.split(','),
      )
      expect(columns[5]).toMatchObject({ label: 'd', precision: 10, scale: 2 })
    })

    it('gives it page by page', async () => {
      const id = await world.submit('select n from generate_series(1, 2500) as s(n)')
      await world.ended(id)
      const sizes: number[] = []
      for (let NextToken: unknown, first = true; first || NextToken !== undefined; first = false) {
        const page = await world.call('GetStatementResult', { Id: id, ...(NextToken ? { NextToken } : {}) })
        sizes.push((page['Records'] as unknown[]).length)
        NextToken = page['NextToken']
      }
      expect(sizes).toEqual([1_000, 1_000, 500])
    })

    it('has an empty one where no row is found, and none where none is asked for', async () => {
      const empty = await world.submit('select * from t')
      expect(await world.ended(empty)).toMatchObject({ HasResultSet: true, ResultRows: 0 })
      expect((await world.call('GetStatementResult', { Id: empty }))['Records']).toEqual([])
      const none = await world.submit('create temp table x (id int)')
      expect(await world.ended(none)).toMatchObject({ HasResultSet: false, ResultRows: -1 })
      expect(await refusal('GetStatementResult', { Id: none })).toMatchObject({
        code: 'ResourceNotFoundException',
        message: 'Query does not have result. Please check query status with DescribeStatement.',
      })
    })

    it('is forgotten after 24 hours', async () => {
      const id = await world.submit('select 1')
      await world.ended(id)
      now += 24 * 3_600_000 - 1_000
      await world.call('GetStatementResult', { Id: id })
      now += 2_000
      for (const operation of ['GetStatementResult', 'DescribeStatement']) {
        expect(await refusal(operation, { Id: id })).toMatchObject({ code: 'ResourceNotFoundException' })
      }
    })
  })

  describe('with a ClientToken', () => {
    const once = (ClientToken?: string) =>
      world.submit("insert into t values (1, 'a')", { ...ON_CLUSTER, ...(ClientToken ? { ClientToken } : {}) })

    it('runs once, however often it is sent, for eight hours', async () => {
      const ids = [await once('token-1'), await once('token-1')]
      await world.ended(ids[0] ?? '')
      ids.push(await once('token-1'))
      expect(new Set(ids).size).toBe(1)
      expect(await count()).toBe(1)
      now += 8 * 3_600_000 + 1
      const later = await once('token-1')
      expect(later).not.toBe(ids[0])
      await world.ended(later)
      expect(await count()).toBe(2)
    })

    it('runs once when the answer was lost, and not at all when the request was', async () => {
      world.api.failNext({ operation: 'ExecuteStatement', about: 'token-2', how: { kind: 'answer-lost' } })
      await expect(once('token-2')).rejects.toThrow()
      await world.ended(await once('token-2'))
      expect(await count()).toBe(1)
      world.api.failNext({ operation: 'ExecuteStatement', about: 'token-3', how: { kind: 'cut' } })
      await expect(once('token-3')).rejects.toThrow()
      expect(await count()).toBe(1)
    })

    it('is a statement of its own without one', async () => {
      for (const id of [await once(), await once()]) await world.ended(id)
      expect(await count()).toBe(2)
    })
  })

  describe('that is cancelled', () => {
    it('ends ABORTED, and what it did is undone', async () => {
      const id = await world.submit("insert into t select 1, 'a' from pg_sleep(10)")
      await until(async () => (await world.describe(id)).Status === 'STARTED')
      expect(await world.call('CancelStatement', { Id: id })).toEqual({ Status: true })
      expect(await world.ended(id)).toMatchObject({ Status: 'ABORTED' })
      expect(await count()).toBe(0)
    })

    it('ends so even if it is cancelled before the warehouse has it', async () => {
      delayed(/^insert/i, 200)
      const id = await world.submit("insert into t select 1, 'a' from pg_sleep(10)")
      await until(() => world.redshift.statements.at(-1)?.outcome === 'running')
      await world.call('CancelStatement', { Id: id })
      expect((await world.ended(id)).Status).toBe('ABORTED')
      expect(await count()).toBe(0)
    })

    // [aws/aws-sdk-js-v3#3056]
    it('is refused when it has ended', async () => {
      const id = await world.submit('select 1')
      await world.ended(id)
      expect(await refusal('CancelStatement', { Id: id })).toEqual({
        ...{ status: 400, code: 'ValidationException' },
        message: `Could not cancel a query that is already in FINISHED state with ID: ${id}`,
      })
    })
  })

  it('is waited for as long as is asked, from 1 to 30 seconds, at its submission and at its description', async () => {
    delayed(/^select 5/, 300)
    const { Id } = await world.call('ExecuteStatement', { ...ON_CLUSTER, Sql: 'select 5', WaitTimeSeconds: 5 })
    expect((await world.describe(String(Id))).Status).toBe('FINISHED')
    delayed(/^select 6/, 1_500)
    const slow = await world.submit('select 6')
    expect(await world.call('DescribeStatement', { Id: slow, WaitTimeSeconds: 1 })).toMatchObject({ Status: 'STARTED' })
    expect(await refusal('DescribeStatement', { Id: slow, WaitTimeSeconds: 31 })).toMatchObject({
      code: 'ValidationException',
    })
    await world.ended(slow)
  })

  it('is one of so many that are active, or it is refused', async () => {
    world.redshift.failNext({ matching: /^select 3/, act: 'delay', delayMs: 300, times: 3 })
    const ids = await Promise.all(['select 3', 'select 3', 'select 3'].map((sql) => world.submit(sql)))
    expect(await refusal('ExecuteStatement', { ...ON_CLUSTER, Sql: 'select 3' })).toMatchObject({
      code: 'ActiveStatementsExceededException',
    })
    for (const id of ids) await world.ended(id)
    await world.ended(await world.submit('select 3'))
  })

  it('has at most 200 KB', async () => {
    const ofBytes = (bytes: number) => ({ ...ON_CLUSTER, Sql: 'select 1 --'.padEnd(bytes, 'x') })
    await world.ended(String((await world.call('ExecuteStatement', ofBytes(200 * 1_024)))['Id']))
    expect(await refusal('ExecuteStatement', ofBytes(200 * 1_024 + 1))).toMatchObject({ code: 'ValidationException' })
  })

  it('that was never there is not found, and what is no id is not valid', async () => {
    const Id = 'd9b6c0c9-0747-4bf4-b142-e8883122f766'
    for (const operation of ['DescribeStatement', 'GetStatementResult', 'CancelStatement']) {
      expect(await refusal(operation, { Id })).toMatchObject({ status: 400, code: 'ResourceNotFoundException' })
      expect((await world.ask(operation, { Id })).body).toMatchObject({ Message: expect.any(String), ResourceId: Id })
      expect(await refusal(operation, { Id: 'nonsense' })).toMatchObject({ code: 'ValidationException' })
    }
  })

  it('is listed by name, state and place, the latest first, and only when finished unless asked for', async () => {
    const named = async (StatementName: string, sql: string) => {
      const id = await world.submit(sql, { ...ON_CLUSTER, StatementName })
      await world.ended(id)
      return id
    }
    const one = await named('load-1', 'select 1')
    const two = await named('load-2', 'select 2')
    const bad = await named('load-3', 'select nonsense')
    await named('other', 'select 4')
    const list = async (input: object) => {
      const { Statements, NextToken } = await world.call('ListStatements', { StatementName: 'load-', ...input })
      return { ids: (Statements as { Id: string }[]).map(({ Id }) => Id), NextToken }
    }
    expect((await list({})).ids).toEqual([two, one])
    expect((await list({ Status: 'FAILED' })).ids).toEqual([bad])
    expect((await list({ Status: 'ALL', ClusterIdentifier: 'a-cluster' })).ids).toEqual([bad, two, one])
    expect((await list({ WorkgroupName: 'a-workgroup' })).ids).toEqual([])
    const page = await list({ MaxResults: 1 })
    expect(page.ids).toEqual([two])
    expect((await list({ MaxResults: 1, NextToken: page.NextToken })).ids).toEqual([one])
  })

  it('fails at the service when it is told to, and requests are counted', async () => {
    world.api.failNext({
      operation: 'DescribeStatement',
      how: { kind: 'error', code: 'InternalServerException', status: 500 },
    })
    const before = world.api.requests.get('DescribeStatement') ?? 0
    const id = await world.submit('select 1')
    expect(await world.ask('DescribeStatement', { Id: id })).toMatchObject({ status: 500 })
    expect((await world.ended(id)).Status).toBe('FINISHED')
    expect(world.api.requests.get('DescribeStatement')).toBe(before + 2)
  })

  it('fails when the connection of the service with the warehouse is cut, though it may have been done', async () => {
    world.redshift.failNext({ matching: /^insert/i, act: 'cut-after' })
    expect((await world.ended(await world.submit("insert into t values (1, 'a')"))).Status).toBe('FAILED')
    expect(await count()).toBe(1)
  })
})
