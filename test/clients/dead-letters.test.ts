import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { LOCAL } from '../../environments/local/names'
import { type Local, startForTest } from '../pipeline/local'
import { isThere, until } from './tools'

const README = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8')
const HAS_AWS = isThere('aws')

if (!HAS_AWS) process.stderr.write('\n### SKIPPED: aws not found, so dead letters are not driven back with it ###\n\n')

const withAws = HAS_AWS ? describe : describe.skip

withAws('the commands of the README about dead letters, with the real aws', () => {
  let local: Local
  beforeAll(async () => {
    local = await startForTest()
    await local.table('public.kpis', 'id int')
  })
  afterAll(() => local.stop())

  it('show what is parked, drive it back, and the file loads once', async () => {
    const denied = { kind: 'error', code: 'AccessDeniedException', status: 400 } as const
    local.dynamodb.failNext({ operation: 'BatchWriteItem', times: 10, how: denied })
    await local.put('kpis/a.csv', '1\n')
    await until(async () => (await local.queues.bodies('penstock-local-objects-dead')).length === 1)

    const said = await shell(commandsFor(local))
    expect(said).toContain('kpis/a.csv')
    expect(said).toMatch(/"TaskHandle"/)
    expect(said).toMatch(/"Status": "COMPLETED"[\s\S]*"ApproximateNumberOfMessagesMoved": 1/)
    await local.quiet()
    expect(await local.redshift.admin('select * from public.kpis')).toEqual([{ id: 1 }])
    expect(await local.queues.bodies('penstock-local-objects-dead')).toEqual([])
  })
})

/** The lines of the README, about the embedded environment instead of dev in the cloud. */
function commandsFor(local: Local): string {
  const block = [...README.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].find(([, text]) => text?.includes('move-task'))?.[1]
  return String(block)
    .replaceAll('https://sqs.eu-west-1.amazonaws.com', local.queues.endpoint)
    .replaceAll('aws sqs', `aws --endpoint-url ${local.queues.endpoint} sqs`)
    .replaceAll('111111111111', LOCAL.account)
    .replaceAll('penstock-dev', `penstock-${LOCAL.name}`)
}

/** Not the blocking kind: the servers run in this process. */
async function shell(commands: string): Promise<string> {
  const env = {
    ...process.env,
    AWS_PAGER: '',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_DEFAULT_REGION: LOCAL.region,
    AWS_DEFAULT_OUTPUT: 'json',
  }
  return (await promisify(execFile)('bash', ['-ec', commands], { env })).stdout
}
