import { startDataApi, until } from './a-data-api'

describe('the end of the Data API', () => {
  it('ends what runs, rolls it back and leaves no session', async () => {
    const world = await startDataApi()
    try {
      await world.redshift.admin('create table t (id int); grant all on t to etl')
      const id = await world.submit(['insert into t values (1)', 'select pg_sleep(30)'])
      await until(async () => (await world.describe(`${id}:2`)).Status === 'STARTED')
      await world.api.stop()
      const slow = world.redshift.statements.find(({ statement }) => statement.includes('pg_sleep'))
      expect(slow).toMatchObject({ outcome: 'error', sqlState: '57014' })
      await expect(world.ask('DescribeStatement', { Id: id })).rejects.toThrow()
      expect(await world.redshift.admin('select * from t')).toEqual([])
      const sessions = "select count(*)::int as n from pg_stat_activity where usename = 'etl'"
      await until(async () => (await world.redshift.admin(sessions))[0]?.['n'] === 0)
    } finally {
      await world.stop()
    }
  })

  it('does not wait for a warehouse that does not end what runs', async () => {
    const world = await startDataApi()
    try {
      world.redshift.failNext({ matching: /^select 1/, act: 'delay', delayMs: 2_500 })
      const id = await world.submit('select 1')
      await until(async () => (await world.describe(id)).Status === 'STARTED')
      const before = Date.now()
      await world.api.stop()
      expect(Date.now() - before).toBeLessThan(2_000)
    } finally {
      await world.stop()
    }
  })

  it('is not needed for a statement that runs for longer than it may: that is cancelled', async () => {
    const world = await startDataApi({ limits: { longestMs: 200 } })
    try {
      expect((await world.ended(await world.submit('select pg_sleep(10)'))).Status).toBe('ABORTED')
      expect((await world.ended(await world.submit('select 1'))).Status).toBe('FINISHED')
    } finally {
      await world.stop()
    }
  })
})
