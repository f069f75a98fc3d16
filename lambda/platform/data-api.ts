import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
  type DescribeStatementCommandOutput,
  ExecuteStatementCommand,
  type Field,
  GetStatementResultCommand,
  type GetStatementResultCommandOutput,
  ListStatementsCommand,
  type ListStatementsCommandOutput,
  type RedshiftDataClient,
  type SubStatementData,
} from '@aws-sdk/client-redshift-data'
import { codeOf, messageOf } from '../errors'
import type { DataApiLogin } from '../settings'
import { type DataApi, type Described, NotTaken, type Part } from '../warehouse/data-api'
import { AwsCallFailed, attemptsOf, awsCall, errorName, httpStatus, withContext } from './aws-call'

export interface DataApiSource {
  readonly client: RedshiftDataClient
  readonly database: string
  readonly login: DataApiLogin
}

/** The Redshift Data API for one warehouse, asked as whom its settings name. Errors say which operation on which warehouse. */
export function dataApi({ client, database, login }: DataApiSource): DataApi {
  const where = whereOf(login, database)
  const call = <Answer>(operation: string, answer: Promise<Answer>) =>
    awsCall(`${operation} on ${placeOf(login)}`, answer)

  const describe = async (id: string, waitSeconds?: number): Promise<Described | undefined> => {
    const wait = waitSeconds === undefined ? {} : { WaitTimeSeconds: waitSeconds }
    try {
      return describedFrom(await client.send(new DescribeStatementCommand({ Id: id, ...wait })))
    } catch (error) {
      if (errorName(error) === 'ResourceNotFoundException') return undefined
      // Too many wait already: it is told as it is now.
      if (waitSeconds !== undefined && errorName(error) === 'ActiveWaitingRequestsExceededException')
        return describe(id)
      throw withContext(`DescribeStatement ${id}`, error)
    }
  }

  return {
    describe,
    async submit({ statements, as, token, name }) {
      try {
        const { Id } = await client.send(
          new BatchExecuteStatementCommand({
            ...where,
            Sqls: [...statements],
            ExecutionMode: as === 'transaction' ? 'TRANSACTION' : 'AUTO_COMMIT',
            ClientToken: token,
            StatementName: name,
            WithEvent: true,
          }),
        )
        return Id ?? ''
      } catch (error) {
        const explained = explainedBy('BatchExecuteStatement', login, error)
        throw isCertain(error) ? new NotTaken(explained.code, explained.message, { cause: error }) : explained
      }
    },
    async execute(sql) {
      try {
        const { Id } = await client.send(new ExecuteStatementCommand({ ...where, Sql: sql }))
        return Id ?? ''
      } catch (error) {
        throw explainedBy('ExecuteStatement', login, error)
      }
    },
    async rows(id) {
      const rows: Record<string, unknown>[] = []
      let token: string | undefined
      try {
        do {
          const page: GetStatementResultCommandOutput = await client.send(
            new GetStatementResultCommand({ Id: id, ...(token === undefined ? {} : { NextToken: token }) }),
          )
          rows.push(...rowsOf(page))
          token = page.NextToken
        } while (token !== undefined)
      } catch (error) {
        if (errorName(error) === 'ResourceNotFoundException') return undefined
        throw withContext(`GetStatementResult ${id}`, error)
      }
      return rows
    },
    async named(name) {
      let token: string | undefined
      const found: NonNullable<ListStatementsCommandOutput['Statements']> = []
      do {
        // By default it tells of those alone that have finished.
        const page: ListStatementsCommandOutput = await call(
          'ListStatements',
          client.send(
            new ListStatementsCommand({
              StatementName: name,
              Status: 'ALL',
              ...(token === undefined ? {} : { NextToken: token }),
            }),
          ),
        )
        // It lists whatever begins like this: attempt 1 and attempt 10.
        found.push(...(page.Statements ?? []).filter(({ StatementName }) => StatementName === name))
        token = page.NextToken
      } while (token !== undefined)
      const alive = found.find(({ Status }) => Status !== 'FAILED' && Status !== 'ABORTED')
      return (alive ?? found[0])?.Id
    },
    async cancel(id) {
      await call('CancelStatement', client.send(new CancelStatementCommand({ Id: id })))
    },
  }
}

function whereOf(login: DataApiLogin, Database: string) {
  const secret = login.secretArn === undefined ? {} : { SecretArn: login.secretArn }
  if (login.kind === 'workgroup') return { WorkgroupName: login.workgroup, Database, ...secret }
  const user = login.user === undefined ? {} : { DbUser: login.user }
  return { ClusterIdentifier: login.cluster, Database, ...user, ...secret }
}

function describedFrom(told: DescribeStatementCommandOutput): Described {
  const { Status, Error: error, Duration, UpdatedAt, HasResultSet, SubStatements = [] } = told
  return {
    status: statusOf(Status),
    durationMs: (Duration ?? 0) / 1e6,
    updatedAtMs: UpdatedAt?.getTime() ?? 0,
    hasRows: HasResultSet === true,
    parts: SubStatements.map(partOf),
    ...(error === undefined ? {} : { error }),
  }
}

function partOf({ Id, QueryString, Status, Error: error, RedshiftQueryId }: SubStatementData): Part {
  return {
    id: Id ?? '',
    text: QueryString ?? '',
    status: statusOf(Status),
    ...(error === undefined ? {} : { error }),
    // 0 and -1 stand for none.
    ...(RedshiftQueryId !== undefined && RedshiftQueryId > 0 ? { queryId: RedshiftQueryId } : {}),
  }
}

/** Whatever else there may be one day has not ended. */
function statusOf(status: string | undefined): Described['status'] {
  switch (status) {
    case 'SUBMITTED':
    case 'PICKED':
    case 'FINISHED':
    case 'FAILED':
    case 'ABORTED':
      return status
    default:
      return 'STARTED'
  }
}

function rowsOf({ ColumnMetadata = [], Records = [] }: GetStatementResultCommandOutput): Record<string, unknown>[] {
  const names = ColumnMetadata.map(({ label, name }) => label || name || '')
  return Records.map((record) => Object.fromEntries(record.map((field, at) => [names[at], plainValue(field)])))
}

function plainValue({ isNull, stringValue, longValue, doubleValue, booleanValue }: Field): unknown {
  return isNull ? null : (stringValue ?? longValue ?? doubleValue ?? booleanValue ?? null)
}

/**
 * Whether nothing was taken: the service has refused, and there was no earlier try, whose answer may have got lost after it was
 * taken. A request that came too often is sent again, so it may be such a one.
 */
function isCertain(error: unknown): boolean {
  const status = httpStatus(error) ?? 0
  return status >= 400 && status < 500 && attemptsOf(error) === 1 && !/throttl|TooManyRequests/i.test(errorName(error))
}

/** What a warehouse says that is there and takes no statements now. */
const NOT_NOW = /\bpaus|\bresum|not available|unavailable|maintenance|being modified/i

/** The error with what is missing: a permission, the warehouse, or the way to the service. */
function explainedBy(operation: string, login: DataApiLogin, error: unknown): AwsCallFailed {
  const name = errorName(error)
  const place = placeOf(login)
  const failed = (code: string, message: string) => new AwsCallFailed(code, message, { cause: error })
  if (/^(AccessDenied|UnauthorizedOperation|NotAuthorized)/.test(name)) {
    return failed(
      'CREDENTIALS_DENIED',
      `the function's role may not do so on ${place}: it needs redshift-data:${operation} there, and the right to log in (${messageOf(error)})`,
    )
  }
  if (name === 'ResourceNotFoundException' || /endpoint doesn't exist/i.test(messageOf(error))) {
    return failed(
      'CREDENTIALS_DENIED',
      `there is no ${place}: auth names its identifier, and its region where that is not the function's own`,
    )
  }
  const { message } = withContext(`${operation} on ${place}`, error)
  if (name === 'ValidationException' && NOT_NOW.test(messageOf(error))) return failed('WAREHOUSE_PAUSED', message)
  if (httpStatus(error) !== undefined) return failed(name, message)
  const hint = 'in a VPC the function reaches it through an interface endpoint for redshift-data or a NAT gateway'
  return failed(codeOf(error) ?? name, `${message}; ${hint}`)
}

function placeOf(login: DataApiLogin): string {
  const at = login.region === undefined ? '' : ` in ${login.region}`
  return `${login.kind === 'cluster' ? `cluster ${login.cluster}` : `workgroup ${login.workgroup}`}${at}`
}
