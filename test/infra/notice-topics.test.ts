import { rmSync } from 'node:fs'
import { Testing } from 'cdktf'
import { environment } from '../../environments/environment'
import { PenstockStack } from '../../modules/penstock-stack'

type Block = Readonly<Record<string, unknown>>

const app = Testing.app()
afterAll(() => rmSync(app.outdir, { recursive: true, force: true }))
const account = '123456789012'
const { resource, data } = JSON.parse(
  Testing.synth(
    new PenstockStack(
      app,
      environment({
        name: 'mailed',
        account,
        region: 'eu-west-1',
        bucket: 'acme-landing',
        warehouses: { main: { kind: 'redshift', host: 'h', database: 'd', user: 'u' } },
        notify: { failures: 'data-team@acme.example' },
      }),
    ),
  ),
) as {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Block>>>>
  readonly data: Readonly<Record<string, Readonly<Record<string, { readonly statement: readonly Block[] }>>>>
}
const all = (type: string) => Object.entries(resource[type] ?? {})
const statements = (policy: unknown) =>
  data['aws_iam_policy_document']?.[/document\.(.+)\.json/.exec(String(policy))?.[1] ?? '']?.statement ?? []
const topics: Readonly<Record<string, { readonly arn: string; readonly topic: Block }>> = Object.fromEntries(
  all('aws_sns_topic').map(([id, topic]) => [String(topic['name']), { arn: `\${aws_sns_topic.${id}.arn}`, topic }]),
)
const sameAccount = { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] }

it('has a topic of failures and one of successes, both encrypted with one key that is rotated', () => {
  expect(Object.keys(topics).sort()).toEqual(['penstock-mailed-failure', 'penstock-mailed-success'])
  const [[keyId, key] = ['', {}]] = all('aws_kms_key')
  expect(key).toMatchObject({ enable_key_rotation: true })
  for (const { topic } of Object.values(topics)) expect(topic['kms_master_key_id']).toBe(`\${aws_kms_key.${keyId}.arn}`)
})

it('lets alarms of this account speak in the topic of failures, and use its key', () => {
  const cloudWatch = [{ type: 'Service', identifiers: ['cloudwatch.amazonaws.com'] }]
  const policies = all('aws_sns_topic_policy').map(([, policy]) => policy)
  const ofFailures = policies.find(({ arn }) => arn === topics['penstock-mailed-failure']?.arn)
  expect(statements(ofFailures?.['policy'])).toContainEqual(
    expect.objectContaining({ actions: ['sns:Publish'], principals: cloudWatch, condition: [sameAccount] }),
  )
  const [[, key] = ['', {}]] = all('aws_kms_key')
  expect(statements((key as Block)['policy'])).toEqual([
    expect.objectContaining({ actions: ['kms:*'], principals: [{ type: 'AWS', identifiers: [account] }] }),
    expect.objectContaining({
      actions: ['kms:GenerateDataKey*', 'kms:Decrypt'],
      principals: cloudWatch,
      condition: [sameAccount],
    }),
  ])
})

it('takes no notice without TLS', () => {
  const policies = all('aws_sns_topic_policy').map(([, policy]) => statements(policy['policy']))
  expect(policies).toHaveLength(2)
  for (const policy of policies)
    expect(policy).toContainEqual(
      expect.objectContaining({
        effect: 'Deny',
        actions: ['sns:Publish'],
        condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
      }),
    )
})

it('mails to whom the environment names, and to nobody else', () => {
  expect(all('aws_sns_topic_subscription').map(([, subscription]) => subscription)).toEqual([
    expect.objectContaining({
      topic_arn: topics['penstock-mailed-failure']?.arn,
      protocol: 'email',
      endpoint: 'data-team@acme.example',
    }),
  ])
})
