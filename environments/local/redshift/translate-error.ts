import { RedshiftError } from './errors'

/** How transactions are kept apart: new Redshift databases are SNAPSHOT, older ones SERIALIZABLE. */
export type Isolation = 'snapshot' | 'serializable'

/**
 * Says an error of Postgres in Redshift's words where drivers and loaders look at them.
 *
 * Sources: aws/aws-sdk-pandas#665 for 1023, aws/amazon-redshift-jdbc-driver#147 for the snapshot conflict.
 */
export function translateError(error: RedshiftError, isolation: Isolation, pid: number): RedshiftError {
  if (error.sqlState === '40001' && isolation === 'snapshot') {
    return new RedshiftError('XX000', 'could not complete because of conflict with concurrent transaction')
  }
  if (error.sqlState === '40001') {
    const cycle = `transactions forming the cycle are: 0, 0 (pid:${pid})`
    return new RedshiftError('XX000', '1023', `Serializable isolation violation on table - 0, ${cycle}`)
  }
  if (error.sqlState === '57014') return new RedshiftError('57014', `Query (${pid}) cancelled on user's request`)
  return error
}
