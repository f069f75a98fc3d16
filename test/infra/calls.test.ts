import { AsyncLocalStorage } from 'node:async_hooks'
import { PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { handlersOf } from '../../environments/local/functions'
import { LOCAL, SETTINGS_BUCKET } from '../../environments/local/names'
import type { LoginInput } from '../../environments/local/provision'
import { makeRuntime } from '../../lambda/runtime'
import type { Run } from '../../lambda/warehouse/run'
import { type Local, startForTest } from '../pipeline/local'
import { type Statement, type Synthesized, synthesize } from './synthesized'

type FunctionName = 'on-object' | 'on-load' | 'on-tick'

/** The environment whose names are those of the embedded one. */
function stackOf(warehouse: LoginInput): Synthesized {
  return synthesize({
    name: LOCAL.name,
    account: LOCAL.account,
    region: LOCAL.region,
    bucket: LOCAL.bucket,
    warehouses: {
      [LOCAL.warehouse]: {
        ...{ kind: 'redshift', database: LOCAL.database, ...warehouse },
        ...(warehouse.via === 'data-api' ? {} : { host: 'h' }),
      },
    },
  })
}

const { user, cluster } = LOCAL
const WAYS = [
  { way: 'a connection', login: { user }, some: ['ssm:GetParameter'], seldom: [], over: { overwrites: 'reload' } },
  {
    way: 'the Data API',
    login: { via: 'data-api', auth: { cluster }, user },
    some: ['BatchExecuteStatement', 'ListStatements', 'DescribeStatement'].map((one) => `redshift-data:${one}`),
    // A question that is not answered in time is cancelled; the Data API logs in on the function's behalf.
    seldom: ['redshift-data:CancelStatement', 'redshift:GetClusterCredentials'],
    over: {},
  },
] satisfies readonly {
  way: string
  login: LoginInput
  some: string[]
  seldom: string[]
  over: { overwrites?: 'reload' }
}[]

/** What each function asked of AWS: `s3:GetObject on bucket:landing/kpis/a.csv`. */
const called: Record<FunctionName, Set<string>> = { 'on-object': new Set(), 'on-load': new Set(), 'on-tick': new Set() }
const FUNCTIONS = ['on-object', 'on-load', 'on-tick'] as const
const running = new AsyncLocalStorage<FunctionName>()

describe.each(WAYS)(
  'what the functions call where the warehouse is reached over $way',
  ({ login, some: ofWay, seldom, over }) => {
    const stack = stackOf(login)
    let local: Local
    beforeAll(async () => {
      for (const name of FUNCTIONS) called[name].clear()
      listen()
      local = await startForTest({
        login,
        handlers: (variables) => {
          const quiet = { log: () => {}, measure: () => {}, around: losesFirstCommit() }
          const { onObject, onLoad, onTick } = handlersOf(makeRuntime(variables, quiet))
          return {
            onObject: (event, context) => running.run('on-object', () => onObject(event, context)),
            onLoad: (event, context) => running.run('on-load', () => onLoad(event, context)),
            onTick: (event, context) => running.run('on-tick', () => onTick(event, context)),
          }
        },
        settings: {
          heal: { everyMinutes: 1, afterMinutes: 0 },
          routes: [{ match: '{table}/**', existing: 'load', into: { duplicates: 'skip', ...over } }],
          bulk: [{ prefix: 'kpis/twin', into: { table: 'kpis', duplicates: 'skip', ...over } }],
        },
      })
      await everythingOnce(local)
    }, 60_000)
    afterAll(async () => {
      jest.restoreAllMocks()
      await local.stop()
    })

    it('is asked for by a bulk load too', () => {
      expect([...called['on-tick']].filter((call) => /PutObject .*\/bulk\//.test(call))).toHaveLength(1)
    })

    it.each<[FunctionName, string[]]>([
      [
        'on-object',
        ['dynamodb:BatchWriteItem', 'dynamodb:UpdateItem', 'dynamodb:PutItem', 'sns:Publish', 'sqs:SendMessage'],
      ],
      ['on-load', ['dynamodb:Query', 'dynamodb:GetItem', 's3:PutObject', 's3:GetObject', 'sns:Publish', ...ofWay]],
      ['on-tick', ['dynamodb:Scan', 's3:ListBucket', 's3:PutObject', 'sqs:GetQueueAttributes', 'sqs:SendMessage']],
    ])('may be called by %s', (name, some) => {
      const calls = [...called[name]]
      const actions = new Set(calls.map((call) => call.split(' ')[0]))
      expect(some.filter((action) => !actions.has(action))).toEqual([])
      const statements = stack.mayDo(`penstock-local-${name}`)
      expect(calls.filter((call) => !isAllowed(call, statements, stack))).toEqual([])
    })

    it('is all that they may call, but for what Lambda calls for them', () => {
      const forThem = /^(kms|logs|sqs:(Receive|Delete)Message)/
      for (const name of FUNCTIONS) {
        const actions = new Set([...called[name]].map((call) => call.split(' ')[0]))
        const allowed = stack.mayDo(`penstock-local-${name}`).flatMap(({ actions: all }) => all)
        const unused = allowed.filter((action) => !forThem.test(action) && !actions.has(action))
        const known = [...SELDOM[name], ...(name === 'on-load' ? seldom : [])]
        expect([name, unused.filter((action) => !known.includes(action))]).toEqual([name, []])
      }
    })
  },
)

/** What the story below does not make happen, and what does. */
const SELDOM: Readonly<Record<FunctionName, readonly string[]>> = {
  // A record whose write was answered by silence is read; Lambda looks at the queue.
  'on-object': ['dynamodb:GetItem', 'sqs:GetQueueAttributes'],
  // S3 says that an object is missing only to those who may list; Lambda looks at the queue.
  'on-load': ['s3:ListBucket', 'sqs:GetQueueAttributes'],
  // A file without a known ending that no event told of.
  'on-tick': ['dynamodb:PutItem', 'sns:Publish'],
}

/** Good files, bad ones, the same again, a crash, a missing table, and files that no event told of. */
async function everythingOnce(local: Local): Promise<void> {
  await local.table('public.kpis', 'id bigint')
  // Somebody has to find out what became of the first statement.
  local.redshiftData.failNext({ operation: 'BatchExecuteStatement', times: 4, how: { kind: 'answer-lost' } })
  await local.put('kpis/good.csv', '1\n')
  await loaded(local)
  await local.put('kpis/bad.csv', 'x\n')
  await local.put('kpis/twin.csv', '1\n')
  await local.put('kpis/unknown.what', '1\n')
  await local.put('kpis/good.csv', '2\n')
  await local.put('nowhere/a.csv', '1\n')
  await loaded(local)
  const silence = { Bucket: local.bucket, NotificationConfiguration: {} }
  await local.clients.s3.send(new PutBucketNotificationConfigurationCommand(silence))
  await local.put('kpis/silent.csv', '3\n')
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  await local.tick()
  await local.quiet()
  await local.tick()
}

/** Until nothing of it waits: whichever of the story's faults has put the target on hold, it does not wait for its time. */
async function loaded(local: Local): Promise<void> {
  const target = 'main/public.kpis'
  for (;;) {
    await local.quiet()
    const state = await local.ports.targets.get(target)
    if (state?.hold === undefined && state?.unfinished === undefined && state?.waitingFiles === 0) return
    await local.loadAgain(target)
  }
}

/** The first COMMIT is done, and its answer is lost: somebody else has to find out. */
function losesFirstCommit(): (run: Run) => Run {
  let lost = false
  return (run) => async (statement, patienceMs) => {
    const answer = await run(statement, patienceMs)
    if (statement.kind !== 'commit' || lost) return answer
    lost = true
    throw Object.assign(new Error('the connection is lost'), { code: 'ECONNRESET' })
  }
}

/** Every client of the SDK sends through one method. */
function listen(): void {
  const base = Object.getPrototypeOf(SQSClient.prototype) as { send: (...args: unknown[]) => unknown }
  const { send } = base
  jest.spyOn(base, 'send').mockImplementation(function (this: unknown, ...args: unknown[]) {
    const [command] = args as [{ readonly constructor: { readonly name: string }; readonly input: Input }]
    const name = running.getStore()
    if (name !== undefined) for (const call of callsOf(command.constructor.name, command.input)) called[name].add(call)
    return send.apply(this, args)
  })
}

interface Input {
  readonly Bucket?: string
  readonly Key?: string
  readonly TableName?: string
  readonly RequestItems?: Readonly<Record<string, unknown>>
  readonly QueueUrl?: string
  readonly TopicArn?: string
  readonly Name?: string
  readonly ClusterIdentifier?: string
  readonly Id?: string
  readonly StatementName?: string
}

function callsOf(command: string, input: Input): readonly string[] {
  const operation = command.replace(/Command$/, '')
  const { Bucket, Key, TableName, RequestItems, QueueUrl, TopicArn, Name, ClusterIdentifier, Id, StatementName } = input
  if (ClusterIdentifier !== undefined) {
    return [
      `redshift-data:${operation} on arn:aws:redshift:${LOCAL.region}:${LOCAL.account}:cluster:${ClusterIdentifier}`,
    ]
  }
  if (Id !== undefined || StatementName !== undefined) return [`redshift-data:${operation} on *`]
  if (Bucket !== undefined) {
    const bucket = Bucket === SETTINGS_BUCKET ? `${SETTINGS_BUCKET}-${LOCAL.account}` : Bucket
    const action = { HeadObject: 'GetObject', ListObjectsV2: 'ListBucket' }[operation] ?? operation
    return [`s3:${action} on aws_s3_bucket:${bucket}${Key === undefined || Key === '' ? '' : `/${Key}`}`]
  }
  const tables = TableName === undefined ? Object.keys(RequestItems ?? {}) : [TableName]
  if (tables.length > 0) return tables.map((table) => `dynamodb:${operation} on aws_dynamodb_table:${table}`)
  if (QueueUrl !== undefined) {
    const action = { SendMessageBatch: 'SendMessage' }[operation] ?? operation
    return [`sqs:${action} on aws_sqs_queue:${QueueUrl.split('/').at(-1)}`]
  }
  if (TopicArn !== undefined) return [`sns:${operation} on ${TopicArn}`]
  return [`ssm:${operation} on aws_ssm_parameter:${Name}`]
}

function isAllowed(call: string, statements: readonly Statement[], stack: Synthesized): boolean {
  const [action = '', resource = ''] = call.split(' on ')
  return statements.some(
    ({ effect, actions, resources = [] }) =>
      effect !== 'Deny' &&
      actions.includes(action) &&
      resources.some((pattern) => covers(nameOf(pattern, stack), resource)),
  )
}

/** A resource by its name, as the call names it: `aws_sqs_queue:penstock-local-wakes`. */
function nameOf(resource: string, stack: Synthesized): string {
  return resource.replace(/\$\{(\w+)\.([^.]+)\.arn\}/, (_, type: string, id: string) => {
    const block = stack.json.resource[type]?.[id]
    return `${type}:${String(block?.['bucket'] ?? block?.['name'])}`
  })
}

function covers(pattern: string, resource: string): boolean {
  const [before = '', ...after] = pattern.split('*')
  return after.length === 0 ? pattern === resource : resource.startsWith(before)
}
