import { faultOf } from '../../../lambda/warehouse/fault-of'
import { abortedFault, failureOf } from '../../../lambda/warehouse/over-data-api-end'
import { render } from '../../../lambda/warehouse/redshift/render'

const WAREHOUSE = { name: 'main', host: 'cluster acme' }

// Texts: the JDBC driver's, as public reports of the Data API quote them; the codes are those that the Data API does not give.
it.each([
  ["ERROR: Load into table 'kpis' failed.  Check 'sys_load_error_detail' system table for details.", 'data'],
  ['ERROR: relation "public.kpis" does not exist', 'set-up'],
  ['ERROR: permission denied for relation kpis', 'set-up'],
  ['ERROR: 1023\n  Detail: Serializable isolation violation on table - 100135', 'passing'],
  ['ERROR: could not complete because of conflict with concurrent transaction', 'passing'],
  ["ERROR: Query (1) cancelled on user's request", 'too-long'],
  ['FATAL: password authentication failed for user "IAM:penstock"', 'set-up'],
  ['Query #2 failed with ERROR: 1023\n  Detail: Serializable isolation violation', 'passing'],
])('reads what the Data API says of a statement that failed: %s', (text, kind) => {
  expect(faultOf(failureOf(text), WAREHOUSE)).toMatchObject({ kind })
})

it('takes a SQLSTATE for the code where the text ends with one, and no value of a file', () => {
  expect(failureOf('ERROR: deadlock detected [SQLSTATE: 40P01]').code).toBe('40P01')
  expect(failureOf("ERROR: Invalid digit, Value 'SQLSTATE 40P01', Pos 0, Type: Integer").code).toBeUndefined()
})

it('asks for the load errors of a COPY by its number, whoever has run it', () => {
  const text = render({ kind: 'read-load-errors', files: 3, queryId: 4711 })
  expect(text.match(/query_id = 4711/g)).toHaveLength(2)
  expect(text).not.toMatch(/pg_backend_pid|pg_last_copy_id/)
  expect(text).toMatch(/LIMIT 3$/)
})

it('takes a statement that ran for a day for one that is too long, and one that somebody has cancelled for what passes', () => {
  const told = { status: 'ABORTED', updatedAtMs: 0, hasRows: false, parts: [] } as const
  const warehouse = { ...WAREHOUSE, copyRole: 'default', environment: 'dev', ifRefused: '' } as const
  expect(abortedFault({ warehouse }, { ...told, durationMs: 24 * 3_600_000 })).toMatchObject({ kind: 'too-long' })
  expect(abortedFault({ warehouse }, { ...told, durationMs: 3_600_000 })).toMatchObject({ kind: 'passing' })
})
