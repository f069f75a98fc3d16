import { setTimeout as sleep } from 'node:timers/promises'
import { startTestRedshift, type TestRedshift } from './a-redshift'

describe.each(['md5', 'cleartext'] as const)('a temporary login, proven by %s', (auth) => {
  let world: TestRedshift
  beforeAll(async () => {
    world = await startTestRedshift({ auth, allowPlaintext: true })
    await world.redshift.admin('create user someone password disable; create user "IAMR:loader" password disable')
  })
  afterAll(() => world.stop())

  const WRONG_PASSWORD = { code: '28P01' }
  const inAnHour = () => Date.now() + 3_600_000
  const give = (login: string, user: string, untilMs = inAnHour()) =>
    world.redshift.temporary.give({ login, user, untilMs })
  const whoIs = async (user: string, password: string) =>
    (await (await world.connect({ user, password })).values('SELECT current_user::text'))[0]

  it('is the user that it was given for, under its own name', async () => {
    const password = give('IAM:someone', 'someone')
    expect(await whoIs('IAM:someone', password)).toBe('someone')
    expect(await whoIs('IAMR:loader', give('IAMR:loader', 'IAMR:loader'))).toBe('IAMR:loader')
    await expect(whoIs('someone', password)).rejects.toMatchObject(WRONG_PASSWORD)
    await expect(whoIs('IAM:etl', password)).rejects.toMatchObject(WRONG_PASSWORD)
  })

  it('may have several passwords at a time, and leaves the own one of the user alone', async () => {
    const passwords = [give('IAM:etl', 'etl'), give('IAM:etl', 'etl')]
    for (const password of passwords) expect(await whoIs('IAM:etl', password)).toBe('etl')
    expect(await whoIs('etl', 'etl-password')).toBe('etl')
  })

  it('ends at its time, and a session that it opened goes on', async () => {
    const password = give('IAM:someone', 'someone', Date.now() + 500)
    const session = await world.connect({ user: 'IAM:someone', password })
    await sleep(550)
    await expect(whoIs('IAM:someone', password)).rejects.toMatchObject(WRONG_PASSWORD)
    expect(await session.values('SELECT 1')).toEqual([1])
  })

  it('ends when all are withdrawn', async () => {
    const password = give('IAM:someone', 'someone')
    world.redshift.temporary.revoke()
    await expect(whoIs('IAM:someone', password)).rejects.toMatchObject(WRONG_PASSWORD)
  })

  it('makes no user, and is refused for one that is not there', async () => {
    await expect(whoIs('IAM:nobody', give('IAM:nobody', 'nobody'))).rejects.toMatchObject(WRONG_PASSWORD)
  })

  it('is refused without TLS in the words of a wrong password', async () => {
    const password = give('IAM:someone', 'someone')
    await expect(world.connect({ user: 'IAM:someone', password, ssl: false })).rejects.toMatchObject({
      ...WRONG_PASSWORD,
      message: 'password authentication failed for user "IAM:someone"',
    })
  })
})
