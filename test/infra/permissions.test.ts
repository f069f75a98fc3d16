import type { EnvironmentInput } from '../../environments/environment'
import { BROUGHT_ALONG, MINIMAL, type Statement, type Synthesized, synthesize } from './synthesized'

/** Every statement in which something is left open, and why nothing narrower can be said. */
const LEFT_OPEN: Readonly<Record<string, string>> = {
  AccountDecides: "in a key's policy, all resources are the key, and without it nobody could ever change the policy",
  AlarmsMaySpeak: "in a key's policy, all resources are the key; condition: this account",
  LogsMayBeKept: "in a key's policy, all resources are the key; condition: the log groups of this environment",
  WriteItsLog: 'Lambda names the streams of a log group',
  WriteTraces: 'X-Ray knows no resources; condition: the region',
  JoinTheNetwork: 'Lambda asks for it before an interface has a name; condition: the region, and denied to the code',
  LookAtFiles: 'which files land is not known beforehand',
  KeepBatches: 'each batch has a folder of its own',
  KeepProgress: 'each bulk load has an object of its own',
  Files: 'the warehouse reads whichever files land',
  LogInToWarehouse1: "a workgroup's ARN bears an id that AWS gives it",
  LogInToWarehouse4: "a workgroup's ARN bears an id that AWS gives it",
  RunStatements: "a workgroup's ARN bears an id that AWS gives it",
  FollowItsStatements: 'a statement is no resource; condition: it is one of its own',
}

const PASSWORDLESS = {
  ...MINIMAL,
  name: 'passwordless',
  warehouses: { main: { kind: 'redshift', host: 'h', database: 'd', auth: { workgroup: 'wg' } } },
} as const

const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:acme-AbCdEf'
const OVER_DATA_API: EnvironmentInput = {
  ...MINIMAL,
  name: 'data',
  warehouses: {
    named: { kind: 'redshift', via: 'data-api', database: 'd', auth: { cluster: 'acme' }, user: 'penstock' },
    secret: { kind: 'redshift', via: 'data-api', database: 'd', auth: { cluster: 'other' }, secretArn: SECRET },
    role: { kind: 'redshift', via: 'data-api', database: 'd', auth: { cluster: 'there', region: 'eu-central-1' } },
    workgroup: { kind: 'redshift', via: 'data-api', database: 'd', auth: { workgroup: 'wg' } },
  },
  routes: [{ match: '{table}/**', into: { warehouse: 'named' } }],
}

const ALL: readonly (readonly [string, Synthesized])[] = [MINIMAL, BROUGHT_ALONG, PASSWORDLESS, OVER_DATA_API].map(
  (input) => [input.name, synthesize(input)],
)
const LOGIN_OF: Readonly<Record<string, string>> = {
  passwordless: 'redshift-serverless:GetCredentials',
  data: 'redshift-data:BatchExecuteStatement',
}

describe.each(ALL)('the policies of %s', (name, { documents, all, mayDo }) => {
  const allowed = Object.entries(documents).flatMap(([id, statements]) =>
    statements.filter(({ effect }) => effect !== 'Deny').map((statement) => ({ id, ...statement })),
  )

  it('leave nothing open without a reason', () => {
    const open = allowed.filter(({ actions, resources = [] }) =>
      [...actions, ...resources].some((text) => text.includes('*')),
    )
    const unexplained = open.filter(({ sid, id }) => !id.includes('flows') && LEFT_OPEN[sid ?? ''] === undefined)
    expect(unexplained).toEqual([])
  })

  it('let nobody in who is not named, and forbid nothing by exception', () => {
    for (const one of allowed) {
      expect(one.principals?.flatMap(({ identifiers }) => identifiers) ?? []).not.toContain('*')
      expect(Object.keys(one).filter((key) => key.startsWith('not_'))).toEqual([])
    }
  })

  it('have a statement of one name once', () => {
    for (const statements of Object.values(documents)) {
      const sids = statements.flatMap(({ sid }) => (sid === undefined ? [] : [sid]))
      expect(new Set(sids).size).toBe(sids.length)
    }
  })

  it('give every function a role of its own', () => {
    const roles = all('aws_lambda_function').map(({ role }) => role)
    expect([roles.length, new Set(roles).size]).toEqual([3, 3])
  })

  it('let no function delete or manage anything but messages and arrivals', () => {
    const actions = ['on-object', 'on-load', 'on-tick'].flatMap((each) => actionsOf(mayDo(`penstock-${name}-${each}`)))
    expect(actions.length).toBeGreaterThan(20)
    const harmless = new Set([
      'sqs:DeleteMessage',
      'ec2:DeleteNetworkInterface',
      'ec2:CreateNetworkInterface',
      'logs:CreateLogStream',
    ])
    expect(
      actions.filter(
        (action) =>
          /:(Delete|Create|Update(?!Item)|Put\w*Policy|Attach|Pass|Tag)/.test(action) && !harmless.has(action),
      ),
    ).toEqual([])
  })

  it('let nobody but the loader at passwords, files and warehouses', () => {
    const of = (each: string) => actionsOf(mayDo(`penstock-${name}-${each}`))
    for (const each of ['on-object', 'on-tick']) {
      expect(
        of(each).filter((action) => /^(ssm|secretsmanager|redshift(-data|-serverless)?|ec2):/.test(action)),
      ).toEqual([])
    }
    expect(of('on-object')).not.toContain('s3:PutObject')
    expect(of('on-load')).toContain(LOGIN_OF[name] ?? 'ssm:GetParameter')
  })
})

it('explains nothing that is not there', () => {
  const sids = new Set(
    ALL.flatMap(([, { documents }]) =>
      Object.values(documents)
        .flat()
        .map(({ sid }) => sid),
    ),
  )
  expect(Object.keys(LEFT_OPEN).filter((sid) => !sids.has(sid))).toEqual([])
})

it('lets a password be decrypted with the key, and nothing else that the key encrypts but through its service', () => {
  const keyUses = synthesize(MINIMAL)
    .mayDo('penstock-small-on-load')
    .filter(({ actions }) => actions.some((action) => action.startsWith('kms:')))
  expect(keyUses.length).toBeGreaterThan(3)
  for (const { condition = [] } of keyUses) {
    expect(condition).toEqual([
      expect.objectContaining({
        test: 'StringEquals',
        variable: expect.stringMatching(/^kms:(ViaService|EncryptionContext:PARAMETER_ARN)$/),
      }),
    ])
  }
})

it('lets the loader run statements on the warehouses that it reaches through the Data API, log in to them, and follow what is its own', () => {
  const statements = synthesize(OVER_DATA_API).mayDo('penstock-data-on-load')
  const cluster = (region: string, name: string) => `arn:aws:redshift:${region}:123456789012:cluster:${name}`
  const named = (sid: string) => statements.find((statement) => statement.sid === sid)
  expect(named('RunStatements')).toMatchObject({
    actions: ['redshift-data:BatchExecuteStatement', 'redshift-data:ExecuteStatement'],
    resources: [
      cluster('eu-west-1', 'acme'),
      cluster('eu-west-1', 'other'),
      cluster('eu-central-1', 'there'),
      'arn:aws:redshift-serverless:eu-west-1:123456789012:workgroup/*',
    ],
  })
  expect(named('FollowItsStatements')).toMatchObject({
    actions: ['CancelStatement', 'DescribeStatement', 'GetStatementResult', 'ListStatements'].map(
      (one) => `redshift-data:${one}`,
    ),
    resources: ['*'],
    condition: [
      { test: 'StringEquals', variable: 'redshift-data:statement-owner-iam-userid', values: ['&{aws:userid}'] },
    ],
  })
  expect([1, 2, 3, 4].map((at) => named(`LogInToWarehouse${at}`))).toMatchObject([
    { actions: ['redshift:GetClusterCredentials'] },
    { actions: ['secretsmanager:GetSecretValue'], resources: [SECRET] },
    {
      actions: ['redshift:GetClusterCredentialsWithIAM'],
      resources: ['arn:aws:redshift:eu-central-1:123456789012:dbname:there/d'],
    },
    { actions: ['redshift-serverless:GetCredentials'] },
  ])
})

it.each([MINIMAL, BROUGHT_ALONG, PASSWORDLESS])(
  'lets nobody run statements where no warehouse is reached so: $name',
  (input) => {
    const { documents } = synthesize(input)
    const actions = Object.values(documents).flatMap((statements) => statements.flatMap((one) => one.actions))
    expect(actions.filter((action) => /^(redshift-data|secretsmanager):/.test(action))).toEqual([])
  },
)

it('takes the interfaces of its network from the code of the function', () => {
  expect(synthesize(BROUGHT_ALONG).mayDo('penstock-given-on-load')).toContainEqual(
    expect.objectContaining({
      sid: 'ButNotByItsCode',
      effect: 'Deny',
      condition: [
        {
          test: 'ArnEquals',
          variable: 'lambda:SourceFunctionArn',
          values: ['arn:aws:lambda:eu-west-1:123456789012:function:penstock-given-on-load'],
        },
      ],
    }),
  )
})

it('lets routes tell topics of their own', () => {
  const topic = 'arn:aws:sns:eu-west-1:123456789012:crm'
  const { mayDo } = synthesize({
    ...MINIMAL,
    routes: [{ match: 'crm/{table}/', into: { notify: { failure: topic } } }],
  })
  for (const each of ['on-object', 'on-load', 'on-tick']) {
    const told = mayDo(`penstock-small-${each}`).find(({ sid }) => sid === 'Tell')
    expect(told?.resources).toContain(topic)
  }
})

function actionsOf(statements: readonly Statement[]): readonly string[] {
  return statements.filter(({ effect }) => effect !== 'Deny').flatMap(({ actions }) => actions)
}
