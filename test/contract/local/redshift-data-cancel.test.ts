import { run } from '../../../environments/local/redshift-data/run'
import type { Session } from '../../../environments/local/redshift-data/session'
import { makeStatements, type Part, type Submission } from '../../../environments/local/redshift-data/statements'

const ID = 'd9b6c0c9-0747-4bf4-b142-e8883122f766'
const SUBMITTED = { createdAt: 0, updatedAt: 0, status: 'SUBMITTED', durationNs: 0, rows: -1, queryId: -1 } as const

/** Runs a batch whose cancellation comes while nothing runs that the warehouse could cancel: right after a statement. */
async function cancelledAfter(last: string) {
  const statements = makeStatements(Date.now, 1_000)
  const part = (sql: string, at: number): Part => ({ ...SUBMITTED, sql, id: `${ID}:${at}` })
  const submission: Submission = {
    ...{ ...SUBMITTED, id: ID, kind: 'batch', isTransaction: true, parts: [part('one', 1), part('two', 2)] },
    ...{ name: undefined, parameters: [], withEvent: false, pid: 0, isCancelled: false },
    warehouse: { shown: {}, arn: '', database: '', credentials: () => ({ user: '', password: '' }) },
  }
  const ran: string[] = []
  const session: Session = {
    pid: 1,
    run: async (sql) => {
      ran.push(sql)
      submission.isCancelled ||= sql === last
      return { command: sql, columns: [], rows: [], count: null }
    },
    cancel: () => {},
    drop: () => {},
    end: async () => {},
  }
  await run({ statements, open: async () => session, longestMs: 1_000 }, submission)
  return { ran, status: submission.status }
}

describe('a batch of the Data API that is cancelled between two statements', () => {
  it('runs none of the others', async () => {
    expect(await cancelledAfter('one')).toEqual({ ran: ['BEGIN', 'one', 'ROLLBACK'], status: 'ABORTED' })
  })

  it('is not committed', async () => {
    expect(await cancelledAfter('two')).toEqual({ ran: ['BEGIN', 'one', 'two', 'ROLLBACK'], status: 'ABORTED' })
  })

  it('has finished when its COMMIT is answered first', async () => {
    expect(await cancelledAfter('COMMIT')).toEqual({ ran: ['BEGIN', 'one', 'two', 'COMMIT'], status: 'FINISHED' })
  })
})
