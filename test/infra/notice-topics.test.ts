import { MINIMAL, reference, synthesize } from './synthesized'

const { account } = MINIMAL
const { all, named, statementsOf } = synthesize({
  ...MINIMAL,
  name: 'mailed',
  notify: { failures: 'data-team@acme.example' },
})
const failure = named('aws_sns_topic', 'penstock-mailed-failure')
const sameAccount = { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] }

it('has a topic of failures and one of successes, both encrypted with the key, which is rotated', () => {
  const [key = {}] = all('aws_kms_key')
  expect(key).toMatchObject({ enable_key_rotation: true })
  expect(all('aws_sns_topic').map(({ name, kms_master_key_id }) => [name, kms_master_key_id])).toEqual(
    ['failure', 'success'].map((kind) => [`penstock-mailed-${kind}`, reference('aws_kms_key', key, 'arn')]),
  )
})

it('lets alarms of this account speak in the topic of failures, and use its key', () => {
  const cloudWatch = [{ type: 'Service', identifiers: ['cloudwatch.amazonaws.com'] }]
  const ofFailures = all('aws_sns_topic_policy').find(({ arn }) => arn === reference('aws_sns_topic', failure, 'arn'))
  expect(statementsOf(ofFailures?.['policy'])).toContainEqual(
    expect.objectContaining({ actions: ['sns:Publish'], principals: cloudWatch, condition: [sameAccount] }),
  )
  expect(statementsOf(all('aws_kms_key')[0]?.['policy'])).toContainEqual(
    expect.objectContaining({
      actions: expect.arrayContaining(['kms:GenerateDataKey', 'kms:Decrypt']),
      principals: cloudWatch,
      condition: [sameAccount],
    }),
  )
})

it('takes no notice without TLS', () => {
  const policies = all('aws_sns_topic_policy').map(({ policy }) => statementsOf(policy))
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
  expect(all('aws_sns_topic_subscription')).toEqual([
    expect.objectContaining({
      topic_arn: reference('aws_sns_topic', failure, 'arn'),
      protocol: 'email',
      endpoint: 'data-team@acme.example',
    }),
  ])
})
