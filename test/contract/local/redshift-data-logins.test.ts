import { type DataApi, ON_CLUSTER, SECRET, startDataApi, until } from './a-data-api'

// Ways to log in and the names of users are those of the API reference of ExecuteStatement.
describe('the Data API logs in', () => {
  let world: DataApi
  beforeAll(async () => {
    world = await startDataApi()
    await world.redshift.admin('create user "IAMR:loader" password disable')
  })
  afterAll(() => world.stop())

  const CLUSTER = { ClusterIdentifier: 'a-cluster', Database: 'dev' }
  const WORKGROUP = { WorkgroupName: 'a-workgroup', Database: 'dev' }
  const refusal = async (input: object) => {
    const { status, body } = await world.ask('ExecuteStatement', { Sql: 'select 1', ...input })
    return { status, code: body['__type'], message: body['message'] }
  }

  it.each([
    ['a user of a cluster', { ...CLUSTER, DbUser: 'etl' }, 'etl'],
    ['the user of a secret of a cluster', { ...CLUSTER, SecretArn: SECRET }, 'etl'],
    ['the role that asks a cluster', CLUSTER, 'IAMR:loader'],
    ['the role that asks a workgroup', WORKGROUP, 'IAMR:loader'],
    ['the user of a secret of a workgroup', { ...WORKGROUP, SecretArn: SECRET }, 'etl'],
  ])('as %s', async (_, input, user) => {
    const id = await world.submit('select current_user::text', input)
    const described = await world.ended(id)
    expect(described).toMatchObject({ ...input, Status: 'FINISHED' })
    expect(described['DbUser']).toBe('SecretArn' in input ? undefined : user)
    expect(await world.call('GetStatementResult', { Id: id })).toMatchObject({ Records: [[{ stringValue: user }]] })
  })

  it('in vain as a user that is not there, and says so in the statement', async () => {
    const described = await world.ended(await world.submit('select 1', { ...CLUSTER, DbUser: 'nobody' }))
    expect(described).toMatchObject({
      ...{ Status: 'FAILED', RedshiftPid: 0 },
      Error: 'FATAL: password authentication failed for user "IAM:nobody"',
    })
  })

  it('in vain with a secret whose password was changed in the warehouse alone', async () => {
    await world.redshift.setPassword('etl', 'another')
    const ended = async () =>
      (await world.ended(await world.submit('select 1', { ...CLUSTER, SecretArn: SECRET }))).Status
    expect(await ended()).toBe('FAILED')
    world.api.setSecret(SECRET, { username: 'etl', password: 'another' })
    expect(await ended()).toBe('FINISHED')
  })

  it('in vain to a database that is not there', async () => {
    const described = await world.ended(await world.submit('select 1', { ...ON_CLUSTER, Database: 'nowhere' }))
    expect(described).toMatchObject({ Status: 'FAILED', Error: expect.stringContaining('"nowhere" does not exist') })
  })

  it.each([
    // [aws/aws-cdk#30536]
    [
      'a cluster that is not there',
      { ...ON_CLUSTER, ClusterIdentifier: 'b' },
      "Redshift endpoint doesn't exist in this region.",
    ],
    [
      'a workgroup that is not there',
      { ...WORKGROUP, WorkgroupName: 'b' },
      "Redshift endpoint doesn't exist in this region.",
    ],
    ['neither', { Database: 'dev' }, expect.anything()],
    ['both', { ...CLUSTER, ...WORKGROUP }, expect.anything()],
    ['no database', { ClusterIdentifier: 'a-cluster' }, expect.anything()],
    ['a user of a workgroup', { ...WORKGROUP, DbUser: 'etl' }, expect.anything()],
    ['a user and a secret', { ...CLUSTER, DbUser: 'etl', SecretArn: SECRET }, expect.anything()],
    [
      'a secret that is not there',
      { ...CLUSTER, SecretArn: 'nowhere' },
      "Secrets Manager can't find the specified secret.",
    ],
    [
      'a session that is kept',
      { ...CLUSTER, SessionKeepAliveSeconds: 60 },
      expect.stringContaining('embedded environment'),
    ],
    ['a result as CSV', { ...CLUSTER, ResultFormat: 'CSV' }, expect.stringContaining('embedded environment')],
  ])('nowhere when asked for %s', async (_, input, message) => {
    expect(await refusal(input)).toEqual({ status: 400, code: 'ValidationException', message })
  })

  // [boto/boto3#2899]
  it('nowhere with a secret that holds no password', async () => {
    world.api.setSecret('empty', { username: 'etl', password: '' })
    expect((await refusal({ ...CLUSTER, SecretArn: 'empty' })).message).toBe(
      'username and password in secret cannot be empty',
    )
  })

  it('nowhere while the warehouse is paused, and what ran has failed', async () => {
    const id = await world.submit('select pg_sleep(10)')
    await until(async () => (await world.describe(id)).Status === 'STARTED')
    await world.redshift.pause()
    expect((await world.ended(id)).Status).toBe('FAILED')
    expect(await refusal(ON_CLUSTER)).toMatchObject({
      code: 'ValidationException',
      message: 'Redshift cluster is paused.',
    })
    await world.redshift.resume()
    expect((await world.ended(await world.submit('select 1'))).Status).toBe('FINISHED')
  })
})
