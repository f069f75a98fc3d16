import type { FakeRedshift } from '../redshift/start'
import type { Fault } from '../s3/faults'
import { type AwsJsonServer, startAwsJson } from '../ssm/aws-json'
import { cancelStatement, describeStatement, listStatements } from './describe'
import { type EventFault, makeStatementEvents } from './events'
import { getStatementResult } from './results'
import { makeRunning } from './running'
import { openSession } from './session'
import { makeStatements } from './statements'
import { type Limits, makeSubmit } from './submit'
import type { Secret } from './warehouse-of'

export interface RedshiftDataOptions {
  /** The warehouse that statements run on: as a cluster, and as a workgroup. */
  readonly warehouse: Pick<FakeRedshift, 'host' | 'port' | 'ca' | 'temporary' | 'isPaused'>
  readonly region: string
  readonly account: string
  readonly cluster: string
  readonly workgroup: string
  /** Who asks, whatever the signature says: the name of an IAM role. */
  readonly role: string
  /** By ARN or name. @default none */
  readonly secrets?: Readonly<Record<string, Secret>>
  /** Takes the events of statements that were submitted with `WithEvent`. @default nobody */
  readonly put?: (event: unknown) => Promise<void>
  /** @default a free one */
  readonly port?: number
  /** Milliseconds since the epoch: what ClientTokens and results live by. @default the clock */
  readonly now?: () => number
  /** @default those of the service */
  readonly limits?: Partial<Limits> & {
    /** How long a statement may run. @default 24 hours */
    readonly longestMs?: number
  }
}

export interface RedshiftData extends AwsJsonServer {
  /** Drops, doubles or delays the next event that matches. */
  readonly disturbNextEvent: (fault: Fault<EventFault>) => void
  /** Adds a secret, or changes it. */
  readonly setSecret: (arn: string, secret: Secret) => void
  /** Refuses requests, cancels what runs and leaves nothing. */
  readonly stop: () => Promise<void>
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** The Redshift Data API before the fake Redshift, on a socket of this machine: AWS-JSON 1.1, as its API reference has it. */
export async function startRedshiftData(options: RedshiftDataOptions): Promise<RedshiftData> {
  const { warehouse, limits, now = Date.now, put = async () => {} } = options
  const secrets = new Map(Object.entries(options.secrets ?? {}))
  const statements = makeStatements(now, DAY_MS)
  const events = makeStatementEvents(options, DAY_MS, put)
  const running = makeRunning({
    statements,
    open: async ({ database, credentials }) => openSession(warehouse, database, credentials()),
    longestMs: limits?.longestMs ?? DAY_MS,
    onEnd: (submission) => {
      if (submission.withEvent) events.send(submission)
    },
  })
  const submit = makeSubmit({
    statements,
    now,
    known: { ...options, secrets, temporary: warehouse.temporary, isPaused: warehouse.isPaused },
    limits: { active: limits?.active ?? 500, tokenMs: limits?.tokenMs ?? 8 * HOUR_MS },
    start: running.start,
  })
  const server = await startAwsJson({
    services: {
      RedshiftData: {
        ExecuteStatement: submit.execute,
        BatchExecuteStatement: submit.batch,
        DescribeStatement: (input) => describeStatement(statements, input),
        GetStatementResult: (input) => getStatementResult(statements, input),
        CancelStatement: (input) => cancelStatement(statements, input),
        ListStatements: (input) => listStatements(statements, input),
      },
    },
    ...(options.port === undefined ? {} : { port: options.port }),
  })
  return {
    ...server,
    disturbNextEvent: events.disturbNext,
    setSecret: (arn, secret) => void secrets.set(arn, secret),
    stop: async () => {
      await server.stop()
      statements.close()
      await running.stop()
      events.stop()
    },
  }
}
