import * as fc from 'fast-check'
import type { LoadPlan } from '../../../lambda/load-plan'
import type { LoadOutcome, WarehouseSession } from '../../../lambda/ports'
import type { Run } from '../../../lambda/warehouse/run'
import { type PgStage, startPgStage } from './pg-stage'

interface Row {
  readonly id: number
  readonly v: number | null
  readonly name: string | null
  readonly op: 'U' | 'D'
}
type Batch = readonly (readonly Row[])[]
type Table = ReadonlyMap<number, Omit<Row, 'op'>>

const PLAN: LoadPlan = {
  schema: 'public',
  table: 'people',
  compression: 'none',
  format: 'csv',
  nullText: 'NULL',
  columns: ['op', 'id', 'v', 'name'],
  mode: { merge: { key: ['ID'], version: 'v', delete: { column: 'op', values: ['D'] } } },
}
const WITHOUT_VERSION: LoadPlan = {
  ...PLAN,
  mode: { merge: { key: ['id'], delete: { column: 'op', values: ['D'] } } },
}

/** What the files say, folded in JavaScript: of all rows with a key the one with the greatest version, deletions and then greater names first. */
function fold(table: Table, batch: Batch, hasVersion: boolean): Table {
  const after = new Map(table)
  for (const id of new Set(batch.flat().map((row) => row.id))) {
    const loaded = batch.flat().filter((row) => row.id === id)
    const there = table.get(id)
    const candidates = [...loaded, ...(hasVersion && there ? [{ ...there, op: 'U' as const }] : [])]
    const [newest] = candidates.sort((a, b) => (hasVersion ? down(a.v, b.v) : 0) || byDeletion(a, b) || rest(a, b))
    if (newest === undefined) continue
    if (newest.op === 'D') after.delete(id)
    else after.set(id, { id, v: newest.v, name: newest.name })
  }
  return after

  function rest(a: Row, b: Row): number {
    return (hasVersion ? 0 : down(a.v, b.v)) || down(a.name, b.name)
  }
}

function byDeletion(a: Row, b: Row): number {
  return Number(b.op === 'D') - Number(a.op === 'D')
}

/** The greatest first, nothing last. */
function down<T extends string | number>(a: T | null, b: T | null): number {
  if (a === b) return 0
  if (a === null) return 1
  if (b === null) return -1
  return a > b ? -1 : 1
}

const rows = fc.record({
  id: fc.integer({ min: 1, max: 4 }),
  v: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(null)),
  name: fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.constant(null)),
  op: fc.constantFrom('U' as const, 'U' as const, 'D' as const),
})
const batches = fc.array(fc.array(fc.array(rows, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 4,
})

const text = (value: string | number | null) => (value === null ? 'NULL' : String(value))
const csv = (file: readonly Row[]) =>
  file.map((row) => `${row.op},${row.id},${text(row.v)},${text(row.name)}\n`).join('')
const filesOf = (batch: Batch) => Object.fromEntries(batch.map((file, at) => [`${at}.csv`, csv(file)]))

describe('a merge', () => {
  let stage: PgStage
  let session: WarehouseSession
  beforeAll(async () => {
    stage = await startPgStage()
    await stage.redshift.admin(
      "create table people (id int not null primary key, v int, name varchar(20), note varchar(9) default 'new'); grant select, insert, update, delete on people to penstock",
    )
    session = await stage.session()
  })
  afterEach(() => stage.redshift.admin('delete from people'))
  afterAll(() => stage.stop())

  const table = async () => {
    const found = await stage.redshift.admin('select id, v, name from people order by id, name')
    return found.map(({ id, v, name }) => ({ id, v, name }))
  }
  const sorted = (one: Table) => [...one.values()].sort((a, b) => a.id - b.id)

  it.each([
    ['with a version', PLAN, true],
    ['without a version', WITHOUT_VERSION, false],
  ] as const)(
    'leaves what a fold over the files leaves, %s, whatever comes doubled, late or flagged',
    async (_, plan, hasVersion) => {
      await fc.assert(
        fc
          .asyncProperty(batches, async (given) => {
            let expected: Table = new Map()
            for (const batch of given) {
              const outcome = await session.load(await stage.job(plan, filesOf(batch)))
              expect(outcome).toMatchObject({ kind: 'loaded', rows: batch.flat().length })
              expected = fold(expected, batch, hasVersion)
            }
            expect(await table()).toEqual(sorted(expected))
          })
          .afterEach(async () => void (await stage.redshift.admin('delete from people'))),
        { numRuns: 12 },
      )
    },
  )

  it('with a version, and without deletions, leaves the same in whichever order the batches come', async () => {
    const updates = batches.map((all) =>
      all.map((batch) => batch.map((file) => file.map((row) => ({ ...row, op: 'U' as const })))),
    )
    await fc.assert(
      fc.asyncProperty(updates, fc.infiniteStream(fc.nat()), async (given, order) => {
        const inOrder: unknown[] = []
        for (const all of [given, shuffled(given, order)]) {
          await stage.redshift.admin('delete from people')
          for (const batch of all) await session.load(await stage.job(PLAN, filesOf(batch)))
          inOrder.push(await table())
        }
        expect(inOrder[1]).toEqual(inOrder[0])
      }),
      { numRuns: 8 },
    )
  })

  it('is there once, whoever dies before or after which statement', async () => {
    const before: Batch = [
      [
        { id: 1, v: 1, name: 'old', op: 'U' },
        { id: 2, v: 1, name: 'gone', op: 'U' },
      ],
    ]
    const batch: Batch = [
      [
        { id: 1, v: 2, name: 'new', op: 'U' },
        { id: 2, v: 2, name: null, op: 'D' },
      ],
      [
        { id: 3, v: 1, name: 'late', op: 'U' },
        { id: 3, v: 2, name: 'last', op: 'U' },
      ],
    ]
    const expected = sorted(fold(fold(new Map(), before, true), batch, true))
    let steps = Number.POSITIVE_INFINITY
    for (let step = 0; step < steps; step += 1) {
      for (const when of ['before', 'after'] as const) {
        await stage.redshift.admin('delete from people')
        await session.load(await stage.job(PLAN, filesOf(before)))
        const job = await stage.job(PLAN, filesOf(batch))
        const seen = { statements: 0 }
        const mortal = await stage.session(dyingAt(step, when, seen))
        seen.statements = 0
        const outcome = await mortal.load(job)
        if (outcome.kind === 'loaded') steps = Math.min(steps, seen.statements)
        await finish(outcome, mortal, job)
        expect({ step, when, table: await table() }).toEqual({ step, when, table: expected })
        const receipts = await stage.redshift.admin(
          `select count(*) as n from penstock.receipts where batch_id = '${job.batchId}'`,
        )
        expect({ step, when, receipts }).toEqual({ step, when, receipts: [{ n: '1' }] })
      }
    }
    expect(steps).toBeGreaterThan(12)
  }, 60_000)

  /** As the loader goes on: it asks what became of the attempt, and loads again what is not there. */
  async function finish(outcome: LoadOutcome, mortal: WarehouseSession, job: Awaited<ReturnType<PgStage['job']>>) {
    if (outcome.kind === 'loaded') return
    const { batchId, target, attempt, urls, timeoutMs } = job
    const own = mortal.id === undefined ? {} : { session: mortal.id }
    const found = await session.find({ batchId, target, attempt, startedAtMs: 0, urls, timeoutMs, ...own })
    if (found.kind === 'nothing') expect(await session.load({ ...job, attempt: 2 })).toMatchObject({ kind: 'loaded' })
    else expect(found).toEqual({ kind: 'loaded', rows: 4 })
  }

  it('keeps what the files do not bring in rows that are there, and gives new ones the default', async () => {
    await stage.redshift.admin("insert into people values (1, 1, 'a', 'kept')")
    const file = csv([
      { id: 1, v: 2, name: 'b', op: 'U' },
      { id: 2, v: 1, name: 'c', op: 'U' },
    ])
    await session.load(await stage.job(PLAN, { 'a.csv': file }))
    expect(await stage.redshift.admin('select id, name, note from people order by id')).toEqual([
      { id: 1, name: 'b', note: 'kept' },
      { id: 2, name: 'c', note: 'new' },
    ])
  })

  it('takes the key from the catalogue where none is given', async () => {
    await stage.redshift.admin("insert into people values (1, 1, 'a')")
    const plan: LoadPlan = { ...PLAN, columns: ['id', 'v', 'name'], mode: { merge: {} } }
    expect(await session.load(await stage.job(plan, { 'a.csv': '1,0,z\n' }))).toMatchObject({ kind: 'loaded', rows: 1 })
    expect(await table()).toEqual([{ id: 1, v: 0, name: 'z' }])
  })

  it('refuses rows without a key, with their number, and changes nothing', async () => {
    await stage.redshift.admin(
      'create table loose (id int, name varchar(9)); grant select, insert, update, delete on loose to penstock',
    )
    const plan: LoadPlan = { ...PLAN, table: 'loose', columns: ['id', 'name'], mode: { merge: { key: ['id'] } } }
    const outcome = await session.load(await stage.job(plan, { 'a.csv': '1,a\nNULL,b\n', 'b.csv': 'NULL,c\n' }))
    expect(outcome).toMatchObject({
      kind: 'refused',
      fault: {
        kind: 'data',
        code: 'NULL_KEYS',
        message: '2 rows have NULL in the key ("id"), by which they are merged',
      },
    })
    expect(await stage.redshift.admin('select * from loose')).toEqual([])
  })

  it.each<[string, Partial<LoadPlan>, RegExp]>([
    [
      'a version that the table lacks',
      { mode: { merge: { key: ['id'], version: 'changed' } } },
      /no column "changed".*mode\.merge\.version/,
    ],
    ['a key that the table lacks', { mode: { merge: { key: ['uid'] } } }, /no column "uid".*mode\.merge\.key/],
    [
      'a key that the files do not bring',
      { mode: { merge: { key: ['id'] } }, columns: ['v', 'name'] },
      /"id".*do not bring/,
    ],
    [
      'a flag that the files do not bring',
      { mode: { merge: { key: ['id'], delete: { column: 'op', values: ['D'] } } }, columns: ['id', 'v'] },
      /"op".*do not bring/,
    ],
    ['columns that the table lacks', { columns: ['id', 'v', 'nmae'] }, /no column "nmae"/],
    ['lineage in a column that the table lacks', { lineage: { batchId: 'batch' } }, /no column "batch".*lineage/],
  ])('blocks its target for %s, and says which columns there are', async (_, more, message) => {
    const plan = { ...PLAN, columns: ['id', 'v', 'name'], mode: { merge: { key: ['id'] } }, ...more } as LoadPlan
    const outcome = await session.load(await stage.job(plan, { 'a.csv': '1,1,a\n' }))
    expect(outcome).toMatchObject({
      kind: 'refused',
      fault: { kind: 'set-up', message: expect.stringMatching(message) },
    })
  })

  it('blocks its target where nothing tells a key, and where the table is not there', async () => {
    await stage.redshift.admin('create table keyless (id int); grant all on keyless to penstock')
    const keyless: LoadPlan = { ...PLAN, table: 'keyless', columns: ['id'], mode: { merge: {} } }
    expect(await session.load(await stage.job(keyless, { 'a.csv': '1\n' }))).toMatchObject({
      fault: { kind: 'set-up', code: 'NO_KEY' },
    })
    expect(await session.load(await stage.job({ ...keyless, table: 'nowhere' }, { 'a.csv': '1\n' }))).toMatchObject({
      fault: { kind: 'set-up', code: 'NO_SUCH_TABLE' },
    })
  })

  it('names all bad files, with line and column, as any other load does', async () => {
    const outcome = await session.load(
      await stage.job(PLAN, { 'a.csv': 'U,1,1,a\n', 'b.csv': 'U,x,1,a\n', 'c.csv': 'U,2,1,a\nU,3,y,a\n' }),
    )
    expect(outcome).toMatchObject({
      kind: 'refused',
      fault: {
        kind: 'data',
        fileErrors: [
          { line: 1, column: 'id', value: 'x' },
          { line: 2, column: 'v', value: 'y' },
        ],
      },
    })
    expect(await table()).toEqual([])
  })
})

function dyingAt(step: number, when: 'before' | 'after', seen: { statements: number }): (run: Run) => Run {
  let isOver = false
  return (run) => async (statement, patienceMs) => {
    if (isOver) throw new Error('dead')
    const isIt =
      seen.statements === step && statement.kind !== 'read-session-id' && statement.kind !== 'find-receipts-table'
    seen.statements += 1
    if (isIt && when === 'before') die()
    const answer = await run(statement, patienceMs)
    if (isIt && when === 'after') die()
    return answer
  }

  function die(): never {
    isOver = true
    throw new Error('died')
  }
}

function shuffled<T>(given: readonly T[], order: Iterator<number>): readonly T[] {
  const left = [...given]
  const all: T[] = []
  while (left.length > 0) {
    const at = Number(order.next().value) % left.length
    all.push(...left.splice(at, 1))
  }
  return all
}
