import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document'
import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias'
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key'
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic'
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy'
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription'
import { Construct } from 'constructs'

export interface NoticeTopicsProps {
  /** Prefix of the topics' names, e.g. `penstock-staging`. */
  readonly name: string
  /** The account whose alarms may speak there. */
  readonly account: string
  /** Who is told of failures and alarms, by mail. AWS asks each address to confirm. @default nobody */
  readonly failuresTo?: string | undefined
  /** Who is told of every load, by mail. @default nobody */
  readonly successesTo?: string | undefined
}

/** Where people are told: a topic of failures, to which alarms go too, and one of successes. */
export class NoticeTopics extends Construct {
  readonly failureArn: string
  readonly successArn: string
  /** Whoever publishes needs `kms:GenerateDataKey*` and `kms:Decrypt` on it. */
  readonly keyArn: string

  constructor(scope: Construct, id: string, props: NoticeTopicsProps) {
    super(scope, id)
    const { name, account } = props
    // Notices quote values of malformed rows. The key is our own because CloudWatch may not use the one that SNS brings,
    // and an alarm without it is lost in silence.
    const key = new KmsKey(this, 'key', {
      description: `Notices of ${name}`,
      enableKeyRotation: true,
      policy: new DataAwsIamPolicyDocument(this, 'key-policy', { statement: keyStatements(account) }).json,
    })
    new KmsAlias(this, 'key-alias', { name: `alias/${name}-notices`, targetKeyId: key.keyId })
    this.keyArn = key.arn

    const failure = new SnsTopic(this, 'failure', { name: `${name}-failure`, kmsMasterKeyId: key.arn })
    const success = new SnsTopic(this, 'success', { name: `${name}-success`, kmsMasterKeyId: key.arn })
    this.failureArn = failure.arn
    this.successArn = success.arn
    topicPolicy(this, 'failure-policy', failure, [alarmsMaySpeak(failure.arn, account)])
    topicPolicy(this, 'success-policy', success, [])
    mail(this, 'failure-mail', failure, props.failuresTo)
    mail(this, 'success-mail', success, props.successesTo)
  }
}

/** Without the first statement nobody could ever change the key again, not even the account itself. */
function keyStatements(account: string): DataAwsIamPolicyDocumentStatement[] {
  return [
    {
      sid: 'AccountDecides',
      actions: ['kms:*'],
      resources: ['*'],
      principals: [{ type: 'AWS', identifiers: [account] }],
    },
    {
      sid: 'AlarmsMaySpeak',
      actions: ['kms:GenerateDataKey*', 'kms:Decrypt'],
      resources: ['*'],
      principals: [{ type: 'Service', identifiers: ['cloudwatch.amazonaws.com'] }],
      condition: [sameAccount(account)],
    },
  ]
}

function alarmsMaySpeak(topicArn: string, account: string): DataAwsIamPolicyDocumentStatement {
  return {
    sid: 'AlarmsMaySpeak',
    actions: ['sns:Publish'],
    resources: [topicArn],
    principals: [{ type: 'Service', identifiers: ['cloudwatch.amazonaws.com'] }],
    condition: [sameAccount(account)],
  }
}

function topicPolicy(
  scope: Construct,
  id: string,
  topic: SnsTopic,
  statements: readonly DataAwsIamPolicyDocumentStatement[],
): void {
  const tlsOnly: DataAwsIamPolicyDocumentStatement = {
    sid: 'TlsOnly',
    effect: 'Deny',
    actions: ['sns:Publish'],
    resources: [topic.arn],
    principals: [{ type: '*', identifiers: ['*'] }],
    condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
  }
  const document = new DataAwsIamPolicyDocument(scope, `${id}-document`, { statement: [tlsOnly, ...statements] })
  new SnsTopicPolicy(scope, id, { arn: topic.arn, policy: document.json })
}

function mail(scope: Construct, id: string, topic: SnsTopic, address: string | undefined): void {
  if (address === undefined) return
  new SnsTopicSubscription(scope, id, { topicArn: topic.arn, protocol: 'email', endpoint: address })
}

function sameAccount(account: string) {
  return { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] }
}
