import { rmSync } from 'node:fs'
import { TerraformStack, Testing } from 'cdktf'
import dev from '../../environments/dev'
import { LOCAL, QUEUES } from '../../environments/local/names'
import { QueueWithDeadLetters, type QueueWithDeadLettersProps } from '../../modules/queue-with-dead-letters'
import { type Block, reference, type Statement, synthesize } from './synthesized'

const { all, named: one, statementsOf: inDocument } = synthesize(dev)

/** The statements of the policy that a queue has. */
function statementsOf(queueUrl: string): readonly Statement[] {
  return inDocument(all('aws_sqs_queue_policy').find((block) => block['queue_url'] === queueUrl)?.['policy'])
}
const TLS_ONLY = {
  effect: 'Deny',
  principals: [{ type: '*', identifiers: ['*'] }],
  condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
}

it('has the queues that the embedded environment has', () => {
  const names = Object.values(QUEUES).map((name) => name.replace(LOCAL.name, dev.name))
  const dead = names.map((name) => `${name}-dead`)
  expect(
    all('aws_sqs_queue')
      .map(({ name }) => name)
      .sort(),
  ).toEqual([...names, ...dead].sort())
})

describe.each([
  ['penstock-dev-objects', 60],
  ['penstock-dev-wakes', 900],
])('the queue %s', (name, timeoutSeconds) => {
  const queue = one('aws_sqs_queue', name)
  const dead = one('aws_sqs_queue', `${name}-dead`)

  it('hands no message out while it is worked on, and parks it after five tries', () => {
    expect(queue).toMatchObject({ visibility_timeout_seconds: 6 * timeoutSeconds })
    expect(queue['redrive_policy']).toBe(
      `\${jsonencode({"deadLetterTargetArn" = ${reference('aws_sqs_queue', dead, 'arn').slice(2, -1)}, "maxReceiveCount" = 5})}`,
    )
  })

  it('leaves people a week at least, since the clock of a parked message runs from the day it was sent', () => {
    expect(dead).toMatchObject({ message_retention_seconds: 14 * 86_400 })
    expect(queue).toMatchObject({ message_retention_seconds: 7 * 86_400 })
  })

  it('is encrypted like its dead letters, and nobody reaches either without TLS', () => {
    for (const each of [queue, dead]) {
      expect(each).toMatchObject({ sqs_managed_sse_enabled: true })
      const own = { ...TLS_ONLY, actions: ['sqs:*'], resources: [reference('aws_sqs_queue', each, 'arn')] }
      expect(statementsOf(reference('aws_sqs_queue', each, 'url'))).toContainEqual(expect.objectContaining(own))
    }
  })

  it('alone may park in its dead-letter queue', () => {
    const allowed = all('aws_sqs_queue_redrive_allow_policy').filter(
      (block) => block['queue_url'] === reference('aws_sqs_queue', dead, 'url'),
    )
    const arn = reference('aws_sqs_queue', queue, 'arn').slice(2, -1)
    expect(allowed.map((block) => block['redrive_allow_policy'])).toEqual([
      `\${jsonencode({"redrivePermission" = "byQueue", "sourceQueueArns" = [${arn}]})}`,
    ])
  })

  it('raises an alarm in the topic of failures as soon as one message is parked', () => {
    const alarms = all('aws_cloudwatch_metric_alarm').filter(
      ({ dimensions }) => (dimensions as Block | undefined)?.['QueueName'] === reference('aws_sqs_queue', dead, 'name'),
    )
    expect(alarms).toEqual([
      expect.objectContaining({
        namespace: 'AWS/SQS',
        metric_name: 'ApproximateNumberOfMessagesVisible',
        statistic: 'Maximum',
        comparison_operator: 'GreaterThanThreshold',
        threshold: 0,
        alarm_description: expect.stringContaining('aws sqs start-message-move-task'),
        alarm_actions: [reference('aws_sns_topic', one('aws_sns_topic', 'penstock-dev-failure'), 'arn')],
      }),
    ])
  })
})

it('has one policy per queue: a second would take the place of the first', () => {
  const queues = all('aws_sqs_queue_policy').map((block) => block['queue_url'])
  expect([queues.length, new Set(queues).size]).toEqual([4, 4])
})

it('lets only the bucket of this account write into the queue of objects, and tells the bucket of it afterwards', () => {
  const url = reference('aws_sqs_queue', one('aws_sqs_queue', 'penstock-dev-objects'), 'url')
  const [bucket = {}] = all('aws_s3_bucket')
  expect(statementsOf(url).filter(({ effect }) => effect !== 'Deny')).toEqual([
    {
      actions: ['sqs:SendMessage'],
      resources: [reference('aws_sqs_queue', one('aws_sqs_queue', 'penstock-dev-objects'), 'arn')],
      principals: [{ type: 'Service', identifiers: ['s3.amazonaws.com'] }],
      condition: [
        { test: 'ArnEquals', variable: 'aws:SourceArn', values: [reference('aws_s3_bucket', bucket, 'arn')] },
        { test: 'StringEquals', variable: 'aws:SourceAccount', values: [dev.account] },
      ],
    },
  ])
  const policy = all('aws_sqs_queue_policy').find((block) => block['queue_url'] === url)
  expect(all('aws_s3_bucket_notification')).toMatchObject([{ depends_on: [`aws_sqs_queue_policy.${policy?.['id']}`] }])
})

describe('a queue that cannot be', () => {
  it.each<[Partial<QueueWithDeadLettersProps>, string]>([
    [{ consumerTimeoutSeconds: 901 }, 'consumerTimeoutSeconds is 901, and must be from 1 to 900'],
    [{ maxDeliveries: 4 }, 'maxDeliveries is 4, and must be from 5 to 1000'],
    [{ name: 'x'.repeat(76) }, 'the length of the name is 76, and must be from 1 to 75'],
  ])('is refused at synth with path, value and limit: %j', (wrong, message) => {
    const app = Testing.app()
    const stack = new TerraformStack(app, 'test')
    const props = { name: 'q', consumerTimeoutSeconds: 60, alarmTopicArn: 'arn:aws:sns:eu-west-1:111111111111:t' }
    new QueueWithDeadLetters(stack, 'queue', { ...props, ...wrong })
    try {
      expect(() => Testing.synth(stack, true)).toThrow(`[test/queue] ${message}`)
    } finally {
      rmSync(app.outdir, { recursive: true, force: true })
    }
  })
})
