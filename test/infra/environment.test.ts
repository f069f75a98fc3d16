import { type EnvironmentInput, environment } from '../../environments/environment'
import { MINIMAL } from './synthesized'

const SUCCESS = 'arn:aws:sns:eu-west-1:123456789012:penstock-small-success'

/** What a person is told, one line per problem. */
function toldOf(input: unknown): readonly string[] {
  try {
    environment(input as EnvironmentInput)
    return []
  } catch (error) {
    return String(error)
      .split('\n')
      .slice(1)
      .map((line) => line.trim())
  }
}

describe('an environment in which many things are wrong', () => {
  const told = toldOf({
    name: 'dev',
    acount: '123456789012',
    region: 'eu-west-1',
    bucket: 'Acme-Landing',
    warehouses: { main: { kind: 'redshift', host: 'h', database: 'd', passwordParameter: 'a b' } },
    routes: [
      { match: 'sales/{table}/', into: {} },
      { match: 'sales/{table}/', into: {} },
    ],
    functions: { onLoad: { timeoutSeconds: 1_000 }, onTick: { memoryMb: 64 }, logDays: 31 },
    notify: { failures: 'arn:aws:sns:us-east-1:123456789012:far-away', successes: 'nobody' },
    kmsKey: 'arn:aws:kms:eu-west-1:123456789012:alias/mine',
    network: { vpc: 'vpc-1', subnets: [] },
    tags: { 'aws:mine': 'x' },
  })

  it.each([
    'acount: there is no setting "acount" (did you mean \'account\'?)',
    'account: is missing: a text is expected',
    'bucket: a bucket is',
    'warehouses.main.user: ',
    "warehouses.main.passwordParameter: a parameter is named by a path of letters, digits, '.', '_' and '-', such as /penstock/dev/main/password, not 'a b'",
    'functions.onLoad.timeoutSeconds: is 1000, and must be at most 900',
    'functions.onTick.memoryMb: is 64, and must be at least 128',
    'functions.logDays: CloudWatch keeps logs for 1, 3, 5, 7, 14, 30',
    'notify.failures: lies in us-east-1, and the environment in eu-west-1: name one of eu-west-1',
    'notify.successes: a mail address is expected, or the ARN of an existing SNS topic',
    'kmsKey: a key is named by its ARN, arn:aws:kms:…:key/…, and not by an alias',
    'network.subnets: is empty',
    "tags.aws:mine: AWS keeps names that begin with 'aws:' for itself",
  ])('tells beside all others: %s', (problem) => {
    expect(told.filter((line) => line.startsWith(problem))).toHaveLength(1)
  })

  it('tells of routes that are the same', () => {
    expect(told.filter((line) => line.startsWith('routes[1]'))).toHaveLength(1)
  })

  it('tells nothing twice', () => {
    expect(new Set(told).size).toBe(told.length)
  })
})

describe('a name that AWS would find too long', () => {
  it('is told of a role with what to shorten', () => {
    const warehouse = { kind: 'redshift', host: 'h', database: 'd', user: 'u', copyRole: 'create' }
    expect(toldOf({ ...MINIMAL, name: 'e'.repeat(31), warehouses: { ['w'.repeat(31)]: warehouse } })).toEqual([
      expect.stringMatching(/copyRole: the role .* would have 77 characters, and IAM takes 64: shorten the name/),
    ])
  })

  it('is told of the bucket of the state, which can be named otherwise', () => {
    const bucket = 'b'.repeat(60)
    expect(toldOf({ ...MINIMAL, bucket })).toEqual([
      expect.stringMatching(/^stateBucket: is missing: b+-state is longer/),
    ])
    expect(toldOf({ ...MINIMAL, bucket, stateBucket: 'acme-state' })).toEqual([])
  })
})

describe('what follows from an environment', () => {
  it('lies in the part of AWS to which the region belongs', () => {
    const china = environment({ ...MINIMAL, region: 'cn-north-1' })
    expect(china.topics.failureArn).toBe('arn:aws-cn:sns:cn-north-1:123456789012:penstock-small-failure')
  })

  it('tells every topic that a route names, once', () => {
    const topic = 'arn:aws:sns:eu-west-1:123456789012:crm'
    const { toldTopics, topics } = environment({
      ...MINIMAL,
      routes: [
        { match: 'a/{table}/', into: { notify: { failure: topic } } },
        { match: 'b/{table}/', into: { notify: { failure: topic, success: SUCCESS } } },
      ],
    })
    expect(toldTopics).toEqual([topics.failureArn, topics.successArn, topic])
  })

  it('passes bulk loads on, and tells every topic that one names', () => {
    const topic = 'arn:aws:sns:eu-west-1:123456789012:history'
    const bulk = [{ prefix: 'history/', into: { table: 'orders', notify: { success: topic } } }]
    const { settings, toldTopics } = environment({ ...MINIMAL, bulk })
    expect(settings.bulk).toEqual(bulk)
    expect(toldTopics).toContain(topic)
    expect(toldOf({ ...MINIMAL, bulk: [{ prefix: '_penstock/', into: { table: 'orders' } }] })).toEqual([
      expect.stringMatching(
        /^bulk\[0\]\.prefix: '_penstock\/' lies under s3:\/\/\S+\/_penstock\/, and what the loader keeps/,
      ),
    ])
  })

  it('has no parameter for a warehouse that is entered without a password', () => {
    const { settings, logins } = environment({
      ...MINIMAL,
      warehouses: { main: { kind: 'redshift', host: 'h', database: 'd', auth: { workgroup: 'wg' } } },
    })
    expect(settings.warehouses['main']).not.toHaveProperty('passwordParameter')
    expect(logins['main']?.login).toEqual({ kind: 'workgroup', workgroup: 'wg' })
  })
})
