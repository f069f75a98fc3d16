import dev from '../../environments/dev'
import prod from '../../environments/prod'
import staging from '../../environments/staging'
import { BROUGHT_ALONG, MINIMAL, reference, synthesize } from './synthesized'

describe.each([dev, staging, prod])('the stack of $name', (environment) => {
  const { json, all } = synthesize(environment)

  it('touches no other account', () => {
    expect(json.provider.aws).toEqual([expect.objectContaining({ allowed_account_ids: [environment.account] })])
  })

  it('has the four state tables, on demand, recoverable and encrypted', () => {
    const tables = all('aws_dynamodb_table')
    expect(tables.map((table) => table['name']).sort()).toEqual(
      ['arrivals', 'batches', 'files', 'targets'].map((table) => `penstock-${environment.name}-${table}`),
    )
    for (const table of tables)
      expect(table).toMatchObject({
        billing_mode: 'PAY_PER_REQUEST',
        point_in_time_recovery: { enabled: true },
        server_side_encryption: { enabled: true, kms_key_arn: expect.stringContaining('aws_kms_key') },
      })
  })

  it('prints what a person does next', () => {
    expect(json.output).toMatchObject({
      'set-password': { value: { main: expect.stringMatching(/^aws ssm put-parameter .*--key-id \$\{aws_kms_alias/) } },
      'copy-first-file': { value: expect.stringMatching(/^aws s3 cp new_file\.csv s3:/) },
      bucket: expect.anything(),
      queue: expect.anything(),
      topics: expect.anything(),
      tables: expect.anything(),
    })
  })
})

describe('buckets', () => {
  const { all, statementsOf } = synthesize(MINIMAL)

  it.each(all('aws_s3_bucket').map((bucket) => [bucket['bucket'], bucket]))(
    '%s is private, encrypted, versioned, and reached over TLS only',
    (_, bucket) => {
      const of = (type: string) => {
        const found = all(type).filter((block) => block['bucket'] === reference('aws_s3_bucket', bucket, 'id'))
        expect(found).toHaveLength(1)
        return found[0] ?? {}
      }
      expect(of('aws_s3_bucket_public_access_block')).toMatchObject({
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      })
      expect(of('aws_s3_bucket_server_side_encryption_configuration')).toHaveProperty('rule')
      expect(of('aws_s3_bucket_versioning')).toMatchObject({ versioning_configuration: { status: 'Enabled' } })
      expect(of('aws_s3_bucket_ownership_controls')).toMatchObject({
        rule: { object_ownership: 'BucketOwnerEnforced' },
      })
      expect(of('aws_s3_bucket_lifecycle_configuration')['rule']).toContainEqual(
        expect.objectContaining({ abort_incomplete_multipart_upload: [{ days_after_initiation: 7 }] }),
      )
      expect(statementsOf(of('aws_s3_bucket_policy')['policy'])).toContainEqual(
        expect.objectContaining({
          effect: 'Deny',
          actions: ['s3:*'],
          condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
        }),
      )
    },
  )

  it('keep what a batch was made of for a month, of a failed one for three', () => {
    const rules = all('aws_s3_bucket_lifecycle_configuration').flatMap((block) => block['rule'])
    expect(rules).toContainEqual(
      expect.objectContaining({ filter: [{ prefix: '_penstock/batches/' }], expiration: [{ days: 30 }] }),
    )
    expect(rules).toContainEqual(
      expect.objectContaining({ filter: [{ prefix: '_penstock/failed/' }], expiration: [{ days: 90 }] }),
    )
  })

  it('let nobody but the functions write a manifest', () => {
    const [landing = {}] = all('aws_s3_bucket').filter(({ bucket }) => bucket === MINIMAL.bucket)
    const arn = reference('aws_s3_bucket', landing, 'arn')
    const policies = all('aws_s3_bucket_policy').flatMap((block) => statementsOf(block['policy']))
    expect(policies).toContainEqual({
      sid: 'OnlyTheLoaderWritesManifests',
      effect: 'Deny',
      actions: ['s3:PutObject'],
      resources: [`${arn}/_penstock/*`],
      principals: [{ type: '*', identifiers: ['*'] }],
      condition: [
        {
          test: 'ArnNotEquals',
          variable: 'aws:PrincipalArn',
          values: ['on-load', 'on-tick'].map((name) => `arn:aws:iam::123456789012:role/penstock-small-${name}`),
        },
      ],
    })
  })
})

describe('an environment that brings everything along', () => {
  const { json, all, named, statementsOf } = synthesize(BROUGHT_ALONG)

  it('leaves the bucket and its notifications alone', () => {
    expect(all('aws_s3_bucket').map(({ bucket }) => bucket)).toEqual(['penstock-given-settings-123456789012'])
    expect(all('aws_s3_bucket_notification')).toEqual([])
    const buckets = Object.keys(json.resource)
      .filter((type) => type.startsWith('aws_s3_'))
      .flatMap((type) => all(type).map(({ bucket }) => String(bucket)))
    for (const bucket of buckets) expect(bucket).toContain('settings')
  })

  it('hears of its files from EventBridge, but not of those that the loader writes', () => {
    const [rule = {}] = all('aws_cloudwatch_event_rule')
    expect(rule['event_pattern']).toContain('"name" = ["acme-lake"]')
    expect(rule['event_pattern']).toContain('"anything-but" = {"prefix" = "_penstock/"}')
    const queue = named('aws_sqs_queue', 'penstock-given-objects')
    expect(all('aws_cloudwatch_event_target')).toEqual([
      expect.objectContaining({ arn: reference('aws_sqs_queue', queue, 'arn') }),
    ])
    const policy = all('aws_sqs_queue_policy').find(
      (block) => block['queue_url'] === reference('aws_sqs_queue', queue, 'url'),
    )
    expect(statementsOf(policy?.['policy'])).toContainEqual(
      expect.objectContaining({
        actions: ['sqs:SendMessage'],
        principals: [{ type: 'Service', identifiers: ['events.amazonaws.com'] }],
        condition: [
          {
            test: 'ArnEquals',
            variable: 'aws:SourceArn',
            values: [reference('aws_cloudwatch_event_rule', rule, 'arn')],
          },
          { test: 'StringEquals', variable: 'aws:SourceAccount', values: ['123456789012'] },
        ],
      }),
    )
    expect(json.output).toHaveProperty('switch-on-events')
  })

  it('gets neither a key nor a topic', () => {
    expect([...all('aws_kms_key'), ...all('aws_sns_topic'), ...all('aws_sns_topic_subscription')]).toEqual([])
    for (const table of all('aws_dynamodb_table')) {
      expect(table).toMatchObject({ server_side_encryption: { kms_key_arn: BROUGHT_ALONG.kmsKey } })
    }
    for (const alarm of all('aws_cloudwatch_metric_alarm')) {
      expect(alarm['alarm_actions']).toEqual([BROUGHT_ALONG.notify?.failures])
    }
  })

  it('has its network joined by the one function that talks to warehouses', () => {
    const joined = all('aws_lambda_function').map((block) => [block['function_name'], block['vpc_config']])
    expect(Object.fromEntries(joined)).toEqual({
      'penstock-given-on-object': undefined,
      'penstock-given-on-load': {
        subnet_ids: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'],
        security_group_ids: ['sg-0a1b2c3d'],
      },
      'penstock-given-on-tick': undefined,
    })
  })

  it('has the role path and the boundary on every role', () => {
    expect(all('aws_iam_role').length).toBeGreaterThan(4)
    for (const role of all('aws_iam_role')) {
      expect(role).toMatchObject({ path: '/data/', permissions_boundary: 'arn:aws:iam::123456789012:policy/boundary' })
    }
  })

  it('is traced and tagged as it says', () => {
    for (const one of all('aws_lambda_function')) expect(one).toMatchObject({ tracing_config: { mode: 'Active' } })
    expect(json.provider.aws).toMatchObject([
      { default_tags: [{ tags: { Application: 'penstock-given', CostCenter: '42' } }] },
    ])
  })

  it('cannot lose buckets, tables or parameters to Terraform, being protected', () => {
    const kept = ['aws_s3_bucket', 'aws_dynamodb_table', 'aws_ssm_parameter'].flatMap((type) => all(type))
    expect(kept).toHaveLength(1 + 4 + 2)
    for (const one of kept) expect(one).toMatchObject({ lifecycle: { prevent_destroy: true } })
    for (const table of all('aws_dynamodb_table')) expect(table).toMatchObject({ deletion_protection_enabled: true })
    expect(synthesize({ ...MINIMAL, protect: true }).all('aws_kms_key')).toEqual([
      expect.objectContaining({ lifecycle: { prevent_destroy: true } }),
    ])
  })
})

describe('passwords', () => {
  it('are in no plan and no state: a parameter has no value that Terraform would read back', () => {
    const parameters = [MINIMAL, BROUGHT_ALONG].flatMap((input) => synthesize(input).all('aws_ssm_parameter'))
    expect(parameters.map(({ name }) => name)).toEqual([
      '/penstock/small/main/password',
      '/penstock/given/main/password',
      '/acme/second',
    ])
    for (const parameter of parameters) {
      expect(parameter).not.toHaveProperty('value')
      expect(parameter).not.toHaveProperty('insecure_value')
      expect(parameter).toMatchObject({
        type: 'SecureString',
        value_wo: 'PLACEHOLDER',
        value_wo_version: 1,
        lifecycle: {
          ignore_changes: ['value_wo', 'value_wo_version', 'description', 'tier', 'key_id', 'allowed_pattern'],
        },
      })
    }
    expect(parameters[0]).toMatchObject({ key_id: expect.stringContaining('aws_kms_key') })
  })

  it('that two warehouses share have one parameter', () => {
    const one = { kind: 'redshift', host: 'h', database: 'd', user: 'u', passwordParameter: '/acme/shared' } as const
    const routes = [{ match: '{table}/', into: { warehouse: 'a' } }]
    const { all } = synthesize({ ...MINIMAL, warehouses: { a: one, b: one }, routes })
    expect(all('aws_ssm_parameter').map(({ name }) => name)).toEqual(['/acme/shared'])
  })
})

describe('settings', () => {
  const contentOf = (input: typeof MINIMAL) => String(synthesize(input).all('aws_s3_object')[0]?.['content'])

  it('change one object when a route changes, and nothing else', () => {
    const changed = { ...MINIMAL, routes: [{ match: 'other/{table}/', into: {} }] }
    const [before, after] = [synthesize(MINIMAL).json, synthesize(changed).json]
    expect(withoutObjects(after)).toEqual(withoutObjects(before))
    expect(Object.keys(after.resource['aws_s3_object'] ?? {})).toHaveLength(1)
    expect(contentOf(changed)).not.toBe(contentOf(MINIMAL))
  })

  it('reach the functions as they are, templates of Terraform included', () => {
    const csv = { nullText: `\${aws} %{if}` }
    const escaped = contentOf({ ...MINIMAL, csv })
    expect(escaped).toContain('$${aws} %%{if}')
    const content = JSON.parse(escaped.replaceAll('$${', '${').replaceAll('%%{', '%{')) as { csv: unknown }
    expect(content.csv).toEqual(csv)
  })

  it('lie where files do not land', () => {
    const { all } = synthesize(MINIMAL)
    for (const one of all('aws_lambda_function')) {
      expect(one).toMatchObject({
        environment: {
          variables: { PENSTOCK_SETTINGS_URL: 's3://penstock-small-settings-123456789012/settings.json' },
        },
      })
    }
  })
})

function withoutObjects({ resource, ...rest }: ReturnType<typeof synthesize>['json']): Record<string, unknown> {
  const { aws_s3_object: _, ...others } = resource
  return { ...rest, resource: others }
}

// An inline policy belongs to its role.
const GIVEN = new Set(['what-it-does', 'read-files'])

it('lets two environments live side by side in one account', () => {
  const namesOf = (name: string) => {
    const { json } = synthesize({ ...MINIMAL, name, bucket: `acme-${name}` })
    return Object.entries(json.resource).flatMap(([type, blocks]) =>
      Object.values(blocks).flatMap((block) =>
        ['name', 'bucket', 'function_name', 'alarm_name', 'dashboard_name'].flatMap((key) => {
          const value = block[key]
          // What refers to another block is as unique as that one is.
          const isOwn = typeof value === 'string' && !value.startsWith('${') && !GIVEN.has(value)
          return isOwn ? [`${type} ${value}`] : []
        }),
      ),
    )
  }
  const [one, other] = [namesOf('one'), namesOf('other')]
  expect(one.length).toBeGreaterThan(20)
  expect(one.filter((name) => other.includes(name))).toEqual([])
})
