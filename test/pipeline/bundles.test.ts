import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Handlers } from '../../environments/local/functions'
import type { LambdaHandler } from '../../environments/local/lambda/invoke'
import { LOCAL } from '../../environments/local/names'
import type { LoginInput } from '../../environments/local/provision'
import type { TargetId } from '../../lambda/model'
import { type Bundles, FUNCTION_NAMES, type FunctionName, makeBundles } from '../../modules/bundles'
import { type Deployed, deploy } from './deployed'
import { startForTest } from './local'

const KPIS: TargetId = 'main/public.kpis'
/** What the infrastructure tells Lambda to call. */
const HANDLER = 'index.handler'
const CONTEXT = { awsRequestId: 'r', getRemainingTimeInMillis: () => 5_000 } as Parameters<LambdaHandler<unknown>>[1]

describe('what is deployed', () => {
  let folder: string
  let bundles: Bundles
  let deployed = new Map<FunctionName, Deployed>()
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'penstock-bundles-'))
    bundles = await makeBundles(path.join(folder, 'archives'))
  })
  afterEach(async () => {
    await Promise.all([...deployed.values()].map((one) => one.stop()))
    deployed = new Map()
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  function deployAll(variables: Readonly<Record<string, string>>): Handlers {
    const start = (name: FunctionName) => {
      const one = deploy(bundles[name], mkdtempSync(path.join(folder, 'task-')), variables, HANDLER)
      deployed.set(name, one)
      return one.handler
    }
    return { onObject: start('on-object'), onLoad: start('on-load'), onTick: start('on-tick') }
  }
  const linesOf = (name: FunctionName) => deployed.get(name)?.lines() ?? []

  it.each<[string, LoginInput]>([
    ['with a password', { user: LOCAL.user }],
    ['by IAM into a cluster', { user: LOCAL.user, auth: { cluster: LOCAL.cluster } }],
    ['by IAM into a workgroup', { auth: { workgroup: LOCAL.workgroup } }],
  ])('loads a file from its event to its rows, and logs in %s', async (_, login) => {
    const local = await startForTest({ login, handlers: deployAll })
    try {
      await local.table('public.kpis', 'id int, name varchar(8)')
      await local.redshift.admin(
        `create user "IAMR:${LOCAL.role}" password disable; grant insert on public.kpis to "IAMR:${LOCAL.role}";
         grant create on database ${LOCAL.database} to "IAMR:${LOCAL.role}"`,
      )
      await local.put('kpis/good.csv', '1,lamp\n2,chair\n')
      await local.quiet()
      await local.put('kpis/bad.csv', 'x,lamp\n')
      await local.quiet()
      await local.tick()

      expect(await local.redshift.admin('select * from kpis order by id')).toEqual([
        { id: 1, name: 'lamp' },
        { id: 2, name: 'chair' },
      ])
      expect(await local.record(KPIS, 'kpis/good.csv')).toMatchObject({ status: 'loaded' })
      expect(await local.record(KPIS, 'kpis/bad.csv')).toMatchObject({ status: 'failed', error: { line: 1 } })
      expect(await local.notices('failure')).toHaveLength(1)
      expect(linesOf('on-object')).toContainEqual(expect.objectContaining({ event: 'event-acknowledged' }))
      expect(linesOf('on-load')).toContainEqual(expect.objectContaining({ FilesLoaded: 1, RowsLoaded: 2 }))
      expect(linesOf('on-tick')).toContainEqual(expect.objectContaining({ OldestArrivalSeconds: 0 }))
      // Everything came through the archives: nothing was logged in this process.
      expect(local.logged).toEqual([])
    } finally {
      await local.stop()
    }
  })

  it('answers with the messages that have to come again', async () => {
    const local = await startForTest({ handlers: deployAll })
    try {
      const records = [{ messageId: 'm1', eventSource: 'aws:sqs', body: 'no event at all' }]
      expect(await deployed.get('on-object')?.handler({ Records: records }, CONTEXT)).toEqual({
        batchItemFailures: [{ itemIdentifier: 'm1' }],
      })
      await deployed.get('on-object')?.stop()
      expect(linesOf('on-object')).toContainEqual(expect.objectContaining({ event: 'event-malformed' }))
    } finally {
      await local.stop()
    }
  })

  it.each(FUNCTION_NAMES)('says which variable %s lacks, in the answer to its first event', async (name) => {
    const one = deploy(bundles[name], mkdtempSync(path.join(folder, 'task-')), { AWS_REGION: LOCAL.region }, HANDLER)
    deployed.set(name, one)
    await expect(one.handler({ Records: [] }, CONTEXT)).rejects.toThrow(
      'the function lacks the environment variable PENSTOCK_SETTINGS_URL',
    )
  })
})
