import type { LoadPlan } from '../../../lambda/load-plan'
import type { TableShape } from '../../../lambda/model'
import type { LoadJob } from '../../../lambda/ports'
import { type Script, scriptOf } from '../../../lambda/warehouse/redshift/load-script'
import { render } from '../../sql/rendered'

const TABLE: TableShape = {
  columns: [
    { name: 'row', type: 'bigint', nullable: false, otherwise: 'identity' },
    { name: 'id', type: 'integer', nullable: false, otherwise: 'null' },
    { name: 'name', type: 'character varying(20)', nullable: true, otherwise: 'default' },
    { name: 'shape', type: 'geometry', nullable: true, otherwise: 'null' },
    { name: 'extra', type: 'super', nullable: true, otherwise: 'null' },
    { name: 'file', type: 'character varying(1024)', nullable: false, otherwise: 'null' },
  ],
  primaryKey: ['id'],
}
const PLAN: LoadPlan = { schema: 'public', table: 'people', format: 'csv', compression: 'none' }

function jobOf(more: Partial<LoadPlan>, job: Partial<LoadJob> = {}): LoadJob {
  return {
    batchId: 'b1',
    target: 'main/public.people',
    attempt: 1,
    plan: { ...PLAN, ...more } as LoadPlan,
    manifest: 's3://landing/m',
    urls: ['s3://landing/1.csv'],
    bytes: 1,
    timeoutMs: 1,
    ...job,
  }
}

function scriptFor(more: Partial<LoadPlan>, job: Partial<LoadJob> = {}): Script {
  const planned = scriptOf(jobOf(more, job), { copyRole: 'default' }, TABLE)
  if (planned.kind === 'refused') throw new Error(planned.message)
  return planned.script
}

const kinds = ({ load, count, finish }: Script, rows: number | undefined = 7) =>
  [...load, count, ...finish(rows)].map(({ kind }) => kind)

describe('the transaction of a batch', () => {
  it.each<[string, Partial<LoadPlan>, readonly string[]]>([
    ['that adds', {}, ['copy', 'count-copied', 'write-receipt']],
    ['that replaces', { mode: 'replace' }, ['clear-table', 'copy', 'count-copied', 'write-receipt']],
    [
      'with statements of the settings',
      { before: ['SELECT 1'], after: ['SELECT 2'] },
      ['given', 'copy', 'count-copied', 'given', 'write-receipt'],
    ],
    [
      'of Parquet with a list of columns',
      { format: 'parquet', columns: ['name', 'id'] },
      ['create-staging', 'copy', 'insert-staged', 'count-staged', 'drop-staging', 'write-receipt'],
    ],
    [
      'that replaces, and tells its batch',
      { mode: 'replace', lineage: { batchId: 'name' } },
      ['create-staging', 'copy', 'clear-table', 'insert-staged', 'count-staged', 'drop-staging', 'write-receipt'],
    ],
    [
      'that merges',
      { mode: { merge: { version: 'name', delete: { column: 'op', values: ['D'] } } } },
      [
        'create-staging',
        'copy',
        'refuse-null-keys',
        'choose-newest',
        'delete-flagged',
        'drop-flagged',
        'merge',
        'count-staged',
        'drop-staging',
        'drop-staging',
        'write-receipt',
      ],
    ],
  ])('%s has its statements in this order, the receipt last (S3)', (_, plan, expected) => {
    expect(kinds(scriptFor(plan))).toEqual(expected)
  })

  it('has a COPY for each file where rows tell their file', () => {
    const parts = [1, 2].map((n) => ({ url: `s3://landing/${n}.csv`, manifest: `s3://landing/m-${n}` }) as const)
    const script = scriptFor({ lineage: { file: 'file' } }, { parts })
    expect(kinds(script).slice(0, 6)).toEqual([
      'create-staging',
      'copy',
      'mark-file',
      'copy',
      'mark-file',
      'insert-staged',
    ])
    expect(script.load.flatMap((one) => (one.kind === 'copy' ? [one.manifest] : []))).toEqual([
      's3://landing/m-1',
      's3://landing/m-2',
    ])
  })

  it('keeps its temporary tables where nobody counts: the receipt counts them, and the session ends', () => {
    const script = scriptFor({ mode: { merge: {} } })
    expect(script.finish(undefined).map(({ kind }) => kind)).toEqual(['write-receipt'])
    expect(render(script.finish(undefined)[0] ?? { kind: 'begin' })).toContain('COUNT(*)')
    expect(render(scriptFor({}).finish(undefined)[0] ?? { kind: 'begin' })).toContain(', NULL, ')
  })

  it('leaves out columns that the warehouse counts up, and does not ask for a value where a file is told later', () => {
    const [create] = scriptFor({ lineage: { file: 'file' } }).load
    expect(create && render(create)).toBe(
      `CREATE TEMP TABLE "penstock_staged" (
  "id" integer NOT NULL,
  "name" character varying(20),
  "shape" geometry,
  "extra" super,
  "file" character varying(1024),
  "penstock_file_number" integer
)`,
    )
  })

  it('tells equal rows apart by what has an order', () => {
    const newest = scriptFor({ mode: { merge: {} } }).load.find(({ kind }) => kind === 'choose-newest')
    expect(newest).toMatchObject({ ties: [{ column: 'name' }, { column: 'extra', isSuper: true }, { column: 'file' }] })
  })

  it.each<[string, Partial<LoadPlan>, string, RegExp]>([
    [
      'whose lineage does not fit its column',
      { lineage: { batchId: 'name' } },
      'b'.repeat(26),
      /"name".*holds 20 bytes/,
    ],
    ['whose file does not fit its column', { lineage: { file: 'name' } }, 'b1', /"name".*a-long-name\.csv/],
  ])('is not made for a table %s: a person makes it longer, and no file has failed', (_, plan, batchId, message) => {
    const planned = scriptOf(
      jobOf(plan, { batchId, urls: ['s3://landing/a-long-name.csv'] }),
      { copyRole: 'default' },
      TABLE,
    )
    expect(planned).toMatchObject({
      kind: 'refused',
      code: 'COLUMN_TOO_SHORT',
      message: expect.stringMatching(message),
    })
  })

  it('is not made for a table that has a name of the loader’s own', () => {
    const own = { name: 'penstock_loaded', type: 'integer', nullable: true, otherwise: 'null' } as const
    const table = { ...TABLE, columns: [...TABLE.columns, own] }
    expect(scriptOf(jobOf({ mode: { merge: {} } }), { copyRole: 'default' }, table)).toMatchObject({
      kind: 'refused',
      code: 'RESERVED_COLUMN',
    })
  })

  it.each([
    [['true', 'FALSE'], 'boolean'],
    [['1', '-2'], 'bigint'],
    [['D', '1'], 'character varying(256)'],
  ])('gives a flag that only Parquet brings the type of its values: %j is %s', (values, type) => {
    const script = scriptFor({ format: 'parquet', mode: { merge: { delete: { column: 'Gone', values } } } })
    const [create] = script.load
    expect(create && render(create)).toContain(`"gone" ${type}`)
  })

  it('never gives a temporary table the name of the target', () => {
    const [create] = scriptFor({ mode: { merge: {} }, table: 'PENSTOCK_staged' }).load
    expect(create).toMatchObject({ staging: 'penstock_staged_rows' })
  })

  it('puts values of the settings’ statements in as literals', () => {
    const script = scriptFor(
      { before: ['SELECT {target}, {files}'], after: ['SELECT {rows}'] },
      { target: "main/public.o'b" },
    )
    expect(script.load[0]).toMatchObject({ text: "SELECT 'main/public.o''b', '1'" })
    expect(script.finish(7)[0]).toMatchObject({ text: "SELECT '7'" })
  })
})
