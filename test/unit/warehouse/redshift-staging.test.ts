import type { LoadPlan } from '../../../lambda/load-plan'
import type { Newest, Statement } from '../../../lambda/warehouse/statement'
import { render } from '../../sql/rendered'

const TABLE = { schema: 'crm', table: 'contacts' }
const KEY = ['id']
const MANIFEST = 's3://landing/_penstock/batches/main/crm.contacts/b1/manifest'

const NEWEST: Newest = {
  newest: 'penstock_newest',
  staging: 'penstock_staged',
  table: TABLE,
  columns: ['id', 'name', 'updated_at'],
  key: KEY,
  ties: [{ column: 'name' }],
}

describe('statements that load by way of a temporary table', () => {
  it('create it with the columns of the files, those that the table lacks, and what the batch tells of itself', () => {
    expect(
      render({
        kind: 'create-staging',
        staging: 'penstock_staged',
        columns: [
          { name: 'id', type: 'bigint', nullable: false },
          { name: 'Full "name"', type: 'character varying(80)', nullable: true },
          { name: 'penstock_batch', type: 'character varying(64)', nullable: true, otherwise: { text: "b'1" } },
          { name: 'penstock_loaded_at', type: 'timestamp without time zone', nullable: true, otherwise: 'now' },
        ],
      }),
    ).toBe(
      `CREATE TEMP TABLE "penstock_staged" (
  "id" bigint NOT NULL,
  "Full ""name""" character varying(80),
  "penstock_batch" character varying(64) DEFAULT 'b''1',
  "penstock_loaded_at" timestamp without time zone DEFAULT GETDATE()
)`,
    )
  })

  it('copy into it by the names of its columns, and keep no statistics of what is thrown away', () => {
    const plan: LoadPlan = { ...TABLE, format: 'csv', compression: 'none', headerLines: 1 }
    expect(
      render({
        kind: 'copy',
        plan,
        manifest: MANIFEST,
        role: 'default',
        staged: { staging: 'penstock_staged', columns: ['id', 'name'] },
      }),
    ).toBe(
      `COPY "penstock_staged" ("id", "name")
FROM '${MANIFEST}'
IAM_ROLE default
MANIFEST
FORMAT AS CSV
IGNOREHEADER AS 1
COMPUPDATE OFF
STATUPDATE OFF`,
    )
  })

  it('copy a columnar file without naming columns: the table is made in its order', () => {
    const plan: LoadPlan = { ...TABLE, format: 'parquet', compression: 'none', columns: ['name', 'id'] }
    const staged = { staging: 'penstock_staged', columns: ['name', 'id'] }
    expect(render({ kind: 'copy', plan, manifest: MANIFEST, role: 'default', staged })).toBe(
      `COPY "penstock_staged"
FROM '${MANIFEST}'
IAM_ROLE default
MANIFEST
FORMAT AS PARQUET
STATUPDATE OFF`,
    )
  })

  it('tell of the rows of a file which file it was, whatever it is called', () => {
    expect(
      render({
        kind: 'mark-file',
        staging: 'penstock_staged',
        column: 'penstock_file',
        url: "s3://landing/crm/it's \\ here.csv",
        number: 3,
      }),
    ).toBe(
      `UPDATE "penstock_staged"
SET "penstock_file" = 's3://landing/crm/it''s \\\\ here.csv', "penstock_file_number" = 3
WHERE "penstock_file" IS NULL`,
    )
  })

  it('refuse rows without a key by an error that holds their number', () => {
    expect(render({ kind: 'refuse-null-keys', staging: 'penstock_staged', key: ['id', 'day'] })).toBe(
      `SELECT CASE WHEN COUNT(*) = 0 THEN 0 ELSE CAST('NULL_KEYS ' || CAST(COUNT(*) AS varchar) AS integer) END AS nothing
FROM "penstock_staged"
WHERE "id" IS NULL OR "day" IS NULL`,
    )
  })

  it('choose the newest row of each key among the staged ones and those of the table, always the same of equals', () => {
    expect(
      render({
        kind: 'choose-newest',
        ...NEWEST,
        version: 'updated_at',
        flag: { column: 'op', values: ['D', "x'"] },
        ties: [{ column: 'name' }, { column: 'extra', isSuper: true }],
      }),
    ).toBe(
      `CREATE TEMP TABLE "penstock_newest" AS
SELECT "id", "name", "updated_at", "penstock_deleted", "penstock_loaded"
FROM (
  SELECT "id", "name", "updated_at", CASE WHEN "op" IN ('D', 'x''') THEN 1 ELSE 0 END AS "penstock_deleted", 1 AS "penstock_loaded"
  FROM "penstock_staged"
  UNION ALL
  SELECT there."id", there."name", there."updated_at", 0, 0
  FROM "crm"."contacts" AS there
  INNER JOIN (SELECT DISTINCT "id" FROM "penstock_staged") AS keys
  ON there."id" = keys."id"
) AS candidates
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY "id"
  ORDER BY "updated_at" DESC NULLS LAST, "penstock_deleted" DESC, "name" DESC NULLS LAST, JSON_SERIALIZE("extra") DESC NULLS LAST, "penstock_loaded"
) = 1 AND "penstock_loaded" = 1`,
    )
  })

  it('choose without a version among the staged rows alone, those of later files first where files are told apart', () => {
    expect(render({ kind: 'choose-newest', ...NEWEST, fileNumber: true })).toBe(
      `CREATE TEMP TABLE "penstock_newest" AS
SELECT "id", "name", "updated_at", "penstock_deleted", "penstock_loaded"
FROM (
  SELECT "id", "name", "updated_at", "penstock_file_number", 0 AS "penstock_deleted", 1 AS "penstock_loaded"
  FROM "penstock_staged"
) AS candidates
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY "id"
  ORDER BY "penstock_file_number" DESC, "penstock_deleted" DESC, "name" DESC NULLS LAST, "penstock_loaded"
) = 1 AND "penstock_loaded" = 1`,
    )
  })

  it.each<[string, Statement, string]>([
    [
      'delete the rows that are flagged',
      { kind: 'delete-flagged', table: TABLE, newest: 'penstock_newest', key: ['id', 'day'] },
      `DELETE FROM "crm"."contacts"
USING "penstock_newest"
WHERE "contacts"."id" = "penstock_newest"."id" AND "contacts"."day" = "penstock_newest"."day" AND "penstock_newest"."penstock_deleted" = 1`,
    ],
    [
      'take the flagged rows out of what is merged',
      { kind: 'drop-flagged', newest: 'penstock_newest' },
      'DELETE FROM "penstock_newest" WHERE "penstock_deleted" = 1',
    ],
    [
      'merge what is left, and change no column that the files do not bring',
      { kind: 'merge', table: TABLE, newest: 'penstock_newest', key: KEY, columns: ['id', 'name', 'updated_at'] },
      `MERGE INTO "crm"."contacts"
USING "penstock_newest"
ON "contacts"."id" = "penstock_newest"."id"
WHEN MATCHED THEN UPDATE SET "name" = "penstock_newest"."name", "updated_at" = "penstock_newest"."updated_at"
WHEN NOT MATCHED THEN INSERT ("id", "name", "updated_at") VALUES ("penstock_newest"."id", "penstock_newest"."name", "penstock_newest"."updated_at")`,
    ],
    [
      'merge rows that are all key',
      { kind: 'merge', table: TABLE, newest: 'penstock_newest', key: ['id', 'day'], columns: ['id', 'day'] },
      `MERGE INTO "crm"."contacts"
USING "penstock_newest"
ON "contacts"."id" = "penstock_newest"."id" AND "contacts"."day" = "penstock_newest"."day"
WHEN MATCHED THEN UPDATE SET "id" = "penstock_newest"."id"
WHEN NOT MATCHED THEN INSERT ("id", "day") VALUES ("penstock_newest"."id", "penstock_newest"."day")`,
    ],
    [
      'add the staged rows',
      { kind: 'insert-staged', table: TABLE, staging: 'penstock_staged', columns: ['id', 'name'] },
      `INSERT INTO "crm"."contacts" ("id", "name")
SELECT "id", "name"
FROM "penstock_staged"`,
    ],
    ['clear a table without committing', { kind: 'clear-table', table: TABLE }, 'DELETE FROM "crm"."contacts"'],
    [
      'count what is staged',
      { kind: 'count-staged', staging: 'penstock_staged' },
      'SELECT COUNT(*) AS rows FROM "penstock_staged"',
    ],
    ['drop it', { kind: 'drop-staging', staging: 'penstock_staged' }, 'DROP TABLE "penstock_staged"'],
  ])('%s', (_, statement, text) => {
    expect(render(statement)).toBe(text)
  })

  const receipt = { batchId: 'b1', target: 'main/crm.contacts', files: 2, bytes: 9, manifest: MANIFEST } as const

  it('count the rows of the receipt where nobody else does', () => {
    expect(render({ kind: 'write-receipt', receipt, rows: { staging: 'penstock_staged' } })).toBe(
      `INSERT INTO penstock.receipts (batch_id, target, files, row_count, bytes, manifest, loaded_at)
SELECT 'b1', 'main/crm.contacts', 2, COUNT(*), 9, '${MANIFEST}', GETDATE()
FROM "penstock_staged"`,
    )
    expect(render({ kind: 'write-receipt', receipt, rows: 'unknown' })).toContain(
      `VALUES ('b1', 'main/crm.contacts', 2, NULL, 9, `,
    )
  })

  it('ask the catalogue for the columns of a table and for its key', () => {
    expect(render({ kind: 'read-columns', table: { schema: "o'brien", table: 'contacts' } })).toBe(
      `SELECT column_name AS name, data_type AS type, character_maximum_length AS length, numeric_precision AS precision,
  numeric_scale AS scale, is_nullable AS nullable, column_default AS otherwise
FROM svv_columns
WHERE table_schema = 'o''brien' AND table_name = 'contacts'
ORDER BY ordinal_position`,
    )
    expect(render({ kind: 'read-primary-key', table: TABLE })).toBe(
      `SELECT a.attname AS name
FROM pg_constraint AS k
INNER JOIN pg_class AS c ON c.oid = k.conrelid
INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
WHERE k.contype = 'p' AND n.nspname = 'crm' AND c.relname = 'contacts'
ORDER BY a.attnum`,
    )
  })
})
