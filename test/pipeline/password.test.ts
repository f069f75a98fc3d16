import type { TargetId } from '../../lambda/model'
import { type Local, startForTest } from './local'

const KPIS: TargetId = 'main/public.kpis'

describe('the password of the warehouse (S8)', () => {
  let local: Local
  beforeAll(async () => {
    local = await startForTest()
    await local.table('public.kpis', 'id bigint')
  })
  afterAll(() => local.stop())

  it('is read again when the warehouse refuses the one that is known, and nothing is lost', async () => {
    await local.put('kpis/1.csv', '1\n')
    await local.quiet()
    await local.redshift.setPassword('penstock', 'Second-password-2')
    await local.setPassword('Second-password-2')
    await local.put('kpis/2.csv', '2\n')
    await local.quiet()
    expect(await local.rows('public.kpis')).toBe(2)
    expect(local.ssm.requests.get('GetParameter')).toBe(2)
  })

  it('that is wrong blocks the target with a reason that says what to do; the file waits and loads once it is right', async () => {
    await local.redshift.setPassword('penstock', 'Third-password-3')
    await local.put('kpis/3.csv', '3\n')
    await local.quiet()
    const hold = (await local.ports.targets.get(KPIS))?.hold
    expect(hold).toMatchObject({
      kind: 'blocked',
      reason: expect.stringMatching(/password authentication failed.*parameter/),
    })
    await local.setPassword('Third-password-3')
    await local.loadAgain(KPIS)
    expect(await local.rows('public.kpis')).toBe(3)
  })

  it('that was never set is refused, with the parameter and the command that sets it', async () => {
    const other = await startForTest()
    try {
      await other.setPassword('PLACEHOLDER')
      await other.table('public.kpis', 'id bigint')
      await other.put('kpis/1.csv', '1\n')
      await other.quiet()
      const hold = (await other.ports.targets.get(KPIS))?.hold
      expect(hold).toMatchObject({
        code: 'SECRET_NOT_SET',
        reason: expect.stringContaining('aws ssm put-parameter --name /penstock/local/main/password'),
      })
      expect(await other.ports.arrivals.oldest(KPIS, 10)).toHaveLength(1)
    } finally {
      await other.stop()
    }
  })

  it('is in no log line, notice, record or statement', async () => {
    await local.put('kpis/broken.csv', 'x\n')
    await local.quiet()
    const said = await local.everythingSaid(KPIS, 'kpis/broken.csv')
    expect(said).toContain('kpis/broken.csv')
    for (const secret of ['First-password-1', 'Second-password-2', 'Third-password-3'])
      expect(said).not.toContain(secret)
  })
})
