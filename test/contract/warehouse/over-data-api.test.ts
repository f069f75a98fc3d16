import type { Fault, LoadJob, WarehouseSession } from '../../../lambda/ports'
import { readStatementName, statementName } from '../../../lambda/statement-name'
import type { DataApi } from '../../../lambda/warehouse/data-api'
import { connectOverDataApi } from '../../../lambda/warehouse/over-data-api'
import { until } from '../local/a-data-api'
import {
  AS_USER,
  begunAs,
  foundInTheEnd,
  loadToTheEnd,
  ROLE_USER,
  SECRET,
  startWarehouse,
  type TestWarehouse,
} from './a-warehouse'

const DAY_MS = 24 * 3_600_000

describe('a warehouse over the Data API', () => {
  let world: TestWarehouse
  let session: WarehouseSession
  beforeAll(async () => {
    world = await startWarehouse()
    await world.sql(
      'create table kpis (id bigint); create table marked (id bigint, file varchar(256));' +
        'create table noted (what varchar(64));' +
        'grant select, insert, delete on kpis, noted, marked to penstock',
    )
    session = await world.session('data-api')
  })
  afterEach(async () => {
    world.clock.aheadMs = 0
    await world.sql('delete from kpis; delete from noted; delete from marked')
  })
  afterAll(() => world.stop())

  const rows = async () => Number((await world.sql('select count(*) as n from kpis'))[0]?.['n'])
  const sessionOf = (outcome: Awaited<ReturnType<WarehouseSession['load']>>): string =>
    outcome.kind === 'submitted' ? outcome.session : ''
  const copies = () => world.redshift.statements.filter(({ statement }) => /^copy/i.test(statement)).length
  const asked = () => new Map(world.service.requests)
  /** Requests since then, by operation. */
  const since = (before: ReadonlyMap<string, number>) =>
    Object.fromEntries(
      [...asked()].map(([name, n]) => [name, n - (before.get(name) ?? 0)] as const).filter(([, n]) => n > 0),
    )

  it('takes three requests for a load: it is handed over, looked at, and its rows are asked for', async () => {
    await loadToTheEnd(session, await world.job({ 'a.csv': '1\n' }))
    const job = await world.job({ 'a.csv': '1\n2\n' })
    const before = asked()
    const id = sessionOf(await session.load(job))
    await until(
      async () => (await world.sql(`select 1 from penstock.receipts where batch_id = '${job.batchId}'`)).length > 0,
    )
    expect(await foundInTheEnd(await world.session('data-api'), begunAs(job, id))).toMatchObject({
      kind: 'loaded',
      rows: 2,
      statements: [expect.stringContaining('COPY')],
    })
    expect(since(before)).toMatchObject({ BatchExecuteStatement: 1, GetStatementResult: 1 })
    expect(since(before)).not.toHaveProperty('ExecuteStatement')
  })

  it('does not wait for what it has handed over, and tells that it runs', async () => {
    world.redshift.failNext({ matching: /^COPY/i, act: 'delay', delayMs: 400 })
    const job = await world.job({ 'a.csv': '1\n' })
    const id = sessionOf(await session.load(job))
    expect(await session.find(begunAs(job, id))).toEqual({ kind: 'running', session: id })
    expect(await foundInTheEnd(session, begunAs(job, id))).toMatchObject({ kind: 'loaded', rows: 1 })
  })

  describe('an attempt', () => {
    it('that is asked for twice is one load', async () => {
      const job = await world.job({ 'a.csv': '1\n' })
      const before = copies()
      const [first, second] = [await session.load(job), await (await world.session('data-api')).load(job)]
      expect(second).toEqual(first)
      expect(await foundInTheEnd(session, begunAs(job, sessionOf(first)))).toMatchObject({ kind: 'loaded' })
      expect([await rows(), copies() - before]).toEqual([1, 1])
    })

    it('and the next one are two', async () => {
      const job = await world.job({ 'a.csv': '1\n' })
      const first = await session.load(job)
      const second = await session.load({ ...job, attempt: 2 })
      expect(sessionOf(second)).not.toBe(sessionOf(first))
      await foundInTheEnd(session, begunAs(job, sessionOf(first)))
      await foundInTheEnd(session, begunAs(job, sessionOf(second)))
    })

    it('whose id nobody has noted is found by its name while it runs and when it is over', async () => {
      world.redshift.failNext({ matching: /^COPY/i, act: 'delay', delayMs: 400 })
      const job = await world.job({ 'a.csv': '1\n' })
      const id = sessionOf(await session.load(job))
      // Its name begins like that of the other.
      const later = { ...job, attempt: 12 }
      const other = sessionOf(await session.load(later))
      expect(await session.find(begunAs(job))).toEqual({ kind: 'running', session: id })
      expect(await foundInTheEnd(session, begunAs(job))).toMatchObject({ kind: 'loaded', rows: 1 })
      expect(await foundInTheEnd(session, begunAs(later, other))).toMatchObject({ kind: 'loaded' })
    })

    it.each(['cut', 'answer-lost'] as const)(
      'whose answer got lost on the way is the same when it is asked for again: %s',
      async (kind) => {
        const job = await world.job({ 'a.csv': '1\n' })
        world.service.failNext({ operation: 'BatchExecuteStatement', times: 4, how: { kind } })
        expect(await session.load(job)).toMatchObject({ kind: 'unknown' })
        const before = copies()
        const found = await session.find(begunAs(job))
        if (kind === 'cut') expect(found).toEqual({ kind: 'maybe-submitted' })
        const id = sessionOf(await session.load(job))
        expect(await foundInTheEnd(session, begunAs(job, id))).toMatchObject({ kind: 'loaded', rows: 1 })
        expect(await rows()).toBe(1)
        expect(copies() - before).toBeLessThanOrEqual(1)
      },
      20_000,
    )

    it('is not held to be refused when an earlier try of the SDK may have been taken', async () => {
      const job = await world.job({ 'a.csv': '1\n' })
      world.service.failNext({ operation: 'BatchExecuteStatement', how: { kind: 'answer-lost' } })
      const how = { kind: 'error', code: 'ValidationException', message: 'no', status: 400 } as const
      world.service.failNext({ operation: 'BatchExecuteStatement', how })
      expect((await session.load(job)).kind).toBe('unknown')
      expect(await foundInTheEnd(session, begunAs(job))).toMatchObject({ kind: 'loaded', rows: 1 })
    })

    it('that everybody has forgotten after a day is told by its receipt, or was never there', async () => {
      const job = await world.job({ 'a.csv': '1\n' })
      const id = sessionOf(await session.load(job))
      await foundInTheEnd(session, begunAs(job, id))
      world.clock.aheadMs = 2 * DAY_MS
      expect(await session.find(begunAs(job, id))).toMatchObject({ kind: 'loaded' })
      expect(await session.find(begunAs(job))).toEqual({ kind: 'loaded' })
      await world.sql(`delete from penstock.receipts where batch_id = '${job.batchId}'`)
      expect(await session.find(begunAs(job, id))).toEqual({ kind: 'nothing' })
      expect(await session.find(begunAs(job))).toEqual({ kind: 'nothing' })
    })

    it('that nobody lists or knows may be under way while it is young, and is no more when it is old', async () => {
      const UNKNOWN = '00000000-0000-4000-8000-000000000000'
      const job = await world.job({ 'a.csv': '1\n' })
      expect(await session.find(begunAs(job))).toEqual({ kind: 'maybe-submitted' })
      expect(await session.find(begunAs(job, UNKNOWN))).toEqual({ kind: 'running', session: UNKNOWN })
      const long = (ms: number) => ({ startedAtMs: Date.now() - ms })
      expect(await session.find({ ...begunAs(job), ...long(16 * 60_000) })).toEqual({ kind: 'nothing' })
      expect((await session.find({ ...begunAs(job, UNKNOWN), ...long(16 * 60_000) })).kind).toBe('running')
      expect(await session.find({ ...begunAs(job, UNKNOWN), ...long(DAY_MS) })).toEqual({ kind: 'nothing' })
    })

    it('that may be under way is not refused because the service takes no more now', async () => {
      const how = { kind: 'error', code: 'ActiveStatementsExceededException', status: 400 } as const
      const job = await world.job({ 'a.csv': '1\n' })
      world.service.failNext({ operation: 'BatchExecuteStatement', how })
      expect((await session.load(job)).kind).toBe('refused')
      world.service.failNext({ operation: 'BatchExecuteStatement', how })
      expect((await session.load({ ...job, mayBeSubmitted: true })).kind).toBe('unknown')
    })

    it('whose rows are not kept any more is loaded all the same', async () => {
      const job = await world.job({ 'a.csv': '1\n' })
      const id = sessionOf(await session.load(job))
      await until(async () => (await world.api().describe(id))?.status === 'FINISHED')
      const how = { kind: 'error', code: 'ResourceNotFoundException', status: 400 } as const
      world.service.failNext({ operation: 'GetStatementResult', how })
      expect(await session.find(begunAs(job, id))).toMatchObject({ kind: 'loaded' })
    })

    it('of whose COMMIT the service has lost the answer is told by its receipt', async () => {
      world.redshift.failNext({ matching: /^COMMIT/i, act: 'cut-after' })
      const job = await world.job({ 'a.csv': '1\n' })
      const id = sessionOf(await session.load(job))
      await until(async () => (await world.api().describe(id))?.status === 'FAILED')
      expect(await session.find(begunAs(job, id))).toMatchObject({ kind: 'loaded' })
      expect(await rows()).toBe(1)
    })

    it('whose COMMIT may be under way although the service has lost it is not tried again before some minutes', async () => {
      world.redshift.failNext({ matching: /^COMMIT/i, act: 'cut-before' })
      const job = await world.job({ 'a.csv': '1\n' })
      const id = sessionOf(await session.load(job))
      await until(async () => (await world.api().describe(id))?.status === 'FAILED')
      expect(await session.find(begunAs(job, id))).toEqual({ kind: 'running', session: id })
      world.clock.aheadMs = 6 * 60_000
      expect(await session.find(begunAs(job, id))).toMatchObject({ kind: 'refused', fault: { kind: 'passing' } })
      expect(await rows()).toBe(0)
    })

    it('whose COMMIT the warehouse has refused is refused at once', async () => {
      world.redshift.failNext({ matching: /^COMMIT/i, act: 'error', sqlState: 'XX000', message: '1023' })
      const job = await world.job({ 'a.csv': '1\n' })
      expect(await loadToTheEnd(session, job)).toMatchObject({ kind: 'refused', fault: { kind: 'passing' } })
    })

    it('that a person cancels may be tried again', async () => {
      world.redshift.failNext({ matching: /^COPY/i, act: 'delay', delayMs: 500 })
      const job = await world.job({ 'a.csv': '1\n' })
      const id = sessionOf(await session.load(job))
      await world.api().cancel(id)
      expect(await foundInTheEnd(session, begunAs(job, id))).toMatchObject({
        kind: 'refused',
        fault: { kind: 'passing', code: 'STATEMENT_ABORTED' },
      })
      expect(await rows()).toBe(0)
      expect(await loadToTheEnd(session, { ...job, attempt: 2 })).toMatchObject({ kind: 'loaded', rows: 1 })
    })
  })

  describe('the names of statements', () => {
    it('tell environment, target, batch and attempt', async () => {
      const job = await world.job({ 'a.csv': '1\n' })
      const id = sessionOf(await session.load(job))
      expect(await world.api().named(`penstock/test/main/public.kpis/${job.batchId}/1`)).toBe(id)
      await foundInTheEnd(session, begunAs(job, id))
    })

    it.each([
      { environment: 'dev', target: 'main/public.kpis', batchId: '01JD', what: '1' },
      { environment: 'dev', target: 'main/public.a/1/b', batchId: '01JD', what: '12' },
      { environment: 'dev', target: 'main/s."odd" name', batchId: '01JD', what: 'after-3' },
    ] as const)('can be read again: $target $what', (name) => {
      expect(readStatementName(statementName(name))).toEqual(name)
    })
  })

  describe('what the service does not take', () => {
    const refusalOf = async (job: LoadJob): Promise<Fault | undefined> => {
      const outcome = await session.load(job)
      return outcome.kind === 'refused' ? outcome.fault : undefined
    }

    it('is not sent: more than 200 KB of statements', async () => {
      const before = asked()
      const job = await world.job({ 'a.csv': '1\n' }, { plan: { before: [`select '${'x'.repeat(199_900)}'`] } })
      expect(await refusalOf(job)).toMatchObject({
        kind: 'set-up',
        code: 'STATEMENT_TOO_LONG',
        message: expect.stringMatching(
          /has 200\d{3} bytes of SQL, the longest statement 199909, .* takes 200000: give/,
        ),
      })
      expect(since(before)).toEqual({})
    })

    it('is not sent: more than 40 statements', async () => {
      const after = Array.from({ length: 20 }, () => 'select 1')
      const job = (plan: object) => world.job({ 'a.csv': '1\n' }, { plan })
      expect(await refusalOf(await job({ before: after, after }))).toMatchObject({
        kind: 'set-up',
        code: 'STATEMENT_TOO_LONG',
        message: expect.stringContaining('has 43 statements, and the Data API takes 40'),
      })
      expect((await loadToTheEnd(session, await job({ before: after, after: after.slice(0, 17) }))).kind).toBe('loaded')
    })

    it('is sent when it is just short enough: 15 files whose rows tell them', async () => {
      const files = Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`${at}.csv`, `${at}\n`]))
      const plan = { table: 'marked', columns: ['id'], lineage: { file: 'file' } }
      expect(await loadToTheEnd(session, await world.job(files, { plan }))).toMatchObject({ kind: 'loaded', rows: 15 })
      expect(await world.sql('select count(distinct file) as n from marked')).toEqual([{ n: '15' }])
    })

    it.each([
      ['ActiveStatementsExceededException', 'refused'],
      ['ThrottlingException', 'unknown'],
      ['InternalServerException', 'unknown'],
    ])(
      'is asked for again later when it passes: %s',
      async (code, kind) => {
        const status = code.startsWith('Internal') ? 500 : 400
        world.service.failNext({ operation: 'BatchExecuteStatement', times: 4, how: { kind: 'error', code, status } })
        expect(await session.load(await world.job({ 'a.csv': '1\n' }))).toMatchObject({
          kind,
          fault: { kind: 'passing', code },
        })
        // What was not used up.
        for (let left = 0; left < 4; left += 1)
          await world
            .api()
            .submit({ statements: ['select 1'], as: 'alone', token: `t${left}`, name: 'n' })
            .catch(() => {})
      },
      30_000,
    )

    it('holds the target until a person has mended it: what the role may not do, and a warehouse that is not there', async () => {
      const how = {
        kind: 'error',
        code: 'AccessDeniedException',
        status: 400,
        message: 'User: x is not authorized',
      } as const
      world.service.failNext({ operation: 'BatchExecuteStatement', how })
      expect(await refusalOf(await world.job({ 'a.csv': '1\n' }))).toMatchObject({
        kind: 'set-up',
        message: expect.stringMatching(
          /may not do so on cluster a-cluster: it needs redshift-data:BatchExecuteStatement/,
        ),
      })
      const nowhere = await world.connect('data-api', { kind: 'cluster', cluster: 'nowhere' })
      expect(nowhere).toMatchObject({
        kind: 'refused',
        fault: { kind: 'set-up', message: expect.stringContaining('there is no cluster nowhere') },
      })
    })

    it('comes back by itself when the warehouse was paused', async () => {
      const job = await world.job({ 'a.csv': '1\n' })
      await world.redshift.pause()
      try {
        expect(await session.load(job)).toMatchObject({
          kind: 'refused',
          fault: { kind: 'passing', code: 'WAREHOUSE_PAUSED' },
        })
        expect(await world.connect('data-api', { ...AS_USER, region: 'eu-west-1' })).toMatchObject({
          kind: 'refused',
          fault: { kind: 'passing' },
        })
      } finally {
        await world.redshift.resume()
      }
      expect(await loadToTheEnd(session, job)).toMatchObject({ kind: 'loaded' })
    })
  })

  describe('who asks', () => {
    it('is a user of a cluster, the user of a secret, or the user of the role, each whom the database must know', async () => {
      const unknown = await world.connect('data-api', { kind: 'workgroup', workgroup: 'a-workgroup' })
      expect(unknown).toMatchObject({
        kind: 'refused',
        fault: {
          kind: 'set-up',
          message: expect.stringMatching(/password authentication failed.*the database must know the user/),
        },
      })
      await world.sql(`create user "${ROLE_USER}" password disable`)
      await world.sql(
        `grant usage on schema penstock to "${ROLE_USER}"; grant select, insert on penstock.receipts to "${ROLE_USER}"; grant insert on kpis to "${ROLE_USER}"`,
      )
      const [cluster, workgroup] = [
        { kind: 'cluster', cluster: 'a-cluster' },
        { kind: 'workgroup', workgroup: 'a-workgroup' },
      ] as const
      for (const login of [
        cluster,
        workgroup,
        { ...cluster, secretArn: SECRET },
        { ...workgroup, secretArn: SECRET },
      ]) {
        const own = await world.session('data-api', login)
        expect(await loadToTheEnd(own, await world.job({ 'a.csv': '1\n' }))).toMatchObject({ kind: 'loaded' })
      }
      expect(await rows()).toBe(4)
    })

    it('is told what to do when the login is refused only once the statement has been handed over', async () => {
      const own = await world.session('data-api', { ...AS_USER })
      await world.sql('alter user penstock rename to somebody')
      try {
        expect(await loadToTheEnd(own, await world.job({ 'a.csv': '1\n' }))).toMatchObject({
          kind: 'refused',
          fault: { kind: 'set-up', message: expect.stringContaining('the database must know the user') },
        })
      } finally {
        await world.sql('alter user somebody rename to penstock')
        await world.redshift.setPassword('penstock', 'Right-password-1')
      }
    })
  })

  it('looks for the table of receipts once, and again when a load has failed', async () => {
    await world.session('data-api')
    const before = asked()
    await world.session('data-api')
    expect(since(before)).toEqual({})
    await loadToTheEnd(session, await world.job({ 'a.csv': 'x\n' }))
    const failed = asked()
    await world.session('data-api')
    expect(since(failed)).toMatchObject({ ExecuteStatement: 1, DescribeStatement: 1, GetStatementResult: 1 })
  })

  it('gives up a question that is not answered in its time, and cancels it', async () => {
    world.redshift.failNext({ matching: /find_me|FROM penstock.receipts/, act: 'delay', delayMs: 1_000 })
    const own = impatient(world)
    const connection = await own
    if (connection.kind === 'refused') throw new Error(connection.fault.message)
    const before = asked()
    const job = await world.job({ 'a.csv': '1\n' })
    await expect(connection.session.find(begunAs(job))).rejects.toThrow('no answer within 30000 ms')
    expect(since(before)).toMatchObject({ CancelStatement: 1 })
  })

  it('is told how far a statement is when too many wait to be told of its end', async () => {
    const how = { kind: 'error', code: 'ActiveWaitingRequestsExceededException', status: 400 } as const
    world.service.failNext({ operation: 'DescribeStatement', how })
    expect(await session.table({ schema: 'public', table: 'kpis' })).toMatchObject({ columns: [{ name: 'id' }] })
  })

  it('gets all rows of an answer of several pages', async () => {
    const id = await world.api().execute('select n, null as nothing from generate_series(1, 2500) as n')
    await world.api().describe(id, 10)
    const all = (await world.api().rows(id)) ?? []
    expect(all.map(({ n }) => n)).toEqual(Array.from({ length: 2_500 }, (_, at) => at + 1))
    expect(all[0]).toEqual({ n: 1, nothing: null })
  })

  it('does not run a statement after the commit twice, and says of one that was cancelled that it was', async () => {
    const job = { batchId: 'after-1', target: 'main/public.kpis', files: 1, timeoutMs: 1_000 } as const
    const statements = ["insert into noted values ('x')"]
    const first = await session.runAfter({ ...job, statements })
    const second = await session.runAfter({ ...job, statements })
    expect(second).toEqual(first)
    const slow = await session.runAfter({ ...job, batchId: 'after-2', statements: ['select pg_sleep(10)'] })
    const submitted = slow.kind === 'running' ? slow.session : ''
    await world.api().cancel(submitted.slice(2))
    await until(async () => (await world.api().describe(submitted.slice(2)))?.status === 'ABORTED')
    expect(await session.runAfter({ ...job, batchId: 'after-2', statements, submitted })).toMatchObject({
      kind: 'ended',
      done: 0,
      failed: { statement: 0, code: 'STATEMENT_ABORTED' },
    })
    world.clock.aheadMs = 2 * DAY_MS
    expect(await session.runAfter({ ...job, batchId: 'after-2', statements, submitted })).toMatchObject({
      failed: { statement: 0, code: 'STATEMENT_FORGOTTEN' },
    })
    expect(await world.sql('select what from noted')).toEqual([{ what: 'x' }])
  })
})

/** A session for which half a minute is over at the second look. */
function impatient(world: TestWarehouse) {
  const plain = world.api()
  let looks = 0
  const api: DataApi = {
    ...plain,
    describe: async (id) => {
      looks += 1
      return plain.describe(id)
    },
  }
  return connectOverDataApi(
    { api, now: () => (looks > 1 ? 60_000 : 0), sleep: async () => {}, seen: new Set(['here']), place: 'here' },
    { name: 'main', copyRole: 'default', environment: 'test', host: 'cluster a-cluster', ifRefused: '' },
  )
}
