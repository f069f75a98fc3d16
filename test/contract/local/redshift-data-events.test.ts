import { setTimeout as sleep } from 'node:timers/promises'
import { makeEventBridge } from '../../../environments/local/event-bridge'
import { LOCAL } from '../../../environments/local/names'
import { variablesOf } from '../../../environments/local/servers'
import { startLocal } from '../../../environments/local/start'
import { ask, type DataApi, type Event, ON_CLUSTER, startDataApi, until } from './a-data-api'

// The event is that of the management guide, "Monitoring Data API events": it tells states and rows, and no error.
describe('an event of the Data API', () => {
  let world: DataApi
  beforeAll(async () => {
    world = await startDataApi()
  })
  beforeEach(() => {
    world.events.length = 0
  })
  afterAll(() => world.stop())

  const submit = (sql: string | readonly string[], StatementName = 'load') =>
    world.submit(sql, { ...ON_CLUSTER, StatementName, WithEvent: true })
  const told = () => world.events.map(({ detail }) => [detail['statementId'], detail['state']])

  it('tells that a statement has finished, with its name and its rows', async () => {
    const id = await submit('select 1 union all select 2')
    const { UpdatedAt } = await world.ended(id)
    await until(() => world.events.length > 0)
    expect(world.events).toEqual([
      {
        version: '0',
        id: expect.any(String),
        source: 'aws.redshift-data',
        'detail-type': 'Redshift Data Statement Status Change',
        account: '000000000000',
        region: 'eu-west-1',
        time: new Date(Number(UpdatedAt) * 1_000).toISOString(),
        resources: ['arn:aws:redshift:eu-west-1:000000000000:cluster:a-cluster'],
        detail: {
          principal: expect.stringContaining('assumed-role/loader/'),
          statementName: 'load',
          statementId: id,
          redshiftQueryId: -1,
          state: 'FINISHED',
          rows: 2,
          expireAt: Math.floor(Number(UpdatedAt) + 24 * 3_600),
        },
      },
    ])
  })

  it('tells that one has failed, or was aborted, or a batch was, once each', async () => {
    const failed = await submit('select nonsense')
    const batch = await submit(['select 1', 'select nonsense'])
    const aborted = await submit('select pg_sleep(10)')
    await world.call('CancelStatement', { Id: aborted })
    await until(() => world.events.length >= 3)
    await sleep(50)
    expect(new Map(told() as [string, string][])).toEqual(
      new Map([
        [failed, 'FAILED'],
        [batch, 'FAILED'],
        [aborted, 'ABORTED'],
      ]),
    )
    expect(JSON.stringify(world.events)).not.toContain('nonsense')
  })

  it('comes only when asked for', async () => {
    await world.ended(await world.submit('select 1'))
    await sleep(50)
    expect(world.events).toEqual([])
  })

  it('may be dropped, doubled or late, as a test wants it', async () => {
    world.api.disturbNextEvent({ about: 'lost', how: { kind: 'drop' } })
    world.api.disturbNextEvent({ about: 'twice', how: { kind: 'double' } })
    world.api.disturbNextEvent({ operation: 'FINISHED', about: 'late', how: { kind: 'delay', delayMs: 300 } })
    await world.ended(await submit('select 1', 'lost'))
    const late = await submit('select 1', 'late')
    await world.ended(late)
    const twice = await submit('select 1', 'twice')
    await until(() => world.events.length === 2)
    expect(told()).toEqual([
      [twice, 'FINISHED'],
      [twice, 'FINISHED'],
    ])
    await until(() => world.events.length === 3)
    expect(told().at(-1)).toEqual([late, 'FINISHED'])
  })

  it('reaches a queue and a function by a rule on its source and the beginning of its name', async () => {
    const queued: string[] = []
    const handled: Event[] = []
    const bus = makeEventBridge(async (arn, body) => void queued.push(`${arn} ${JSON.parse(body).detail.state}`))
    const detailType = 'Redshift Data Statement Status Change'
    bus.addRule({ detailType, statementPrefix: 'load', target: { kind: 'queue', arn: 'loads' } })
    bus.addRule({ detailType, statementPrefix: 'unload', target: { kind: 'queue', arn: 'unloads' } })
    bus.addRule({
      source: 'aws.redshift-data',
      target: { kind: 'handler', handle: async (event) => handled.push(event as Event) },
    })
    const id = await submit('select 1', 'load-7')
    await until(() => world.events.length > 0)
    await bus.put(world.events[0])
    expect(queued).toEqual(['loads FINISHED'])
    expect(handled.map(({ detail }) => detail['statementId'])).toEqual([id])
  })
})

describe('the embedded environment', () => {
  it('has a Data API before its own warehouse, and a rule that brings its events to a function', async () => {
    const local = await startLocal({ log: () => {}, measure: () => {} })
    try {
      const came: Event[] = []
      local.addRule({
        source: 'aws.redshift-data',
        target: { kind: 'handler', handle: async (event) => came.push(event as Event) },
      })
      const { cluster, workgroup, user, secret, database: Database } = LOCAL
      for (const login of [
        { ClusterIdentifier: cluster, DbUser: user },
        { WorkgroupName: workgroup, SecretArn: secret },
      ]) {
        const { status } = await ask(local.redshiftData.endpoint, 'ExecuteStatement', {
          ...{ ...login, Database, Sql: 'select 1', WithEvent: true },
        })
        expect(status).toBe(200)
      }
      await until(() => came.length === 2)
      expect(came.map(({ detail }) => detail['state'])).toEqual(['FINISHED', 'FINISHED'])
      expect(variablesOf(local)['AWS_ENDPOINT_URL_REDSHIFT_DATA']).toBe(local.redshiftData.endpoint)
    } finally {
      await local.stop()
    }
  })
})
