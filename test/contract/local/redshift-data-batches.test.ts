import { ROLE } from '../redshift/a-redshift'
import { type DataApi, ON_CLUSTER, startDataApi, until } from './a-data-api'

// Facts are those of the API reference of the Redshift Data API, unless a comment says otherwise.
describe('a batch by the Data API', () => {
  let world: DataApi
  beforeAll(async () => {
    world = await startDataApi()
    await world.redshift.admin('create table t (id int, name varchar(8)); grant all on t to etl')
  })
  beforeEach(() => world.redshift.admin('delete from t'))
  afterAll(() => world.stop())

  const AUTO_COMMIT = { ...ON_CLUSTER, ExecutionMode: 'AUTO_COMMIT' }
  const ids = async () => (await world.redshift.admin('select id from t order by id')).map(({ id }) => id)
  const insert = (id: number) => `insert into t values (${id}, 'a')`
  const BAD = "insert into t values ('x', 'a')"
  const SLOW = "insert into t select 9, 'a' from pg_sleep(10)"
  const states = async (id: string) => (await world.ended(id)).SubStatements?.map(({ Status }) => Status)

  it('is one transaction on one session, in its order', async () => {
    world.objects.put('landing/a.csv', '2,lamp\n3,desk\n')
    const sqls = [
      'create temp table stage (like t)',
      `copy stage from 's3://landing/a.csv' ${ROLE} csv`,
      'insert into t select * from stage',
      'select count(*) from t',
    ]
    const id = await world.submit(sqls)
    const batch = await world.ended(id)
    expect(batch).toMatchObject({ Id: id, Status: 'FINISHED', HasResultSet: true, RedshiftQueryId: 0 })
    expect(batch).not.toHaveProperty('QueryString')
    expect(batch.SubStatements).toMatchObject([
      { Id: `${id}:1`, Status: 'FINISHED', QueryString: sqls[0], HasResultSet: false, ResultRows: -1 },
      { Id: `${id}:2`, Status: 'FINISHED', ResultRows: 2, RedshiftQueryId: expect.any(Number) },
      { Id: `${id}:3`, Status: 'FINISHED', ResultRows: 2 },
      { Id: `${id}:4`, Status: 'FINISHED', ResultRows: 1, HasResultSet: true },
    ])
    expect(await ids()).toEqual([2, 3])
    const own = world.redshift.statements.filter(({ pid }) => pid === batch['RedshiftPid'])
    const first = own.map(({ statement }) => statement.split(' ')[0]?.toLowerCase())
    // The first select asks for the count and the number of the COPY.
    expect(first).toEqual(['begin', 'create', 'copy', 'select', 'insert', 'select', 'commit'])
  })

  it('is all or nothing: what went before a failure is rolled back, what comes after it is not tried', async () => {
    const id = await world.submit([insert(1), BAD, insert(3)])
    expect(await world.ended(id)).toMatchObject({ Status: 'FAILED', Error: expect.stringMatching(/^ERROR: /) })
    expect(await states(id)).toEqual(['FINISHED', 'FAILED', 'ABORTED'])
    expect(await world.describe(`${id}:2`)).toMatchObject({
      Status: 'FAILED',
      Error: expect.stringMatching(/^ERROR: /),
    })
    expect(await ids()).toEqual([])
  })

  it('with AUTO_COMMIT keeps what went before a failure, and goes on after it', async () => {
    const id = await world.submit([insert(1), BAD, insert(3)], AUTO_COMMIT)
    expect(await states(id)).toEqual(['FINISHED', 'FAILED', 'FINISHED'])
    expect((await world.describe(id)).Status).toBe('FAILED')
    expect(await ids()).toEqual([1, 3])
  })

  it('fails as a whole when its COMMIT does, although each statement has finished', async () => {
    world.redshift.failNext({ matching: /^commit/i, act: 'error', sqlState: 'XX000', message: '1023' })
    const id = await world.submit([insert(1), insert(2)])
    expect(await world.ended(id)).toMatchObject({ Status: 'FAILED', Error: 'ERROR: 1023' })
    expect(await states(id)).toEqual(['FINISHED', 'FINISHED'])
    expect(await ids()).toEqual([])
  })

  it('is seen as failed when the answer of its COMMIT is lost, and its rows are there', async () => {
    world.redshift.failNext({ matching: /^commit/i, act: 'cut-after' })
    expect((await world.ended(await world.submit([insert(1)]))).Status).toBe('FAILED')
    expect(await ids()).toEqual([1])
  })

  it('fails when the session has failed after its last statement', async () => {
    world.objects.put('landing/a.csv', '2,lamp\n')
    world.redshift.failNext({ matching: /pg_last_copy_count/, act: 'error' })
    const copy = `copy t from 's3://landing/a.csv' ${ROLE} csv`
    const id = await world.submit([copy])
    expect(await states(id)).toEqual(['FAILED'])
    expect(await world.describe(id)).toMatchObject({ Status: 'FAILED', Error: 'ERROR: injected fault' })
    expect(await ids()).toEqual([])
    world.redshift.failNext({ matching: /pg_last_copy_count/, act: 'error' })
    expect(await world.ended(await world.submit(copy))).toMatchObject({ Status: 'FINISHED', ResultRows: -1 })
    expect(await ids()).toEqual([2])
  })

  it('is rolled back when it is cancelled before its COMMIT', async () => {
    world.redshift.failNext({ matching: /^insert/i, act: 'delay', delayMs: 200 })
    const id = await world.submit([insert(1)])
    await until(async () => (await world.describe(`${id}:1`)).Status === 'STARTED')
    await world.call('CancelStatement', { Id: id })
    expect((await world.ended(id)).Status).toBe('ABORTED')
    expect(await ids()).toEqual([])
  })

  it('shows how far it has come', async () => {
    const id = await world.submit([insert(1), SLOW, insert(3)])
    await until(async () => (await world.describe(`${id}:2`)).Status === 'STARTED')
    const { Status, SubStatements } = await world.describe(id)
    expect([Status, ...(SubStatements ?? []).map((each) => each.Status)]).toEqual([
      ...['STARTED', 'FINISHED', 'STARTED', 'SUBMITTED'],
    ])
    await world.call('CancelStatement', { Id: id })
    expect(await states(id)).toEqual(['FINISHED', 'ABORTED', 'ABORTED'])
    expect(await world.describe(id)).toMatchObject({ Status: 'ABORTED' })
    expect(await ids()).toEqual([])
  })

  it('with AUTO_COMMIT that is cancelled keeps what was committed', async () => {
    const id = await world.submit([insert(1), SLOW, insert(3)], AUTO_COMMIT)
    await until(async () => (await world.describe(`${id}:2`)).Status === 'STARTED')
    await world.call('CancelStatement', { Id: id })
    expect(await states(id)).toEqual(['FINISHED', 'ABORTED', 'ABORTED'])
    expect(await ids()).toEqual([1])
  })

  it('gives the result of each statement under its own id, and none under that of all', async () => {
    const id = await world.submit(['select 1', 'select 2'])
    await world.ended(id)
    expect(await world.call('GetStatementResult', { Id: `${id}:2` })).toMatchObject({ Records: [[{ longValue: 2 }]] })
    // [apache/airflow#40427]
    expect((await world.ask('GetStatementResult', { Id: id })).body).toMatchObject({
      __type: 'ValidationException',
      message: 'BatchExecuteStatement result can only be retrieved with sub-statement id.',
    })
    expect((await world.ask('DescribeStatement', { Id: `${id}:3` })).body['__type']).toBe('ResourceNotFoundException')
  })

  it('is listed with all its statements', async () => {
    const id = await world.submit(['select 1', 'select 2'], { ...ON_CLUSTER, StatementName: 'batch' })
    await world.ended(id)
    expect((await world.call('ListStatements', { StatementName: 'batch' }))['Statements']).toMatchObject([
      { Id: id, IsBatchStatement: true, QueryStrings: ['select 1', 'select 2'] },
    ])
  })

  it('takes values by name for all its statements', async () => {
    const Parameters = [{ name: 'id', value: '4' }]
    await world.ended(
      await world.submit(['insert into t (id) values (:id::int)', insert(5)], { ...ON_CLUSTER, Parameters }),
    )
    expect(await ids()).toEqual([4, 5])
  })

  it('runs once for one ClientToken', async () => {
    const input = { ...ON_CLUSTER, ClientToken: 'batch-1' }
    const id = await world.submit([insert(1)], input)
    expect(await world.submit([insert(1)], input)).toBe(id)
    await world.ended(id)
    expect(await ids()).toEqual([1])
  })

  it('has 1 to 40 statements', async () => {
    const ask = async (size: number) =>
      (await world.ask('BatchExecuteStatement', { ...ON_CLUSTER, Sqls: Array(size).fill('select 1') })).status
    expect([await ask(0), await ask(1), await ask(40), await ask(41)]).toEqual([400, 200, 200, 400])
  })
})
