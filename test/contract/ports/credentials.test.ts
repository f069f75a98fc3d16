import { type RedshiftApi, startRedshiftApi } from '../../../environments/local/redshift-api/server'
import type { Clients } from '../../../lambda/platform/clients'
import { credentialsInRedshift, type IamLogin } from '../../../lambda/platform/credentials-in-redshift'
import { clientsFor } from './embedded'

const OF_USER: IamLogin = { kind: 'cluster', cluster: 'acme', user: 'penstock', database: 'dev' }
const OF_ROLE: IamLogin = { kind: 'cluster', cluster: 'acme', database: 'dev' }
const OF_WORKGROUP: IamLogin = { kind: 'workgroup', workgroup: 'acme-wg', database: 'dev' }

describe('temporary credentials of Redshift', () => {
  let api: RedshiftApi
  let clients: Clients
  let given: { login: string; user: string; untilMs: number }[]
  beforeAll(async () => {
    api = await startRedshiftApi({
      warehouse: {
        give(login) {
          given.push(login)
          return `<pass & "word" ${given.length}>`
        },
      },
      cluster: 'acme',
      workgroup: 'acme-wg',
      role: 'loader',
    })
    clients = clientsFor({
      AWS_ENDPOINT_URL_REDSHIFT: api.endpoint,
      AWS_ENDPOINT_URL_REDSHIFT_SERVERLESS: api.endpoint,
    })
  })
  beforeEach(() => {
    given = []
  })
  afterAll(async () => {
    clients.close()
    await api.stop()
  })

  const source = (now: () => number = Date.now) => credentialsInRedshift({ clients, now })

  it.each([
    ['a named user of a cluster', OF_USER, 'GetClusterCredentials', 'IAM:penstock'],
    ['the role at a cluster', OF_ROLE, 'GetClusterCredentialsWithIAM', 'IAMR:loader'],
    ['the role at a workgroup', OF_WORKGROUP, 'GetCredentials', 'IAMR:loader'],
  ])('are those of %s, with the name of the login as it was returned', async (_, login, operation, user) => {
    const before = api.requests.get(operation) ?? 0
    expect(await source()(login)()).toMatchObject({ user, password: '<pass & "word" 1>' })
    expect(api.requests.get(operation)).toBe(before + 1)
    expect((given[0]?.untilMs ?? 0) - Date.now()).toBeGreaterThan(890_000)
  })

  it('are used until a minute before they end, by all who ask for the same login', async () => {
    let nowMs = Date.now()
    const of = source(() => nowMs)
    const passwords = async () => [(await of(OF_USER)()).password, (await of({ ...OF_USER })()).password]
    expect(new Set(await passwords()).size).toBe(1)
    nowMs += 13 * 60_000
    await passwords()
    expect(given).toHaveLength(1)
    nowMs += 61_000
    // They end by the clock of the service, which stands still here.
    api.setLifetime(3_600_000)
    await passwords()
    expect(given).toHaveLength(2)
    await of(OF_ROLE)()
    await of({ ...OF_USER, database: 'other' })()
    expect(given).toHaveLength(4)
  })

  it('are asked for again at once when they were refused, and then those are used', async () => {
    const credentials = source()(OF_WORKGROUP)
    await credentials()
    const fresh = await credentials({ fresh: true })
    expect(given).toHaveLength(2)
    expect(await credentials()).toEqual(fresh)
  })

  it('say which user the database must know, by the name that it has there', async () => {
    expect((await source()(OF_USER)()).ifRefused).toContain('CREATE USER "penstock" PASSWORD DISABLE')
    expect((await source()(OF_ROLE)()).ifRefused).toContain('CREATE USER "IAMR:loader" PASSWORD DISABLE')
  })

  it('are learnt by who keeps secrets out of the log', async () => {
    const learnt: string[] = []
    await credentialsInRedshift({ clients, now: Date.now, learn: (secret) => learnt.push(secret) })(OF_USER)()
    expect(learnt).toEqual(['<pass & "word" 1>'])
  })

  it.each([
    [OF_USER, 'AccessDenied', /redshift:GetClusterCredentials on dbuser:acme\/penstock and dbname:acme\/dev$/],
    [OF_ROLE, 'AccessDenied', /redshift:GetClusterCredentialsWithIAM on dbname:acme\/dev$/],
    [OF_WORKGROUP, 'AccessDeniedException', /workgroup acme-wg: it needs redshift-serverless:GetCredentials/],
  ])('that are denied name the permission: %j', async (login, code, message) => {
    api.failNext({ how: { kind: 'error', code, status: 403, message: 'not authorized to perform this' } })
    await expect(source()(login)()).rejects.toMatchObject({
      code: 'CREDENTIALS_DENIED',
      message: expect.stringMatching(message),
    })
  })

  it.each([
    { ...OF_USER, cluster: 'other' },
    { ...OF_WORKGROUP, workgroup: 'other', region: 'eu-north-1' },
  ] as const)('of a warehouse that is not there name it, and where it was looked for: %j', async (login) => {
    await expect(source()(login)()).rejects.toMatchObject({
      code: 'CREDENTIALS_DENIED',
      message: expect.stringMatching(/^there is no (cluster other|workgroup other in eu-north-1): auth names/),
    })
  })

  it('keep the name of any other error, and try by themselves what passes', async () => {
    const throttled = { kind: 'error', code: 'Throttling', status: 400, message: 'Rate exceeded' } as const
    api.failNext({ operation: 'GetClusterCredentials', how: throttled })
    expect((await source()(OF_USER)()).user).toBe('IAM:penstock')
    api.failNext({ operation: 'GetClusterCredentials', times: 4, how: throttled })
    await expect(source()(OF_USER)()).rejects.toMatchObject({
      code: 'Throttling',
      message: expect.stringMatching(/^GetClusterCredentials cluster acme: Throttling/),
    })
  })

  it('that cannot be asked for tell the way that a function in a VPC needs', async () => {
    const nowhere = clientsFor({ AWS_ENDPOINT_URL_REDSHIFT: 'http://127.0.0.1:1' })
    const port = credentialsInRedshift({ clients: nowhere, now: Date.now })(OF_USER)
    await expect(port()).rejects.toMatchObject({
      message: expect.stringMatching(/interface endpoint for redshift or a NAT gateway$/),
    })
    nowhere.close()
  })

  it('are asked of the region of the warehouse, by one client for each', async () => {
    expect(clients.redshift('eu-north-1')).toBe(clients.redshift('eu-north-1'))
    expect(await clients.redshift('eu-north-1').config.region()).toBe('eu-north-1')
    expect(await clients.redshift().config.region()).toBe('eu-west-1')
  })
})
