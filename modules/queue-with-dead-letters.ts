import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm'
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document'
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue'
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy'
import { SqsQueueRedriveAllowPolicy } from '@cdktf/provider-aws/lib/sqs-queue-redrive-allow-policy'
import { Fn } from 'cdktf'
import { Construct } from 'constructs'
import { outOfRange } from './out-of-range'

export interface QueueWithDeadLettersProps {
  /** Name of the queue, e.g. `penstock-staging-objects`. That of its dead letters ends in `-dead`. */
  readonly name: string
  /** Timeout of the function that reads the queue, 1–900. Visibility is derived from it, never set by hand. */
  readonly consumerTimeoutSeconds: number
  /**
   * Deliveries before a message is parked, 5–1000. Lambda's own pollers use some up when the function is throttled, so
   * fewer would park messages that nobody has tried.
   * @default 5
   */
  readonly maxDeliveries?: number
  /** Where it is told that something is parked: the ARN of a topic that CloudWatch may publish to. */
  readonly alarmTopicArn: string
}

/** A service that may write into a queue, on behalf of one resource of one account and of nobody else's. */
export interface Sender {
  /** For instance `s3.amazonaws.com`. */
  readonly service: string
  readonly sourceArn: string
  readonly sourceAccount: string
}

const DAY_SECONDS = 24 * 3600
/** SQS's longest retention: time to look at what was parked. */
const DEAD_RETENTION_SECONDS = 14 * DAY_SECONDS
/**
 * The clock of a parked message runs from the day it was first sent, so the queue's own retention is taken off the time that
 * people have: half leaves them a week, whatever happened before.
 */
const RETENTION_SECONDS = 7 * DAY_SECONDS

/** A queue that a function reads, its dead-letter queue, and the alarm that tells of what is parked there. */
export class QueueWithDeadLetters extends Construct {
  readonly queueName: string
  readonly arn: string
  readonly url: string
  readonly deadLettersName: string
  readonly deadLettersArn: string
  readonly deadLettersUrl: string
  readonly alarmArn: string
  private readonly senders: Sender[] = []
  private readonly policy: DataAwsIamPolicyDocument
  /** What has to be there before a sender is told to send: services try it at once. */
  readonly mayBeSentTo: SqsQueuePolicy

  constructor(scope: Construct, id: string, props: QueueWithDeadLettersProps) {
    super(scope, id)
    const { name, consumerTimeoutSeconds, maxDeliveries = 5, alarmTopicArn } = props
    this.node.addValidation({
      validate: () => [
        ...outOfRange('consumerTimeoutSeconds', consumerTimeoutSeconds, 1, 900),
        ...outOfRange('maxDeliveries', maxDeliveries, 5, 1_000),
        ...outOfRange('the length of the name', name.length, 1, 80 - DEAD_SUFFIX.length),
      ],
    })

    const dead = new SqsQueue(this, 'dead', {
      name: `${name}${DEAD_SUFFIX}`,
      messageRetentionSeconds: DEAD_RETENTION_SECONDS,
      sqsManagedSseEnabled: true,
    })
    const queue = new SqsQueue(this, 'queue', {
      name,
      // Lambda asks for six times the function's timeout, so that a message is not handed out while it is worked on.
      visibilityTimeoutSeconds: 6 * consumerTimeoutSeconds,
      messageRetentionSeconds: RETENTION_SECONDS,
      sqsManagedSseEnabled: true,
      redrivePolicy: Fn.jsonencode({ deadLetterTargetArn: dead.arn, maxReceiveCount: maxDeliveries }),
    })
    new SqsQueueRedriveAllowPolicy(this, 'dead-takes-from', {
      queueUrl: dead.url,
      redriveAllowPolicy: Fn.jsonencode({ redrivePermission: 'byQueue', sourceQueueArns: [queue.arn] }),
    })
    this.queueName = queue.name
    this.arn = queue.arn
    this.url = queue.url
    this.deadLettersName = dead.name
    this.deadLettersArn = dead.arn
    this.deadLettersUrl = dead.url

    this.policy = new DataAwsIamPolicyDocument(this, 'policy-document', { statement: [tlsOnly(queue.arn)] })
    this.mayBeSentTo = new SqsQueuePolicy(this, 'policy', { queueUrl: queue.url, policy: this.policy.json })
    new SqsQueuePolicy(this, 'dead-policy', {
      queueUrl: dead.url,
      policy: new DataAwsIamPolicyDocument(this, 'dead-policy-document', { statement: [tlsOnly(dead.arn)] }).json,
    })

    this.alarmArn = new CloudwatchMetricAlarm(this, 'dead-letters-alarm', {
      alarmName: `${name}-dead-letters`,
      alarmDescription: `Messages of ${name} were given up and lie in ${name}${DEAD_SUFFIX}. The log of its function tells why; once that is mended, drive them back with aws sqs start-message-move-task.`,
      namespace: 'AWS/SQS',
      metricName: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: dead.name },
      statistic: 'Maximum',
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 0,
      period: 60,
      evaluationPeriods: 1,
      // SQS stops reporting a queue in which nothing has happened for hours.
      treatMissingData: 'notBreaching',
      alarmActions: [alarmTopicArn],
    }).arn
  }

  /** Lets a service write. A queue has one policy, so this is the only way to it. */
  allow(sender: Sender): void {
    this.senders.push(sender)
    this.policy.putStatement([tlsOnly(this.arn), ...this.senders.map((one) => maySend(one, this.arn))])
  }
}

const DEAD_SUFFIX = '-dead'

function tlsOnly(queueArn: string): DataAwsIamPolicyDocumentStatement {
  return {
    sid: 'TlsOnly',
    effect: 'Deny',
    actions: ['sqs:*'],
    resources: [queueArn],
    principals: [{ type: '*', identifiers: ['*'] }],
    condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
  }
}

function maySend({ service, sourceArn, sourceAccount }: Sender, queueArn: string): DataAwsIamPolicyDocumentStatement {
  return {
    actions: ['sqs:SendMessage'],
    resources: [queueArn],
    principals: [{ type: 'Service', identifiers: [service] }],
    condition: [
      { test: 'ArnEquals', variable: 'aws:SourceArn', values: [sourceArn] },
      // A bucket's ARN names no account: one that was deleted and made anew by somebody else has the same.
      { test: 'StringEquals', variable: 'aws:SourceAccount', values: [sourceAccount] },
    ],
  }
}
