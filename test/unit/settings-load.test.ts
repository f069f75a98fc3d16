import { planFor } from '../../lambda/load/plan-for'
import { settingsFrom } from '../../lambda/settings'
import { minimal, problemsOf } from './some-settings'

const ofInto = (into: object, all: object = {}) =>
  problemsOf({ ...minimal, ...all, routes: [{ match: '{table}/**', into }] }).map((problem) =>
    problem.replace('routes[0].into.', ''),
  )

const planOf = (into: object, key = 'orders/1.csv') =>
  planFor(
    {
      target: 'main/public.orders',
      object: { bucket: 'landing', key, etag: 'e', sizeBytes: 1, eventTimeMs: 0 },
    },
    settingsFrom({ ...minimal, routes: [{ match: '{table}/**', into: into as never }] }),
  )

describe('how a target says that its rows are loaded', () => {
  it.each([
    [{ mode: 'replace' }],
    [{ mode: { merge: {} } }],
    [{ mode: { merge: { key: ['id', 'Day'], version: 'v', delete: { column: 'gone', values: [true, 1, 'D'] } } } }],
    [{ columns: 'by-name', csv: { headerLines: 1 } }],
    [{ lineage: true }],
    [{ lineage: { file: 'from_file' }, columns: ['id', 'name'] }],
    [{ before: ['DELETE FROM t WHERE d = {batch_id}'], after: ['SELECT {rows}'], afterCommit: ['VACUUM t'] }],
  ])('may be %j', (into) => {
    expect(ofInto(into)).toEqual([])
  })

  it.each<[object, RegExp]>([
    [{ mode: 'upsert' }, /^mode: mode is 'append', 'replace' or \{ merge/],
    [{ mode: { merge: { keys: ['id'] } } }, /mode\.merge.*"?keys"?.*(did you mean|key)/s],
    [{ mode: { merge: { key: [] } } }, /^mode\.merge\.key: /],
    [{ mode: { merge: { key: ['id; drop table x'] } } }, /^mode\.merge\.key\[0\]: a column is named by letters/],
    [{ mode: { merge: { key: ['id', 'ID'] } } }, /^mode\.merge\.key: a column is named twice/],
    [{ mode: { merge: { key: ['id'], version: 'ID' } } }, /^mode\.merge\.version: ID is part of the key/],
    [
      { mode: { merge: { key: ['id'], delete: { column: 'id', values: ['1'] } } } },
      /^mode\.merge\.delete\.column: id is part of the key/,
    ],
    [{ mode: { merge: { delete: { column: 'op' } } } }, /^mode\.merge\.delete\.values: is missing/],
    [{ mode: { merge: {} }, explicitIds: true }, /^explicitIds: .*mode: \{ merge/],
    [{ mode: { merge: {} }, json: { paths: 'noshred' } }, /^json\.paths: .*no key/],
    [{ lineage: true, compUpdate: 'on' }, /^compUpdate: .*lineage/],
    [{ lineage: {} }, /^lineage: names no column/],
    [{ lineage: { file: 'a', batchId: 'A' } }, /^lineage\.batchId: A is named twice|^lineage\.file: a is named twice/],
    [{ lineage: { file: 'a' }, columns: ['a'] }, /^lineage\.file: a is told by the loader/],
    [{ lineage: { file: 'a' }, mode: { merge: { key: ['a'] } } }, /^lineage\.file: a .*mode\.merge\.key/],
    [{ columns: 'by name' }, /^columns: columns is a list of names/],
    [{ columns: 'by-name', format: 'orc' }, /^columns: files of format 'orc' are not read for names/],
    [{ columns: 'by-name', json: { paths: 's3://conf/p.json' } }, /^json\.paths: .*names mean nothing/],
    [{ columns: 'by-name', csv: { headerLines: 0 } }, /^csv\.headerLines: no line holds names/],
    [{ before: ['SELECT {rows}'] }, /^before\[0\]: \{rows\} is known only/],
    [{ after: ['DELETE FROM a', 'TRUNCATE b'] }, /^after\[1\]: it would commit half of the load/],
    [{ afterCommit: ['COMMIT'] }, /^afterCommit\[0\]: the transaction is the load’s own/],
    [{ before: 'DELETE FROM a' }, /^before: /],
    [{ before: [] }, /^before: /],
  ])('cannot be %j', (into, problem) => {
    const problems = ofInto(into)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(problem)
  })

  it('tells everything that is wrong at once', () => {
    const wrong = {
      mode: { merge: { key: ['id'], version: 'id' } },
      explicitIds: true,
      before: ['COMMIT'],
      columns: 'x',
    }
    expect(ofInto(wrong).map((problem) => problem.split(':')[0])).toEqual(
      expect.arrayContaining(['mode.merge.version', 'explicitIds', 'before[0]', 'columns']),
    )
  })
})

describe('the plan of a file', () => {
  it('says what its transaction does besides COPY, and nothing of what is not asked for', () => {
    expect(planOf({})).toMatchObject({ kind: 'copy', overwrites: 'skip', plan: { schema: 'public', table: 'orders' } })
    expect(Object.keys((planOf({ mode: 'append' }) as { plan: object }).plan)).toEqual([
      'schema',
      'table',
      'compression',
      'format',
    ])
    expect(planOf({ mode: { merge: { key: ['id'] } }, lineage: true, before: ['SELECT 1'] })).toMatchObject({
      plan: {
        mode: { merge: { key: ['id'] } },
        lineage: { batchId: 'penstock_batch', file: 'penstock_file', loadedAt: 'penstock_loaded_at' },
        before: ['SELECT 1'],
      },
    })
  })

  it.each([
    [{}, 'skip'],
    [{ mode: 'append' }, 'skip'],
    [{ mode: 'replace' }, 'reload'],
    [{ mode: { merge: {} } }, 'reload'],
    [{ mode: 'replace', overwrites: 'skip' }, 'skip'],
  ])('has files that are written again do what its mode makes right: %j', (into, overwrites) => {
    expect(planOf(into)).toMatchObject({ overwrites })
  })

  it.each([
    ['orders/1.csv', {}, /csv\.headerLines: 0 no line holds names/],
    ['orders/1.avro', {}, /format 'avro' are not read for names/],
    ['orders/1.shp', {}, /format 'shapefile' are not read for names/],
  ])('fails where %s is to tell names and cannot', (key, into, reason) => {
    expect(planOf({ columns: 'by-name', ...into }, key)).toEqual({
      kind: 'fail',
      code: 'NO_COLUMN_NAMES',
      reason: expect.stringMatching(reason),
    })
  })
})
