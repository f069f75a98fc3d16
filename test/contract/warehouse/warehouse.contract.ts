import { setTimeout as sleep } from 'node:timers/promises'
import type { AfterCommit } from '../../../lambda/model'
import type { AfterJob, LoadJob, WarehouseSession } from '../../../lambda/ports'
import { begunAs, loadToTheEnd, startWarehouse, type TestWarehouse, type Way } from './a-warehouse'

/** What every way into a warehouse does, whoever waits for it. */
export function warehouseContract(way: Way): void {
  let world: TestWarehouse
  let session: WarehouseSession
  beforeAll(async () => {
    world = await startWarehouse()
    await world.sql(
      'create table kpis (id bigint); create table people (id bigint, v bigint, name varchar(32), primary key (id));' +
        'create table noted (what varchar(64)); create table loose (id bigint, v bigint, name varchar(32));' +
        'grant select, insert, update, delete on kpis, people, noted, loose to penstock;' +
        'create table secret (id bigint)',
    )
    session = await world.session(way)
  })
  afterEach(() => world.sql('delete from kpis; delete from people; delete from noted'))
  afterAll(() => world.stop())

  const load = async (job: LoadJob) => loadToTheEnd(session, job)
  const count = async (table: string) => Number((await world.sql(`select count(*) as n from ${table}`))[0]?.['n'])
  const receipts = ({ batchId }: LoadJob) =>
    world.sql(`select target, files, row_count, manifest from penstock.receipts where batch_id = '${batchId}'`)
  const MERGE = {
    table: 'people',
    columns: ['id', 'v', 'name'],
    mode: { merge: { key: ['id'], version: 'v' } },
  } as const
  const people = () => world.sql('select id, v, name from people order by id')

  it('loads the rows of all files and the receipt, in one transaction, and counts them', async () => {
    const job = await world.job({ 'a.csv': '1\n2\n', 'b.csv': '3\n' })
    expect(await load(job)).toMatchObject({ kind: 'loaded', rows: 3 })
    expect(await count('kpis')).toBe(3)
    const [receipt] = await receipts(job)
    expect(receipt).toMatchObject({ target: job.target, files: '2', manifest: job.manifest })
    const said = world.redshift.statements.map(({ statement }) => statement)
    const copy = said.findLastIndex((text) => /^copy/i.test(text))
    expect(said.slice(0, copy).findLast((text) => /^(begin|commit|rollback)/i.test(text))).toBe('BEGIN')
    const inside = said.slice(copy, said.indexOf('COMMIT', copy))
    expect(inside.findLast((text) => !/pg_last_copy/.test(text))).toMatch(/^INSERT INTO penstock\.receipts/)
  })

  it('names the file, line, column and value of bad data, and leaves neither rows nor receipt', async () => {
    const job = await world.job({ 'good.csv': '1\n', 'bad.csv': '2\nx\n' })
    const outcome = await load(job)
    expect(outcome).toMatchObject({
      kind: 'refused',
      fault: { kind: 'data', fileErrors: [{ url: job.urls[1], line: 2, column: 'id', value: 'x' }] },
    })
    expect(outcome.kind === 'refused' && outcome.fault.statements).toEqual([expect.stringMatching(/^COPY/)])
    expect([await count('kpis'), await receipts(job)]).toEqual([0, []])
  })

  it('puts the rows of a batch in the place of those that were there', async () => {
    await load(await world.job({ 'a.csv': '1\n2\n' }))
    expect(await load(await world.job({ 'b.csv': '7\n' }, { plan: { mode: 'replace' } }))).toMatchObject({ rows: 1 })
    expect(await world.sql('select id from kpis')).toEqual([{ id: '7' }])
  })

  it('keeps what was there when what should take its place is bad', async () => {
    await load(await world.job({ 'a.csv': '1\n' }))
    expect((await load(await world.job({ 'b.csv': 'x\n' }, { plan: { mode: 'replace' } }))).kind).toBe('refused')
    expect(await count('kpis')).toBe(1)
  })

  it('merges by key and version: the newest of each key, in the batch and in the table, is there once', async () => {
    await load(await world.job({ 'a.csv': '1,1,ann\n2,5,bob\n' }, { plan: MERGE }))
    const second = await world.job(
      { 'b.csv': '1,2,anna\n1,3,annie\n2,4,bobby\n', 'c.csv': '3,1,cy\n3,1,cy\n' },
      { plan: MERGE },
    )
    expect(await load(second)).toMatchObject({ kind: 'loaded', rows: 5 })
    expect(await people()).toEqual([
      { id: '1', v: '3', name: 'annie' },
      { id: '2', v: '5', name: 'bob' },
      { id: '3', v: '1', name: 'cy' },
    ])
    expect(await receipts(second)).toMatchObject([{ row_count: '5' }])
  })

  it('refuses rows without a key, says how many they are, and leaves nothing', async () => {
    const job = await world.job({ 'a.csv': '1,1,ann\n,1,bob\n,1,cy\n' }, { plan: { ...MERGE, table: 'loose' } })
    expect(await load(job)).toMatchObject({
      kind: 'refused',
      fault: {
        kind: 'data',
        code: 'NULL_KEYS',
        message: expect.stringContaining('2 rows have NULL in the key ("id")'),
      },
    })
    expect([await count('loose'), await receipts(job)]).toEqual([0, []])
  })

  it('names the bad row of a merge, which never reached the table', async () => {
    const job = await world.job({ 'a.csv': '1,1,ann\nx,1,bob\n' }, { plan: MERGE })
    expect(await load(job)).toMatchObject({
      kind: 'refused',
      fault: { kind: 'data', fileErrors: [{ url: job.urls[0], line: 2, column: 'id', value: 'x' }] },
    })
  })

  it('runs what the settings want before and after, in the transaction, with the values filled in', async () => {
    const plan = {
      before: ["insert into noted values ('before ' || {files})"],
      after: ["insert into noted values ('after ' || {batch_id})"],
    }
    const job = await world.job({ 'a.csv': '1\n', 'b.csv': '2\n' }, { plan })
    expect(await load(job)).toMatchObject({ kind: 'loaded', rows: 2 })
    const noted = () => world.sql('select what from noted order by what')
    expect(await noted()).toEqual([{ what: `after ${job.batchId}` }, { what: 'before 2' }])
    await load(await world.job({ 'c.csv': 'x\n' }, { plan }))
    expect(await noted()).toHaveLength(2)
  })

  it.each(['before', 'after'] as const)(
    'says which statement of %s failed, blames no file, and leaves nothing',
    async (when) => {
      const job = await world.job(
        { 'a.csv': '1\n' },
        { plan: { [when]: ['select 1', 'insert into nowhere values (1)'] } },
      )
      expect(await load(job)).toMatchObject({
        kind: 'refused',
        fault: {
          kind: 'set-up',
          code: 'STATEMENT_FAILED',
          message: expect.stringContaining(`${when}[1]`),
          fileErrors: [],
        },
      })
      expect([await count('kpis'), await receipts(job)]).toEqual([0, []])
    },
  )

  it('says what is missing when the table is not there', async () => {
    expect(await load(await world.job({ 'a.csv': '1\n' }, { plan: { table: 'nowhere' } }))).toMatchObject({
      kind: 'refused',
      fault: {
        kind: 'set-up',
        message: expect.stringMatching(/"?nowhere"? does not exist.*create the table/),
        fileErrors: [],
      },
    })
    const merged = await world.job({ 'a.csv': '1\n' }, { plan: { ...MERGE, table: 'nowhere' } })
    expect(await load(merged)).toMatchObject({ kind: 'refused', fault: { kind: 'set-up', code: 'NO_SUCH_TABLE' } })
  })

  it('says what to grant when the user may not insert', async () => {
    expect(await load(await world.job({ 'a.csv': '1\n' }, { plan: { table: 'secret' } }))).toMatchObject({
      kind: 'refused',
      fault: { kind: 'set-up', message: expect.stringContaining('grant INSERT on the table') },
    })
  })

  it('says that a file is gone when the manifest names one that is not there', async () => {
    const entries = [{ url: 's3://files/nowhere.csv', mandatory: true }]
    const manifest = await world.put('gone/manifest', JSON.stringify({ entries }))
    expect(await load(await world.job({ 'a.csv': '1\n' }, { manifest }))).toMatchObject({
      kind: 'refused',
      fault: { kind: 'gone' },
    })
  })

  it('takes a conflict with another transaction for what passes', async () => {
    world.redshift.failNext({ matching: /^INSERT INTO penstock/i, act: 'error', sqlState: 'XX000', message: '1023' })
    expect(await load(await world.job({ 'a.csv': '1\n' }))).toMatchObject({
      kind: 'refused',
      fault: { kind: 'passing' },
    })
    expect(await count('kpis')).toBe(0)
  })

  it('takes a connection that is lost in the middle for what passes, or for what nobody knows; nothing is loaded', async () => {
    const job = await world.job({ 'a.csv': '1\n' })
    const own = await world.session(way)
    world.redshift.failNext({ matching: /^COPY/i, act: 'cut-before' })
    const outcome = await loadToTheEnd(own, job)
    expect(outcome).toMatchObject({ kind: way === 'pg' ? 'unknown' : 'refused', fault: { kind: 'passing' } })
    expect(await count('kpis')).toBe(0)
  })

  it('loads into two tables at once, each whole', async () => {
    const [one, two] = [await world.session(way), await world.session(way)]
    const outcomes = await Promise.all([
      loadToTheEnd(one, await world.job({ 'a.csv': '1\n2\n' })),
      loadToTheEnd(two, await world.job({ 'a.csv': '1,1,ann\n' }, { plan: MERGE })),
    ])
    expect(outcomes.map((outcome) => outcome.kind === 'loaded' && outcome.rows)).toEqual([2, 1])
    expect([await count('kpis'), await count('people')]).toEqual([2, 1])
  })

  it('finds of a batch that is committed that it is, and of one that nobody has begun that it is not', async () => {
    const job = await world.job({ 'a.csv': '1\n' })
    const none = await session.find(begunAs(job))
    expect(none.kind).toBe(way === 'pg' ? 'nothing' : 'maybe-submitted')
    await load(job)
    expect(await (await world.session(way)).find(begunAs(job))).toMatchObject({ kind: 'loaded', rows: 1 })
  })

  it('tells of a table what the catalogue does, and of one that is not there nothing', async () => {
    expect(await session.table({ schema: 'public', table: 'people' })).toMatchObject({
      columns: [{ name: 'id' }, { name: 'v' }, { name: 'name', type: 'character varying(32)' }],
      primaryKey: ['id'],
    })
    expect(await session.table({ schema: 'public', table: 'nowhere' })).toBeUndefined()
  })

  describe('once it is committed', () => {
    /** Asks until it has ended. */
    async function ranAfter(statements: readonly string[]): Promise<AfterCommit> {
      const job: AfterJob = {
        batchId: `after-${Date.now()}`,
        target: 'main/public.kpis',
        statements,
        files: 1,
        rows: 2,
        timeoutMs: 30_000,
      }
      let submitted: string | undefined
      for (;;) {
        const told = await session.runAfter({ ...job, ...(submitted === undefined ? {} : { submitted }) })
        if (told.kind === 'ended') {
          const { kind: _, ...outcome } = told
          return outcome
        }
        submitted = told.session
        await sleep(10)
      }
    }

    it('runs what a transaction does not take, one after the other, with the values filled in', async () => {
      expect(await ranAfter(['analyze noted', 'insert into noted values ({rows} || {target})'])).toEqual({ done: 2 })
      expect(await world.sql('select what from noted')).toEqual([{ what: '2main/public.kpis' }])
    })

    it('vacuums', async () => {
      await world.sql('alter table kpis owner to penstock')
      expect(await ranAfter(['vacuum kpis'])).toEqual({ done: 1 })
    })

    it('stops at the first that fails, tells which and why, and does not run what follows', async () => {
      const statements = [
        "insert into noted values ('one')",
        'select * from nowhere',
        "insert into noted values ('three')",
      ]
      expect(await ranAfter(statements)).toMatchObject({
        done: 1,
        failed: { statement: 1, code: expect.any(String), message: expect.stringContaining('nowhere') },
      })
      expect(await world.sql('select what from noted')).toEqual([{ what: 'one' }])
    })
  })
}
