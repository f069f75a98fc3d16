import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { AwsJsonError } from '../ssm/aws-json'
import { read } from '../ssm/read-input'
import { bindParameters } from './named-parameters'
import type { Part, Statements, Submission } from './statements'
import { type Known, WHERE, warehouseOf } from './warehouse-of'

/** How much the service takes [Amazon Redshift quotas: Data API]. */
export interface Limits {
  /** Statements that have not ended. @default 500 */
  readonly active: number
  /** How long a ClientToken names the same statement. @default 8 hours */
  readonly tokenMs: number
}

export interface SubmitDeps {
  readonly statements: Statements
  readonly known: Known
  readonly limits: Limits
  readonly now: () => number
  /** Takes what shall run; it runs on when the request has been answered. */
  readonly start: (submission: Submission) => void
}

const WAIT = z.number().int().min(1).max(30).optional()
const COMMON = WHERE.extend({
  ClientToken: z.string().min(1).max(64).optional(),
  // A value is never NULL and never empty: the service refuses both.
  Parameters: z
    .array(z.object({ name: z.string().min(1), value: z.string().min(1) }))
    .min(1)
    .optional(),
  ResultFormat: z.enum(['JSON', 'CSV']).optional(),
  SessionId: z.string().optional(),
  SessionKeepAliveSeconds: z.number().optional(),
  StatementName: z.string().max(2_048).optional(),
  WaitTimeSeconds: WAIT,
  WithEvent: z.boolean().default(false),
})
const EXECUTE = COMMON.extend({ Sql: z.string().min(1) })
const BATCH = COMMON.extend({
  Sqls: z.array(z.string().min(1)).min(1).max(40),
  ExecutionMode: z.enum(['TRANSACTION', 'AUTO_COMMIT']).default('TRANSACTION'),
})

const LARGEST_BYTES = 200 * 1_024

/** ExecuteStatement and BatchExecuteStatement. */
export function makeSubmit(deps: SubmitDeps) {
  const { statements, known, now } = deps
  const tokens = new Map<string, { readonly submission: Submission; readonly untilMs: number }>()

  async function submit(
    input: z.infer<typeof COMMON>,
    sqls: readonly string[],
    what: Pick<Submission, 'kind' | 'isTransaction'>,
  ): Promise<object> {
    const submission = repeated(input.ClientToken) ?? fresh(input, sqls, what)
    if (input.WaitTimeSeconds !== undefined) await statements.waitFor(submission, input.WaitTimeSeconds * 1_000)
    return { Id: submission.id, CreatedAt: submission.createdAt / 1_000, ...submission.warehouse.shown, DbGroups: [] }
  }

  /** What a token names, whatever else the request says: no source tells what becomes of another request with it. */
  function repeated(token: string | undefined): Submission | undefined {
    const first = token === undefined ? undefined : tokens.get(token)
    return first !== undefined && first.untilMs > now() ? first.submission : undefined
  }

  function fresh(
    input: z.infer<typeof COMMON>,
    sqls: readonly string[],
    what: Pick<Submission, 'kind' | 'isTransaction'>,
  ): Submission {
    refuseNotEmbedded(input)
    // Whether the limit is of each or of all is not told: who keeps the smaller one is safe.
    if (sqls.reduce((sum, sql) => sum + Buffer.byteLength(sql), 0) > LARGEST_BYTES) {
      throw invalid('The size of the statement exceeds 200 KB')
    }
    const warehouse = warehouseOf(WHERE.parse(input), known)
    const parameters = input.Parameters ?? []
    refuseUnused(sqls, parameters)
    if (statements.active().length >= deps.limits.active) {
      throw new AwsJsonError('ActiveStatementsExceededException', 'Active statements exceeded the limit')
    }
    const id = randomUUID()
    const state = { createdAt: now(), updatedAt: now(), status: 'SUBMITTED', durationNs: 0 } as const
    const unknown = { rows: -1, queryId: -1 }
    const partOf = (sql: string, at: number): Part => ({
      ...state,
      ...unknown,
      sql,
      id: what.kind === 'batch' ? `${id}:${at + 1}` : id,
    })
    const [first = '', ...others] = sqls
    const submission: Submission = {
      ...state,
      ...unknown,
      ...what,
      id,
      parts: [partOf(first, 0), ...others.map((sql, at) => partOf(sql, at + 1))],
      name: input.StatementName,
      parameters,
      warehouse,
      withEvent: input.WithEvent,
      pid: 0,
      isCancelled: false,
    }
    if (input.ClientToken !== undefined) {
      tokens.set(input.ClientToken, { submission, untilMs: now() + deps.limits.tokenMs })
    }
    statements.add(submission)
    deps.start(submission)
    return submission
  }

  return {
    execute: (given: unknown) => {
      const input = read(EXECUTE, given)
      return submit(input, [input.Sql], { kind: 'statement', isTransaction: false })
    },
    batch: (given: unknown) => {
      const input = read(BATCH, given)
      return submit(input, input.Sqls, { kind: 'batch', isTransaction: input.ExecutionMode === 'TRANSACTION' })
    },
  }
}

function refuseNotEmbedded({ ResultFormat, SessionId, SessionKeepAliveSeconds }: z.infer<typeof COMMON>): void {
  if (ResultFormat === 'CSV') throw invalid("the embedded environment can't give results as CSV")
  if (SessionId !== undefined || (SessionKeepAliveSeconds ?? 0) > 0) {
    throw invalid("the embedded environment can't keep a session between calls")
  }
}

function refuseUnused(sqls: readonly string[], parameters: Submission['parameters']): void {
  const used = new Set(sqls.flatMap((sql) => bindParameters(sql, parameters).used))
  const unused = parameters.filter(({ name }) => !used.has(name)).map(({ name }) => name)
  if (unused.length > 0) {
    throw invalid(`Parameters list contains unused parameters. Unused parameters: [${unused.join(', ')}]`)
  }
}

function invalid(message: string): AwsJsonError {
  return new AwsJsonError('ValidationException', message)
}
