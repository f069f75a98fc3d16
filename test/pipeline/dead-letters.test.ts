import { deadLettersOf, QUEUES } from '../../environments/local/names'
import type { Measure } from '../../lambda/ports'
import { type Local, startForTest } from './local'

const PARKED = deadLettersOf(QUEUES.objects)

describe('an event that cannot be taken in', () => {
  const measured: Parameters<Measure>[] = []
  let local: Local
  beforeAll(async () => {
    local = await startForTest({ measure: (...all) => void measured.push(all) })
    await local.table('public.kpis', 'id int, name varchar(8)')
  })
  afterAll(() => local.stop())

  it('is parked after its tries, counted and told of; driven back when all is well, its file loads once', async () => {
    // Five tries, each of all messages together and then of each alone; no try of the SDK's own, which is for what may pass.
    const denied = { kind: 'error', code: 'AccessDeniedException', status: 400 } as const
    local.dynamodb.failNext({ operation: 'BatchWriteItem', times: 10, how: denied })
    await local.put('kpis/a.csv', '1,a\n')
    await until(async () => (await local.queues.bodies(PARKED)).length === 1)
    expect(await local.rows('public.kpis')).toBe(0)

    await local.tick()
    expect(measured).toContainEqual(['DeadLetters', 1, { queue: 'objects' }])
    const { arn } = await local.ports.deadLetters.count('objects')
    expect(local.logged).toContainEqual({
      level: 'warn',
      event: 'dead-letters',
      fields: expect.objectContaining({ queue: 'objects', messages: 1, todo: expect.stringContaining(arn) }),
    })

    expect(await local.ports.deadLetters.driveBack('objects')).toBe('started')
    await local.quiet()
    expect(await local.redshift.admin('select * from public.kpis')).toEqual([{ id: 1, name: 'a' }])
    expect(await local.queues.bodies(PARKED)).toEqual([])
    measured.length = 0
    await local.tick()
    expect(measured).toContainEqual(['DeadLetters', 0, { queue: 'objects' }])
  })

  it('stops no tick when it cannot be counted', async () => {
    const how = { kind: 'error', code: 'AccessDenied', status: 403 } as const
    local.queues.failNext({ operation: 'GetQueueAttributes', times: 2, how })
    await local.tick()
    const notCounted = local.logged.filter(({ event }) => event === 'dead-letters-not-counted')
    expect(notCounted.map(({ fields }) => fields['queue']).sort()).toEqual(['objects', 'wakes'])
  })
})

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 200; look += 1) {
    if (await isTrue()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('it did not come to pass')
}
