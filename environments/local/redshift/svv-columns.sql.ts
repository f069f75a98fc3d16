/**
 * The columns of all tables that the user has any privilege on [docs: r_SVV_COLUMNS].
 *
 * An IDENTITY column is told by its default, which holds the table's oid, the column's number from 0, and seed and step;
 * types are called what Redshift calls them, whatever holds their values here.
 */
export const SVV_COLUMNS = `
CREATE FUNCTION penstock_system.identity_default(regclass, attnum smallint, attidentity "char") RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT CASE attidentity WHEN 'a' THEN '"identity"' ELSE 'default_identity' END
      || format('(%s, %s, %L::text)', $1::oid, attnum - 1, s.seqstart || ',' || s.seqincrement)
    FROM pg_depend AS d JOIN pg_sequence AS s ON s.seqrelid = d.objid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1 AND d.refobjsubid = $2 AND d.deptype = 'i' $$;
CREATE VIEW pg_catalog.svv_columns AS
  SELECT i.table_catalog::text, i.table_schema::text, i.table_name::text, i.column_name::text, i.ordinal_position::integer,
    CASE WHEN a.attidentity = '' THEN i.column_default::text
      ELSE penstock_system.identity_default(c.oid::regclass, a.attnum, a.attidentity) END AS column_default,
    i.is_nullable::text,
    CASE WHEN i.domain_name = 'super' THEN 'super' WHEN i.data_type = 'bytea' THEN 'binary varying'
      WHEN i.data_type = 'text' THEN 'character varying' ELSE i.data_type::text END AS data_type,
    i.character_maximum_length::integer, i.numeric_precision::integer, i.numeric_precision_radix::integer,
    i.numeric_scale::integer, i.datetime_precision::integer, NULL::text AS interval_type,
    NULL::text AS interval_precision, NULL::text AS character_set_catalog, NULL::text AS character_set_schema,
    NULL::text AS character_set_name, NULL::text AS collation_catalog, NULL::text AS collation_schema,
    NULL::text AS collation_name, CASE WHEN i.domain_name <> 'super' THEN i.domain_name::text END AS domain_name,
    NULL::text AS remarks
  FROM information_schema.columns AS i JOIN pg_namespace AS n ON n.nspname = i.table_schema
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = i.table_name
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = i.column_name
  WHERE i.table_schema <> 'penstock_system';
GRANT SELECT ON svv_columns TO PUBLIC`
