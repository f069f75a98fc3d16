import { PRIMARY_KEYS } from './primary-keys.sql'
import { quoteLiteral, quoteName } from './sql-tokens'
import { SVV_COLUMNS } from './svv-columns.sql'
import { writeLocksSql } from './write-locks.sql'

/** Prepares the one database: its name, its session defaults, and Redshift's system views and functions. */
export function bootSql(database: string, isolation: 'snapshot' | 'serializable'): string {
  // Redshift's SNAPSHOT is what Postgres calls repeatable read: one snapshot per transaction, first writer wins.
  const level = isolation === 'snapshot' ? 'repeatable read' : 'serializable'
  return [
    'SET allow_system_table_mods = on',
    ...Object.entries({
      timezone: 'UTC',
      standard_conforming_strings: 'off',
      escape_string_warning: 'off',
      // Passwords are kept as Redshift's md5 users have them, and proven against that.
      password_encryption: 'md5',
      md5_password_warnings: 'off',
      default_transaction_isolation: level,
    }).map(([name, value]) => `ALTER DATABASE ${quoteName(database)} SET ${name} = ${quoteLiteral(value)}`),
    // Redshift lets everybody create tables in public [docs: r_GRANT].
    'GRANT CREATE ON SCHEMA public TO PUBLIC',
    STORAGE,
    FUNCTIONS,
    SYSTEM_VIEWS,
    CATALOGUE_VIEWS.replace('$ISOLATION', isolation === 'snapshot' ? 'Snapshot Isolation' : 'Serializable'),
    SVV_COLUMNS,
    PRIMARY_KEYS,
    writeLocksSql(isolation),
  ].join(';\n')
}

const STORAGE = `
CREATE SCHEMA penstock_system;
CREATE DOMAIN pg_catalog.super AS jsonb;
CREATE SEQUENCE penstock_system.query_ids;
CREATE TABLE penstock_system.load_history (
  user_id integer, query_id bigint PRIMARY KEY, transaction_id bigint, session_id integer, database_name text,
  status text, table_name text, start_time timestamp, end_time timestamp, duration bigint, data_source text,
  file_format text, loaded_rows bigint, loaded_bytes bigint, source_file_count integer, source_file_bytes bigint,
  file_count_scanned integer, file_bytes_scanned bigint, error_count bigint);
CREATE TABLE penstock_system.load_detail (
  user_id integer, query_id bigint, file_name char(256), bytes_scanned bigint, lines_scanned bigint,
  record_time timestamp, start_time timestamp, end_time timestamp, file_etag text, file_last_modified timestamp);
CREATE TABLE penstock_system.load_errors (
  user_id integer, query_id bigint, transaction_id bigint, session_id integer, database_name text, table_id integer,
  start_time timestamp, file_name char(256), line_number bigint, column_name char(127), column_type char(10),
  column_length char(10), "position" integer, error_code integer, error_message char(512),
  raw_line char(1024), raw_field_value char(1024))`

const FUNCTIONS = `
CREATE FUNCTION pg_catalog.getdate() RETURNS timestamp LANGUAGE sql STABLE
  AS $$ SELECT date_trunc('second', statement_timestamp() AT TIME ZONE 'UTC')::timestamp $$;
CREATE FUNCTION pg_catalog.sysdate() RETURNS timestamp LANGUAGE sql STABLE
  AS $$ SELECT (transaction_timestamp() AT TIME ZONE 'UTC')::timestamp $$;
CREATE FUNCTION pg_catalog.len(text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT length($1) $$;
CREATE FUNCTION pg_catalog.json_parse(text) RETURNS pg_catalog.super LANGUAGE sql IMMUTABLE
  AS $$ SELECT $1::jsonb::pg_catalog.super $$;
CREATE FUNCTION penstock_system.compact(jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
  RETURN CASE jsonb_typeof($1)
    WHEN 'object' THEN (SELECT '{' || coalesce(string_agg(to_json(key)::text || ':' || penstock_system.compact(value), ','), '') || '}' FROM jsonb_each($1))
    WHEN 'array' THEN (SELECT '[' || coalesce(string_agg(penstock_system.compact(value), ','), '') || ']' FROM jsonb_array_elements($1))
    ELSE $1::text END; END $$;
CREATE FUNCTION penstock_system.json_serialize(pg_catalog.super) RETURNS varchar LANGUAGE sql IMMUTABLE
  AS $$ SELECT penstock_system.compact($1::jsonb)::varchar $$;
CREATE FUNCTION penstock_system.only_one(bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
  IF $1 > 1 THEN RAISE EXCEPTION 'Found multiple matches to update the same tuple' USING ERRCODE = 'XX000'; END IF;
  RETURN true; END $$;
CREATE FUNCTION pg_catalog.pg_last_copy_id(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION pg_catalog.pg_last_copy_count(bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION pg_catalog.pg_last_unload_id(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION pg_catalog.pg_last_unload_count(bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION penstock_system.sees(integer) RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT usesuper OR usesysid = $1::oid FROM pg_user WHERE usename = current_user $$;
CREATE OR REPLACE FUNCTION pg_catalog.version() RETURNS text LANGUAGE sql STABLE AS $$ SELECT
  'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.0 (embedded)'::text $$;
-- It takes the value only to be no constant: the planner would raise it for values that nobody knows yet.
CREATE FUNCTION penstock_system.too_long(varchar, integer) RETURNS varchar LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
  RAISE EXCEPTION 'value too long for type character varying(%)', $2 USING ERRCODE = '22001'; END $$;
CREATE FUNCTION penstock_system.cut_bytes(varchar, integer) RETURNS varchar LANGUAGE sql IMMUTABLE
  AS $$ SELECT left($1, (SELECT count(*)::integer FROM generate_series(1, length($1)) AS n WHERE octet_length(left($1, n)) <= $2)) $$;
CREATE FUNCTION penstock_system.fit_bytes(varchar, integer, boolean) RETURNS varchar LANGUAGE sql IMMUTABLE
  AS $$ SELECT CASE
    WHEN $1 IS NULL OR $2 < 4 OR octet_length($1) <= $2 - 4 THEN $1
    WHEN $3 THEN penstock_system.cut_bytes($1, $2 - 4)
    WHEN octet_length(rtrim($1, ' ')) <= $2 - 4 THEN penstock_system.cut_bytes($1, $2 - 4)
    ELSE penstock_system.too_long($1, $2 - 4) END $$;
-- What makes a value fit the length of its column is a cast of VARCHAR to itself, and Postgres' own counts characters.
UPDATE pg_cast SET castfunc = 'penstock_system.fit_bytes'::regproc
  WHERE castsource = 'varchar'::regtype AND casttarget = 'varchar'::regtype;
GRANT USAGE ON SCHEMA penstock_system TO PUBLIC`

// A user sees the rows of own loads only, a superuser all [docs: SYS_LOAD_ERROR_DETAIL, r_STL_LOAD_ERRORS].
const SYSTEM_VIEWS = `
CREATE VIEW pg_catalog.sys_load_history AS
  SELECT *, NULL::bigint AS copy_job_id FROM penstock_system.load_history WHERE penstock_system.sees(user_id);
CREATE VIEW pg_catalog.sys_load_detail AS
  SELECT user_id, query_id, file_name, bytes_scanned, lines_scanned, record_time, 1 AS splits_scanned,
    start_time, end_time, file_etag, file_last_modified
  FROM penstock_system.load_detail WHERE penstock_system.sees(user_id);
CREATE VIEW pg_catalog.sys_load_error_detail AS
  SELECT user_id, query_id, transaction_id, session_id, database_name, table_id, start_time, file_name, line_number,
    column_name, column_type, column_length, "position", error_code, error_message
  FROM penstock_system.load_errors WHERE penstock_system.sees(user_id);
CREATE VIEW pg_catalog.stl_load_errors AS
  SELECT user_id AS userid, 0 AS slice, table_id AS tbl, start_time AS starttime, session_id AS session,
    query_id AS query, file_name AS filename, line_number, column_name AS colname, column_type AS type,
    column_length AS col_length, "position", raw_line, raw_field_value, error_code AS err_code,
    substr(error_message, 1, 100)::char(100) AS err_reason, 0 AS is_partial, 0::bigint AS start_offset,
    NULL::bigint AS copy_job_id
  FROM penstock_system.load_errors WHERE penstock_system.sees(user_id);
CREATE VIEW pg_catalog.stv_sessions AS
  SELECT (backend_start AT TIME ZONE 'UTC')::timestamp AS starttime, pid AS process, usename::char(50) AS user_name,
    datname::char(50) AS db_name, 0 AS timeout_sec
  FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND application_name <> 'penstock_system' AND penstock_system.sees(usesysid::integer);
GRANT SELECT ON sys_load_history, sys_load_detail, sys_load_error_detail, stl_load_errors, stv_sessions TO PUBLIC`

const CATALOGUE_VIEWS = `
CREATE VIEW pg_catalog.stv_db_isolation_level AS
  SELECT datname::text AS db_name, '$ISOLATION'::text AS isolation_level FROM pg_database WHERE datname = current_database();
CREATE VIEW pg_catalog.svv_redshift_columns AS
  SELECT current_database()::text AS database_name, n.nspname::text AS schema_name, c.relname::text AS table_name,
    a.attname::text AS column_name, a.attnum::integer AS ordinal_position, format_type(a.atttypid, a.atttypmod) AS data_type,
    pg_get_expr(d.adbin, d.adrelid) AS column_default, CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END AS is_nullable,
    'none'::text AS encoding, false AS distkey, 0 AS sortkey, NULL::text AS column_acl, NULL::text AS remarks
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'penstock_system', 'pg_toast')
    AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE');
CREATE VIEW pg_catalog.pg_table_def AS
  SELECT n.nspname AS schemaname, c.relname AS tablename, a.attname AS "column",
    format_type(a.atttypid, a.atttypmod) AS type, 'none'::char(32) AS encoding, false AS distkey, 0 AS sortkey,
    a.attnotnull AS "notnull"
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'r' AND pg_table_is_visible(c.oid)
    AND n.nspname <> 'pg_toast';
GRANT SELECT ON stv_db_isolation_level, svv_redshift_columns, pg_table_def TO PUBLIC`
