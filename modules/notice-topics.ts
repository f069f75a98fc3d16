import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document'
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic'
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy'
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription'
import { Construct } from 'constructs'
import type { Told } from '../environments/infrastructure'

export interface NoticeTopicsProps {
  /** Prefix of the topics' names, e.g. `penstock-staging`. */
  readonly name: string
  /** The account whose alarms may speak there. */
  readonly account: string
  /** What the topics are encrypted with. CloudWatch may not use the key that SNS brings, so it must be one that lets it in. */
  readonly keyArn: string
  /** Who is told of failures and alarms. AWS asks each address to confirm. @default a topic that nobody is subscribed to */
  readonly failures?: Told | undefined
  /** Who is told of every load. @default a topic that nobody is subscribed to */
  readonly successes?: Told | undefined
}

/** Where people are told: a topic of failures, to which alarms go too, and one of successes. One that is given is left as it is. */
export class NoticeTopics extends Construct {
  readonly failureArn: string
  readonly successArn: string

  constructor(scope: Construct, id: string, props: NoticeTopicsProps) {
    super(scope, id)
    const mayAlsoSpeak = (topicArn: string) => [alarmsMaySpeak(topicArn, props.account)]
    this.failureArn = props.failures?.topicArn ?? topic(this, 'failure', props, props.failures?.mail, mayAlsoSpeak)
    this.successArn = props.successes?.topicArn ?? topic(this, 'success', props, props.successes?.mail, () => [])
  }
}

/** Notices quote values of malformed rows: they are encrypted. */
function topic(
  scope: Construct,
  kind: 'failure' | 'success',
  { name, keyArn }: NoticeTopicsProps,
  address: string | undefined,
  statements: (topicArn: string) => readonly DataAwsIamPolicyDocumentStatement[],
): string {
  const { arn } = new SnsTopic(scope, kind, { name: `${name}-${kind}`, kmsMasterKeyId: keyArn })
  const document = new DataAwsIamPolicyDocument(scope, `${kind}-policy-document`, {
    statement: [tlsOnly(arn), ...statements(arn)],
  })
  new SnsTopicPolicy(scope, `${kind}-policy`, { arn, policy: document.json })
  if (address !== undefined) {
    new SnsTopicSubscription(scope, `${kind}-mail`, { topicArn: arn, protocol: 'email', endpoint: address })
  }
  return arn
}

function tlsOnly(topicArn: string): DataAwsIamPolicyDocumentStatement {
  return {
    sid: 'TlsOnly',
    effect: 'Deny',
    actions: ['sns:Publish'],
    resources: [topicArn],
    principals: [{ type: '*', identifiers: ['*'] }],
    condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
  }
}

function alarmsMaySpeak(topicArn: string, account: string): DataAwsIamPolicyDocumentStatement {
  return {
    sid: 'AlarmsMaySpeak',
    actions: ['sns:Publish'],
    resources: [topicArn],
    principals: [{ type: 'Service', identifiers: ['cloudwatch.amazonaws.com'] }],
    condition: [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] }],
  }
}
