import { z } from 'zod'
import { AwsJsonError } from '../ssm/aws-json'
import { read } from '../ssm/read-input'
import { hasEnded, type Part, type Statements, type Submission } from './statements'

/** An id, of a statement or with its number at the end of one of a batch [API reference: DescribeStatement]. */
export const ID = z.string().regex(/^[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}(:\d+)?$/)

const DESCRIBE = z.object({ Id: ID, WaitTimeSeconds: z.number().int().min(1).max(30).optional() })

/** DescribeStatement. */
export async function describeStatement(statements: Statements, given: unknown): Promise<object> {
  const input = read(DESCRIBE, given)
  const { submission, part } = statements.find(input.Id)
  const asked = submission.id === input.Id ? submission : (part ?? submission)
  if (input.WaitTimeSeconds !== undefined) await statements.waitFor(asked, input.WaitTimeSeconds * 1_000)
  return {
    ...describedPart(asked, asked === submission && submission.kind === 'statement' ? submission.parts[0] : part),
    ...submission.warehouse.shown,
    RedshiftPid: submission.pid,
    ...(submission.parameters.length > 0 ? { QueryParameters: submission.parameters } : {}),
    ResultFormat: 'JSON',
    ...(asked === submission ? ofAll(submission) : {}),
  }
}

/** What a batch says of its statements together. */
function ofAll({ kind, parts }: Submission): object {
  if (kind === 'statement') return {}
  return {
    HasResultSet: parts.some(({ result }) => result !== undefined),
    SubStatements: parts.map((part) => describedPart(part, part)),
  }
}

function describedPart(state: Omit<Part, 'sql'>, part: Part | undefined): object {
  return {
    Id: state.id,
    Status: state.status,
    CreatedAt: state.createdAt / 1_000,
    UpdatedAt: state.updatedAt / 1_000,
    Duration: state.durationNs,
    RedshiftQueryId: state.queryId,
    ResultRows: state.rows,
    ResultSize: bytesOf(part),
    HasResultSet: part?.result !== undefined,
    ...(part === undefined ? {} : { QueryString: part.sql }),
    ...(state.error === undefined ? {} : { Error: state.error }),
  }
}

function bytesOf(part: Part | undefined): number {
  return (part?.result?.rows ?? []).flat().reduce((sum, value) => sum + Buffer.byteLength(value ?? ''), 0)
}

/** CancelStatement: it asks; what became of it, DescribeStatement says. */
export function cancelStatement(statements: Statements, given: unknown): object {
  const { submission } = statements.find(read(z.object({ Id: ID }), given).Id)
  if (hasEnded(submission)) {
    // [aws/aws-sdk-js-v3#3056]
    const text = `Could not cancel a query that is already in ${submission.status} state with ID: ${submission.id}`
    throw new AwsJsonError('ValidationException', text)
  }
  submission.isCancelled = true
  submission.cancel?.()
  return { Status: true }
}

const LIST = z.object({
  ClusterIdentifier: z.string().optional(),
  WorkgroupName: z.string().optional(),
  Database: z.string().optional(),
  StatementName: z.string().optional(),
  Status: z.enum(['SUBMITTED', 'PICKED', 'STARTED', 'FINISHED', 'FAILED', 'ABORTED', 'ALL']).default('FINISHED'),
  MaxResults: z.number().int().min(0).max(100).default(100),
  NextToken: z.string().regex(/^\d+$/).optional(),
})

/** ListStatements: the latest first; by default only those that have finished [API reference: ListStatements]. */
export function listStatements(statements: Statements, given: unknown): object {
  const input = read(LIST, given)
  if (input.ClusterIdentifier !== undefined && input.WorkgroupName !== undefined) {
    throw new AwsJsonError('ValidationException', 'ClusterIdentifier and WorkgroupName exclude each other')
  }
  const isAsked = ({ status, name, warehouse: { shown } }: Submission) =>
    (input.Status === 'ALL' || status === input.Status) &&
    (name ?? '').startsWith(input.StatementName ?? '') &&
    (['ClusterIdentifier', 'WorkgroupName', 'Database'] as const).every(
      (field) => input[field] === undefined || input[field] === shown[field],
    )
  const found = statements.all().filter(isAsked).reverse()
  const start = Number(input.NextToken ?? 0)
  const end = start + (input.MaxResults === 0 ? 100 : input.MaxResults)
  return {
    Statements: found.slice(start, end).map(listed),
    ...(end < found.length ? { NextToken: String(end) } : {}),
  }
}

function listed({ kind, parts, ...submission }: Submission): object {
  const [{ sql }] = parts
  return {
    Id: submission.id,
    Status: submission.status,
    StatementName: submission.name,
    CreatedAt: submission.createdAt / 1_000,
    UpdatedAt: submission.updatedAt / 1_000,
    IsBatchStatement: kind === 'batch',
    ...(kind === 'batch' ? { QueryStrings: parts.map((part) => part.sql) } : { QueryString: sql }),
    SecretArn: submission.warehouse.shown.SecretArn,
    ResultFormat: 'JSON',
  }
}
