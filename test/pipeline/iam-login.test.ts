import { LOCAL } from '../../environments/local/names'
import type { TargetId } from '../../lambda/model'
import { type Local, startForTest } from './local'

const KPIS: TargetId = 'main/public.kpis'
const { cluster, workgroup, user, role } = LOCAL
const ROLE_USER = `IAMR:${role}`

describe('a login by IAM', () => {
  let local: Local
  afterEach(() => local.stop())

  /** A file more, and what is in the table then. */
  async function load(file: number): Promise<number> {
    await local.put(`kpis/${file}.csv`, `${file}\n`)
    await local.quiet()
    return local.rows('public.kpis')
  }
  const hold = async () => (await local.ports.targets.get(KPIS))?.hold
  const asked = (operation: string) => local.redshiftApi.requests.get(operation) ?? 0
  const whoLoaded = async () =>
    (await local.redshift.admin('select distinct usename from pg_user, sys_load_history where user_id = usesysid')).map(
      ({ usename }) => usename,
    )

  it('as a user of a cluster needs no password, asks once for all loads of a quarter of an hour, and the user is who loads', async () => {
    local = await startForTest({ login: { user, auth: { cluster } } })
    await local.table('public.kpis', 'id bigint')
    await local.redshift.admin(`alter user ${user} password disable`)
    expect(await load(1)).toBe(1)
    expect(await load(2)).toBe(2)
    expect(asked('GetClusterCredentials')).toBe(1)
    expect(local.ssm.requests.get('GetParameter')).toBeUndefined()
    expect(await whoLoaded()).toEqual([user])
  })

  it('that ends in the middle asks for new credentials by itself: nothing is refused, nothing is lost', async () => {
    local = await startForTest({ login: { user, auth: { cluster } } })
    await local.table('public.kpis', 'id bigint')
    local.redshiftApi.setLifetime(1_000)
    // The session that loads lives longer than what it was opened with.
    local.redshift.failNext({ matching: /^COPY/i, act: 'delay', delayMs: 1_500 })
    expect(await load(1)).toBe(1)
    expect(await load(2)).toBe(2)
    expect(asked('GetClusterCredentials')).toBe(2)
    expect(local.logged.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('whose credentials are withdrawn before their time asks once more and loads in the same invocation', async () => {
    local = await startForTest({ login: { user, auth: { cluster } } })
    await local.table('public.kpis', 'id bigint')
    expect(await load(1)).toBe(1)
    local.redshift.temporary.revoke()
    expect(await load(2)).toBe(2)
    expect(asked('GetClusterCredentials')).toBe(2)
    expect(await hold()).toBeUndefined()
  })

  it.each([
    ['cluster', { cluster }, 'GetClusterCredentialsWithIAM'],
    ['workgroup', { workgroup }, 'GetCredentials'],
  ])(
    'without a user goes to a %s as the user of the role, whom the database must know and let in',
    async (_, auth, operation) => {
      local = await startForTest({ login: { auth } })
      await local.table('public.kpis', 'id bigint')
      expect(await load(1)).toBe(0)
      expect(await hold()).toMatchObject({
        kind: 'blocked',
        reason: expect.stringMatching(
          /password authentication failed for user "IAMR:.*CREATE USER "IAMR:penstock-local-on-load" PASSWORD DISABLE/,
        ),
      })
      await local.redshift.admin(
        `create user "${ROLE_USER}" password disable; grant create on database ${LOCAL.database} to "${ROLE_USER}"`,
      )
      await local.loadAgain(KPIS)
      expect(await hold()).toMatchObject({
        code: '42501',
        reason: expect.stringMatching(/user IAMR:penstock-local-on-load\).*grant INSERT on the table/),
      })
      await local.redshift.admin(`grant insert on public.kpis to "${ROLE_USER}"`)
      await local.loadAgain(KPIS)
      expect(await local.rows('public.kpis')).toBe(1)
      expect(await whoLoaded()).toEqual([ROLE_USER])
      expect(asked(operation)).toBeGreaterThan(0)
    },
  )

  it('that the role may not ask for blocks the target with the permission that is missing; the file waits and loads', async () => {
    local = await startForTest({ login: { user, auth: { cluster } } })
    await local.table('public.kpis', 'id bigint')
    const how = { kind: 'error', code: 'AccessDenied', status: 403, message: 'is not authorized to perform' } as const
    local.redshiftApi.failNext({ operation: 'GetClusterCredentials', how })
    expect(await load(1)).toBe(0)
    expect(await hold()).toMatchObject({
      kind: 'blocked',
      code: 'CREDENTIALS_DENIED',
      reason: expect.stringContaining(
        'redshift:GetClusterCredentials on dbuser:penstock-local/penstock and dbname:penstock-local/dev',
      ),
    })
    await local.loadAgain(KPIS)
    expect(await local.rows('public.kpis')).toBe(1)
  })

  it('leaves its passwords in no log line, notice, record or statement (S8)', async () => {
    local = await startForTest({ login: { user, auth: { cluster } } })
    await local.table('public.kpis', 'id bigint')
    await load(1)
    local.redshift.temporary.revoke()
    await local.put('kpis/broken.csv', 'x\n')
    await local.quiet()
    const said = await local.everythingSaid(KPIS, 'kpis/broken.csv')
    expect(said).toContain('kpis/broken.csv')
    expect(local.redshiftApi.passwords).toHaveLength(2)
    for (const password of local.redshiftApi.passwords) expect(said).not.toContain(password)
  })
})
