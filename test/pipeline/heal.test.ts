import { PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3'
import type { TargetId } from '../../lambda/model'
import { type Local, startForTest } from './local'

const KPIS: TargetId = 'main/public.kpis'

describe('files that no event announced', () => {
  let local: Local
  beforeAll(async () => {
    local = await startForTest({
      settings: {
        heal: { everyMinutes: 1, afterMinutes: 0 },
        routes: [{ match: '{table}/**', existing: 'load', into: {} }],
      },
    })
    await local.table('public.kpis', 'id bigint')
  })
  afterAll(() => local.stop())

  it('are found by listing the bucket and loaded, once, whatever their names hold', async () => {
    await local.clients.s3.send(
      new PutBucketNotificationConfigurationCommand({ Bucket: local.bucket, NotificationConfiguration: {} }),
    )
    const keys = ['kpis/plain.csv', 'kpis/a b+c&d=ü.csv', 'kpis/control\u0001.csv', 'kpis/😀.csv']
    for (const [index, key] of keys.entries()) await local.put(key, `${index}\n`)
    await local.quiet()
    expect(await local.rows('public.kpis')).toBe(0)

    // A listing tells whole seconds, and the one that is not over is left to the next look.
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    await local.tick()
    await local.quiet()
    expect(await local.redshift.admin('select id from public.kpis order by id')).toEqual(
      keys.map((_, index) => ({ id: String(index) })),
    )
    for (const key of keys) expect(await local.record(KPIS, key)).toMatchObject({ status: 'loaded' })
    expect(local.logged.filter(({ event }) => event === 'file-healed')).toHaveLength(4)
  })
})
