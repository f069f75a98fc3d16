import * as fc from 'fast-check'
import { filledIn, type When, whyRefused } from '../../lambda/given-sql'
import { literal } from '../../lambda/warehouse/redshift/quote'

describe('a statement of the settings', () => {
  it.each([
    'DELETE FROM audit WHERE batch = {batch_id}',
    'INSERT INTO audit VALUES ({batch_id}, {target}, {files});',
    "UPDATE t SET note = 'a; b -- c' WHERE x = 1 -- a; b",
    "UPDATE t SET note = 'it''s \\'; commit'",
    'UPDATE "begin; commit" SET "a""b" = 1 /* ; /* nested ; */ commit */',
    'CREATE OR REPLACE PROCEDURE p() AS $$ BEGIN TRUNCATE t; END; $$ LANGUAGE plpgsql',
    'ALTER TABLE t ADD COLUMN partitions int',
    'ANALYZE t',
    'SELECT 3 - 2 / 1, $1',
    'SELECT my$tab$le FROM a$$',
    'SELECT $$ ; $$, $x$ ; $y$ ; $x$',
    'ALTER TABLE t RENAME COLUMN a TO partition',
    'LOCK TABLE other',
  ])('may stand in the transaction: %s', (text) => {
    expect(whyRefused(text, 'before')).toBeUndefined()
    expect(whyRefused(text, 'after')).toBeUndefined()
  })

  it.each<[string, RegExp]>([
    ['', /no statement/],
    [' ; -- nothing', /no statement/],
    ['DELETE FROM a; DELETE FROM b', /several statements/],
    ['SELECT 1 AS a$$; COMMIT; BEGIN; SELECT 1 AS b$$', /several statements/],
    ['SELECT 1 AS é$x$; COMMIT; SELECT 1 AS b$x$', /several statements/],
    ['SELECT 1 -- x\r; COMMIT', /several statements/],
    ['SELECT $1$; COMMIT; SELECT $1$', /several statements/],
    ["SELECT 'it", /does not end/],
    ['SELECT "it', /does not end/],
    ['SELECT 1 /* and so on', /does not end/],
    ['SELECT $x$ 1', /does not end/],
    ['COMMIT', /the load’s own/],
    ['  begin work', /the load’s own/],
    ['/* first */ END', /the load’s own/],
    ['start\n transaction', /the load’s own/],
    ['ROLLBACK', /the load’s own/],
    ['TRUNCATE t', /commit half/],
    ['-- why\ntruncate table t', /commit half/],
    ['VACUUM FULL t', /afterCommit/],
    ['call refresh({batch_id})', /a procedure may commit/],
    ['ANALYZE COMPRESSION t', /afterCommit/],
    ['ALTER TABLE a APPEND FROM b', /afterCommit/],
    ['alter table a alter column c type varchar(9)', /afterCommit/],
    ['ALTER TABLE ext.a ADD IF NOT EXISTS PARTITION (d=1) LOCATION {target}', /afterCommit/],
    ['CREATE EXTERNAL TABLE e.a (b int)', /afterCommit/],
    ['DROP DATABASE d', /afterCommit/],
    ['CREATE OR REPLACE LIBRARY l LANGUAGE plpythonu', /afterCommit/],
    ["SELECT '{batch_id}'", /quotes of its own/],
    ['SELECT {batch}', /\{batch\} stands for nothing/],
    ['SELECT {', /stands for nothing/],
  ])('is refused in the transaction: %s', (text, why) => {
    expect(whyRefused(text, 'before')).toMatch(why)
    expect(whyRefused(text, 'after')).toMatch(why)
  })

  it('knows its rows only when they are loaded', () => {
    expect(whyRefused('SELECT {rows}', 'before')).toMatch(/known only when/)
    expect(whyRefused('SELECT {rows}', 'after')).toBeUndefined()
    expect(whyRefused('SELECT {rows}', 'afterCommit')).toBeUndefined()
  })

  it.each(['VACUUM t', 'TRUNCATE t', 'ALTER TABLE a APPEND FROM b', 'DROP DATABASE d'])(
    'may stand after the commit: %s',
    (text) => {
      expect(whyRefused(text, 'afterCommit')).toBeUndefined()
    },
  )

  it.each(['COMMIT', 'SELECT 1; SELECT 2', ''])('is refused even there: %j', (text) => {
    expect(whyRefused(text, 'afterCommit')).toBeDefined()
  })

  it('is looked at whatever it is, and never takes long', () => {
    const pieces = fc.constantFrom("'", '"', '$$', '$a$', '--', '/*', '*/', ';', '\\', '\n', ' ', 'a', '{rows}', '{')
    const texts = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''))
    return fc.assert(
      fc.property(texts, fc.constantFrom<When>('before', 'after', 'afterCommit'), (text, when) => {
        expect(['string', 'undefined']).toContain(typeof whyRefused(text, when))
      }),
    )
  })

  it('gets its values as literals, whatever they hold', () => {
    const values = { batch_id: "b'1", target: 'main/public.a\\b', files: '3' }
    expect(filledIn('VALUES ({batch_id}, {target}, {files}, {rows}, {batch_id})', values, literal)).toBe(
      "VALUES ('b''1', 'main/public.a\\\\b', '3', {rows}, 'b''1')",
    )
  })
})
