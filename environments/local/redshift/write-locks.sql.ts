/** Begins a statement that is a MERGE in Redshift, whatever Postgres does in its name. */
export const MERGE_MARK = '/* merge */ '

/**
 * Makes who writes to a table wait for who has written to it, until that transaction's end, where Postgres alone would
 * not. A reader waits for nobody but LOCK.
 *
 * Under SERIALIZABLE every writer waits; under SNAPSHOT, INSERT and COPY wait for UPDATE, DELETE and MERGE only, and
 * those for all [docs: c_serial_isolation, c_write_readwrite]. A transaction's snapshot is older than the wait: BEGIN and
 * LOCK are not among the statements that take it, the writing ones are.
 *
 * Advisory locks in a trigger, not LOCK TABLE: they need no privilege, reach every way to write, and a deadlock among
 * them is found. Their price: who waits has the table open, so that the writer who is waited for cannot LOCK, TRUNCATE
 * or ALTER it without a deadlock.
 */
export function writeLocksSql(isolation: 'snapshot' | 'serializable'): string {
  const isShared = `TG_OP = 'INSERT' AND NOT starts_with(current_query(), '${MERGE_MARK}')`
  return `
CREATE FUNCTION penstock_system.wait_to_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF ${isolation === 'snapshot' ? isShared : 'false'} THEN
    PERFORM pg_catalog.pg_advisory_xact_lock_shared(0, TG_RELID::integer);
  ELSE
    PERFORM pg_catalog.pg_advisory_xact_lock(0, TG_RELID::integer);
  END IF;
  RETURN NULL; END $$;
CREATE FUNCTION penstock_system.guard_table() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ DECLARE made record; BEGIN
  FOR made IN SELECT c.oid::regclass AS name FROM pg_event_trigger_ddl_commands() AS d JOIN pg_class AS c ON c.oid = d.objid
    WHERE d.classid = 'pg_class'::regclass AND c.relkind = 'r' AND c.relpersistence <> 't' AND NOT c.relhastriggers LOOP
    EXECUTE format('CREATE TRIGGER penstock_waits BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH STATEMENT EXECUTE FUNCTION penstock_system.wait_to_write()', made.name);
  END LOOP; END $$;
CREATE EVENT TRIGGER penstock_guards_tables ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO')
  EXECUTE FUNCTION penstock_system.guard_table()`
}
