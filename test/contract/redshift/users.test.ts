import { startTestRedshift, type TestRedshift } from './a-redshift'

let world: TestRedshift
let lastUser = 0
beforeAll(async () => {
  world = await startTestRedshift()
})
afterAll(() => world.stop())

const WRONG_PASSWORD = { code: '28P01' }

/** Creates a user of its own for a test; the superuser does it, through the same front as any client. */
async function aUser(options = "PASSWORD 'First-1'"): Promise<string> {
  const user = `user_${++lastUser}`
  await world.redshift.admin(`CREATE USER ${user} ${options}`)
  return user
}

function logIn(user: string, password: string) {
  return world.connect({ user, password })
}

async function whoIs(user: string, password: string): Promise<unknown> {
  return (await (await logIn(user, password)).values('SELECT current_user::text'))[0]
}

describe('a password', () => {
  it('that ALTER USER changes counts for new sessions, and open ones go on', async () => {
    const user = await aUser()
    const before = await logIn(user, 'First-1')
    await world.redshift.admin(`ALTER USER ${user} PASSWORD 'Second-2'`)
    await expect(logIn(user, 'First-1')).rejects.toMatchObject(WRONG_PASSWORD)
    expect(await whoIs(user, 'Second-2')).toBe(user)
    expect(await before.values('SELECT 1')).toEqual([1])
  })

  it('that a rolled-back ALTER USER has set was never set', async () => {
    const user = await aUser()
    const client = await logIn(user, 'First-1')
    await client.rows('BEGIN')
    await client.rows(`ALTER USER ${user} PASSWORD 'Second-2'`)
    expect(await whoIs(user, 'First-1')).toBe(user)
    await client.rows('ROLLBACK')
    await expect(logIn(user, 'Second-2')).rejects.toMatchObject(WRONG_PASSWORD)
    expect(await whoIs(user, 'First-1')).toBe(user)
  })

  it('keeps nobody from logging in while somebody has changed it and not committed yet', async () => {
    const user = await aUser()
    const client = await logIn(user, 'First-1')
    await client.rows('BEGIN')
    await client.rows(`ALTER USER ${user} PASSWORD 'Second-2'`)
    const another = world.redshift.setPassword(user, 'Third-3').catch(({ message }) => message)
    const waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while ((await world.redshift.admin(waiting)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await whoIs(user, 'First-1')).toBe(user)
    await client.rows('COMMIT')
    expect(await another).toBe('tuple concurrently updated')
    expect(await whoIs(user, 'Second-2')).toBe(user)
  })

  it('is proven by many clients at once', async () => {
    const clients = Array.from({ length: 20 }, (_, n) =>
      n % 2 === 0 ? whoIs('etl', 'etl-password') : logIn('etl', 'wrong').catch(({ code }) => code),
    )
    expect(new Set(await Promise.all(clients))).toEqual(new Set(['etl', '28P01']))
  })

  it('may be anything that a literal can hold', async () => {
    const user = await aUser()
    for (const password of [`it's "quoted"`, 'back\\slash\\', `'\\''`, 'ü 😀', '***', 'sha255|x']) {
      const literal = `'${password.replace(/\\/g, '\\\\').replace(/'/g, "''")}'`
      await world.redshift.admin(`ALTER USER ${user} PASSWORD ${literal}`)
      expect(await whoIs(user, password)).toBe(user)
      await world.redshift.setPassword(user, `${password}2`)
      expect(await whoIs(user, `${password}2`)).toBe(user)
    }
  })

  it('may be given as the md5 of password and name', async () => {
    // md5 of `Secret-1hashed`
    await world.redshift.admin("CREATE USER hashed PASSWORD 'md5836817f5b9a6acda8f50c5e6968a5edc'")
    expect(await whoIs('hashed', 'Secret-1')).toBe('hashed')
  })

  it.each(["PASSWORD 'sha256|Secret-1'", "PASSWORD 'First-1' SYSLOG ACCESS UNRESTRICTED"])(
    'or option that the embedded environment cannot keep is refused in its own words: %s',
    async (options) => {
      const client = await logIn(await aUser("PASSWORD 'First-1' CREATEUSER"), 'First-1')
      const sql = `CREATE USER refused ${options}`
      const own = { code: '0A000', message: expect.stringContaining("the embedded environment can't") }
      expect(await client.failure(sql)).toMatchObject(own)
      expect(await client.failure(`${sql} CONNECTION LIMIT $1`, [1])).toMatchObject(own)
      expect(await client.values('SELECT 1')).toEqual([1])
    },
  )

  it('counts until the day that VALID UNTIL names', async () => {
    const user = await aUser("PASSWORD 'First-1' VALID UNTIL '2099-01-01'")
    expect(await whoIs(user, 'First-1')).toBe(user)
    await world.redshift.admin(`ALTER USER ${user} VALID UNTIL '2001-01-01'`)
    await expect(logIn(user, 'First-1')).rejects.toMatchObject(WRONG_PASSWORD)
  })

  it('is not in the list of statements', async () => {
    const user = await aUser("CREATEDB PASSWORD 'Nobody-may-read-1' SESSION TIMEOUT 60")
    await world.redshift.admin(`/* x */ alter user ${user} with password 'Nobody-may-read-2'`)
    const told = world.redshift.statements.map(({ statement }) => statement)
    expect(told).toContain(`CREATE USER ${user} CREATEDB PASSWORD '***' SESSION TIMEOUT 60`)
    expect(told).toContain(`alter user ${user} with password '***'`)
    expect(told.join()).not.toContain('Nobody-may-read')
  })
})

describe('CREATE USER', () => {
  it('makes a user who can log in, and who is nobody in particular', async () => {
    const client = await logIn(await aUser(), 'First-1')
    expect(await client.values('SELECT usesuper FROM pg_user WHERE usename = current_user')).toEqual([false])
    expect(await client.failure("CREATE USER another PASSWORD 'First-1'")).toMatchObject({ code: '42501' })
    expect(await client.failure('ALTER USER etl CREATEDB')).toMatchObject({ code: '42501' })
  })

  it('makes a superuser with CREATEUSER, whom NOCREATEUSER makes an ordinary one again', async () => {
    await world.redshift.admin('CREATE TABLE private_matter (a int)')
    const user = await aUser("PASSWORD 'First-1' CREATEUSER")
    const client = await logIn(user, 'First-1')
    expect(await client.rows('SELECT * FROM private_matter')).toEqual([])
    await client.rows("CREATE USER made_by_another WITH PASSWORD 'First-1'")
    expect(await whoIs('made_by_another', 'First-1')).toBe('made_by_another')
    await world.redshift.admin(`ALTER USER ${user} NOCREATEUSER`)
    expect(await client.failure('SELECT * FROM private_matter')).toMatchObject({ code: '42501' })
  })

  it('takes what Redshift takes, and leaves out what has no meaning here', async () => {
    await world.redshift.admin('CREATE GROUP loaders')
    const user = await aUser(
      "WITH PASSWORD 'First-1' NOCREATEDB SYSLOG ACCESS RESTRICTED IN GROUP loaders CONNECTION LIMIT UNLIMITED SESSION TIMEOUT 120",
    )
    await world.redshift.admin(`ALTER USER ${user} RESET SESSION TIMEOUT`)
    await world.redshift.admin(`ALTER USER ${user} SET search_path TO public`)
    await world.redshift.admin(`ALTER USER ${user} CONNECTION LIMIT 1`)
    expect(await whoIs(user, 'First-1')).toBe(user)
    await expect(logIn(user, 'First-1')).rejects.toMatchObject({ code: '53300' })
  })
})

describe('a user', () => {
  it("changes the own password, and nobody else's", async () => {
    const [user, other] = [await aUser(), await aUser()]
    const client = await logIn(user, 'First-1')
    expect(await client.failure(`ALTER USER ${other} PASSWORD 'Taken-over-1'`)).toMatchObject({ code: '42501' })
    await client.rows(`ALTER USER ${user} PASSWORD 'Second-2'`)
    expect(await whoIs(user, 'Second-2')).toBe(user)
    expect(await whoIs(other, 'First-1')).toBe(other)
  })

  it('is locked out by PASSWORD DISABLE until there is a new password', async () => {
    const user = await aUser()
    await world.redshift.admin(`ALTER USER ${user} PASSWORD DISABLE`)
    for (const password of ['First-1', '', 'DISABLE']) {
      await expect(logIn(user, password)).rejects.toMatchObject(WRONG_PASSWORD)
    }
    await world.redshift.admin(`ALTER USER ${user} PASSWORD 'Second-2'`)
    expect(await whoIs(user, 'Second-2')).toBe(user)
  })

  it('who was created without a password, dropped or renamed cannot log in', async () => {
    const [disabled, dropped, renamed] = [await aUser('PASSWORD DISABLE'), await aUser(), await aUser()]
    await world.redshift.admin(`DROP USER ${dropped}`)
    await world.redshift.admin(`ALTER USER ${renamed} RENAME TO disable`)
    for (const user of [disabled, dropped, renamed, 'disable', 'awsuser']) {
      await expect(logIn(user, 'First-1')).rejects.toMatchObject(WRONG_PASSWORD)
    }
    // The salt of a password is the name [docs: r_ALTER_USER, RENAME TO].
    await world.redshift.admin("ALTER USER disable PASSWORD 'Second-2'")
    expect(await whoIs('disable', 'Second-2')).toBe('disable')
  })
})
