import type { TargetId } from '../../lambda/model'
import { type Local, startForTest } from './local'

const LINEAGE = { batchId: 'batch', file: 'file', loadedAt: 'loaded_at' }

describe('a table that asks for more than its files to be added', () => {
  let local: Local
  beforeAll(async () => {
    local = await startForTest({
      settings: {
        csv: { headerLines: 1 },
        notify: { success: 'arn:aws:sns:eu-west-1:000000000000:penstock-local-success' },
        routes: [
          { match: 'told/**', into: { table: 'told', lineage: LINEAGE } },
          { match: 'typed/**', into: { table: 'told', columns: 'by-name', lineage: LINEAGE } },
          { match: 'latest/**', into: { table: 'latest', lineage: LINEAGE, mode: { merge: { key: ['id'] } } } },
          { match: 'named/**', into: { table: 'named', columns: 'by-name' } },
          { match: 'exact/**', into: { table: 'named', columns: 'exactly-by-name' } },
          { match: 'whole/**', into: { table: 'whole', mode: 'replace', batch: { seconds: 0 } } },
          {
            match: 'around/**',
            into: {
              table: 'around',
              before: ["INSERT INTO audit VALUES ('before', {batch_id}, {target}, {files}, NULL)"],
              after: ["INSERT INTO audit VALUES ('after', {batch_id}, {target}, {files}, {rows})"],
              afterCommit: ['VACUUM around', 'SELECT 1 / 0', 'VACUUM audit'],
            },
          },
          { match: 'refused/**', into: { table: 'around', before: ['INSERT INTO nowhere VALUES (1)'] } },
        ],
      },
    })
    await local.table('told', `id integer, name varchar(9), batch varchar(64), file varchar(1024), loaded_at timestamp`)
    await local.table(
      'latest',
      `id integer, name varchar(9), batch varchar(64), file varchar(1024), loaded_at timestamp`,
    )
    await local.table('named', `id integer not null, name varchar(9) default 'none', amount decimal(9,2)`)
    await local.table('whole', 'id integer')
    await local.table('around', 'id integer')
    await local.table('audit', 'at varchar(9), batch varchar(64), target varchar(99), files bigint, rows bigint')
    for (const table of ['latest', 'whole', 'around', 'audit']) {
      await local.redshift.admin(
        `grant select, update, delete on ${table} to penstock; alter table ${table} owner to penstock`,
      )
    }
  })
  afterAll(() => local.stop())

  const land = async (files: Readonly<Record<string, string | Buffer>>) => {
    for (const [key, body] of Object.entries(files)) await local.put(key, body)
    await local.quiet()
  }
  const target = (table: string): TargetId => `main/public.${table}`
  const batchOf = async (table: string, key: string) => {
    const record = await local.record(target(table), key)
    if (record?.status !== 'loaded') throw new Error(`${key} is ${JSON.stringify(record)}`)
    return local.ports.batches.get(target(table), record.batchId)
  }

  it('tells of each row its batch, its file and its time, whatever the file is called', async () => {
    await land({ "told/it's + é.csv": 'id,name\n1,a\n2,b\n', 'told/2.csv': 'id,name\n3,c\n' })
    const rows = await local.redshift.admin(
      "select id, file, batch, loaded_at > sysdate - interval '1 hour' as recent from told order by id",
    )
    const batches = [await batchOf('told', "told/it's + é.csv"), await batchOf('told', 'told/2.csv')]
    const [one, two] = batches.map((batch) => batch?.batchId)
    const file = (name: string) => `s3://${local.bucket}/told/${name}`
    expect(rows).toEqual([
      { id: 1, file: file("it's + é.csv"), batch: one, recent: true },
      { id: 2, file: file("it's + é.csv"), batch: one, recent: true },
      { id: 3, file: file('2.csv'), batch: two, recent: true },
    ])
  })

  it('tells it of the rows of Parquet, too, whose files fill all columns of a table', async () => {
    const { parquetWriteBuffer } = await import('hyparquet-writer')
    const file = (id: number) =>
      Buffer.from(
        parquetWriteBuffer({
          columnData: [
            { name: 'name', data: [`p${id}`], type: 'STRING' },
            { name: 'id', data: [id], type: 'INT32' },
          ],
        }),
      )
    local.redshift.failNext({ matching: /^copy/i, act: 'delay', delayMs: 300 })
    await land({ 'typed/1.parquet': file(101), 'typed/2.parquet': file(102), 'typed/3.parquet': file(103) })
    const rows = await local.redshift.admin('select id, name, file from told where id > 100 order by id')
    expect(rows).toEqual(
      [1, 2, 3].map((n) => ({ id: 100 + n, name: `p${n + 100}`, file: `s3://${local.bucket}/typed/${n}.parquet` })),
    )
    expect(await local.redshift.admin('select 1 from told where batch is null or loaded_at is null')).toEqual([])
  })

  it('takes of rows without a version that of the later file, where files are told apart', async () => {
    local.redshift.failNext({ matching: /^copy/i, act: 'delay', delayMs: 300 })
    await local.put('latest/first.csv', 'id,name\n9,z\n')
    // They wait for the first, and go together into the next batch.
    await local.put('latest/a.csv', 'id,name\n1,zebra\n2,old\n')
    await local.put('latest/b.csv', 'id,name\n1,ant\n')
    await local.quiet()
    expect(await local.redshift.admin('select id, name, file from latest order by id')).toEqual([
      { id: 1, name: 'ant', file: `s3://${local.bucket}/latest/b.csv` },
      { id: 2, name: 'old', file: `s3://${local.bucket}/latest/a.csv` },
      { id: 9, name: 'z', file: `s3://${local.bucket}/latest/first.csv` },
    ])
    expect((await batchOf('latest', 'latest/a.csv'))?.batchId).toBe((await batchOf('latest', 'latest/b.csv'))?.batchId)
  })

  it('matches the columns of each file by their names, and gives what is missing its default', async () => {
    const { parquetWriteBuffer } = await import('hyparquet-writer')
    const parquet = parquetWriteBuffer({
      columnData: [
        { name: 'NAME', data: ['c'], type: 'STRING' },
        { name: 'ID', data: [3], type: 'INT32' },
      ],
    })
    await land({
      'named/a.csv': 'Amount,id\n1.5,1\n',
      'named/b.csv': 'id,name\n2,b\n',
      'named/d.jsonl': '{"ID": 4, "name": "d"}\n{"id": 5, "amount": 5}\n',
    })
    expect(await local.redshift.admin('select id, name, amount from named order by id')).toEqual([
      { id: 1, name: 'none', amount: '1.50' },
      { id: 2, name: 'b', amount: null },
      { id: 4, name: 'd', amount: null },
      { id: 5, name: null, amount: '5.00' },
    ])
    await land({ 'named/c.parquet': Buffer.from(parquet) })
    expect(await local.redshift.admin('select id, name from named where id = 3')).toEqual([{ id: 3, name: 'c' }])
  })

  it.each<[string, string, string, RegExp]>([
    ['a column that the table lacks', 'named/more.csv', 'id,nmae\n1,x\n', /'nmae'.*did you mean 'name'/],
    ['no column that must be there', 'named/less.csv', 'name\nx\n', /'id'/],
    ['fewer columns than the table', 'exact/less.csv', 'id,name\n1,x\n', /'amount'/],
    ['a column twice', 'named/twice.csv', 'id,ID\n1,2\n', /same column, 'ID'/],
  ])('refuses a file with %s before COPY, and spells the difference out', async (_, key, body, reason) => {
    const copies = () => local.redshift.statements.filter(({ statement }) => statement.startsWith('COPY')).length
    const before = copies()
    await land({ [key]: body })
    expect(await local.record(target('named'), key)).toMatchObject({
      status: 'failed',
      error: { reason: expect.stringMatching(reason) },
    })
    expect(copies()).toBe(before)
  })

  it('replaces its rows by those of what comes, unless that cannot be loaded', async () => {
    await land({ 'whole/1.csv': 'id\n1\n2\n' })
    await land({ 'whole/2.csv': 'id\n3\n' })
    expect(await local.redshift.admin('select id from whole')).toEqual([{ id: 3 }])
    await land({ 'whole/3.csv': 'id\nx\n' })
    expect(await local.record(target('whole'), 'whole/3.csv')).toMatchObject({ status: 'failed', error: { line: 2 } })
    expect(await local.redshift.admin('select id from whole')).toEqual([{ id: 3 }])
  })

  it('runs statements in the transaction with their values, and others after it, and remembers how those ended', async () => {
    await land({ 'around/a.csv': 'id\n1\n2\n' })
    const batch = await batchOf('around', 'around/a.csv')
    const told = { batch: batch?.batchId, target: 'main/public.around', files: '1' }
    expect(await local.redshift.admin('select * from audit order by at desc')).toEqual([
      { at: 'before', ...told, rows: null },
      { at: 'after', ...told, rows: '2' },
    ])
    expect(batch).toMatchObject({
      status: 'loaded',
      rows: 2,
      afterCommit: {
        done: 1,
        failed: { statement: 1, code: '22012', message: expect.stringContaining('division by zero') },
      },
    })
    const [notice] = (await local.notices('success')).filter(({ body }) => body['batchId'] === batch?.batchId)
    expect(notice?.subject).toMatch(/a statement after it failed/)
  })

  it('loads nothing when a statement before it fails, names it, and waits for a person', async () => {
    await land({ 'refused/a.csv': 'id\n7\n' })
    expect((await local.ports.targets.get(target('around')))?.hold).toMatchObject({
      kind: 'blocked',
      code: 'STATEMENT_FAILED',
      reason: expect.stringMatching(/before\[0\].*42P01.*nowhere/s),
    })
    expect(await local.redshift.admin('select id from around where id = 7')).toEqual([])
    expect(await local.record(target('around'), 'refused/a.csv')).toBeUndefined()
  })
})

describe('two that load at once', () => {
  it('load two tables of one warehouse at the same time, and never two batches of one table', async () => {
    const local = await startForTest({ settings: { batch: { files: 2, seconds: 0 } } })
    try {
      for (const table of ['a', 'b']) await local.table(table, 'id integer')
      local.redshift.failNext({ matching: /^copy/i, act: 'delay', delayMs: 150, times: 12 })
      const keys = Array.from({ length: 12 }, (_, file) => `${file % 2 === 0 ? 'a' : 'b'}/${file}.csv`)
      await Promise.all(keys.map((key) => local.put(key, '1\n')))
      await local.quiet()
      expect([await local.rows('a'), await local.rows('b')]).toEqual([6, 6])

      const spans = transactionsOf(local.redshift.statements)
      const ofOne = (table: string) => spans.filter((span) => span.table === table)
      const meet = (one: Span, other: Span) => one !== other && one.from < other.to && other.from < one.to
      expect(ofOne('a').some((one) => ofOne('b').some((other) => meet(one, other)))).toBe(true)
      for (const table of ['a', 'b']) {
        expect(ofOne(table).length).toBeGreaterThan(1)
        expect(ofOne(table).flatMap((one) => ofOne(table).filter((other) => meet(one, other)))).toEqual([])
      }
    } finally {
      await local.stop()
    }
  })

  it('are each there once although the warehouse finds that they conflict', async () => {
    const local = await startForTest()
    try {
      await local.table('a', 'id integer')
      const conflict = { sqlState: 'XX000', message: '1023', detail: 'Serializable isolation violation on table - 1' }
      local.redshift.failNext({ matching: /^commit/i, act: 'error', ...conflict })
      await local.put('a/1.csv', '1\n')
      await local.quiet()
      expect((await local.ports.targets.get('main/public.a'))?.hold).toMatchObject({ kind: 'waiting' })
      await local.loadAgain('main/public.a')
      expect(await local.rows('a')).toBe(1)
      expect(await local.rows('penstock.receipts')).toBe(1)
    } finally {
      await local.stop()
    }
  })
})

interface Span {
  readonly table: string
  readonly from: number
  readonly to: number
}

/** The transactions of the sessions' own log, from BEGIN to the end of COMMIT, and the table that each copies into. */
function transactionsOf(log: Local['redshift']['statements']): readonly Span[] {
  const spans: Span[] = []
  for (const pid of new Set(log.map((entry) => entry.pid))) {
    let open: { from: number; table?: string } | undefined
    for (const entry of log.filter((one) => one.pid === pid)) {
      if (/^begin/i.test(entry.statement)) open = { from: entry.startedPlace }
      const table = /^COPY "public"."(\w+)"/.exec(entry.statement)?.[1]
      if (open && table !== undefined) open.table = table
      if (open?.table !== undefined && /^commit/i.test(entry.statement)) {
        spans.push({ table: open.table, from: open.from, to: entry.endedPlace ?? Number.POSITIVE_INFINITY })
        open = undefined
      }
    }
  }
  return spans
}
