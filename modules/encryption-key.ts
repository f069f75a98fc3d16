import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document'
import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias'
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key'
import { Construct } from 'constructs'
import { domainOf, partitionOf } from '../environments/partition'

export interface EncryptionKeyProps {
  /** Name of the key's alias, and how the names of the log groups go on after `/aws/lambda/`, e.g. `penstock-staging`. */
  readonly name: string
  readonly account: string
  readonly region: string
  /** Whether Terraform must never delete it: what it encrypts would be lost with it. */
  readonly protect: boolean
}

/** The one key of an environment. */
export interface Encryption {
  readonly arn: string
  /** How a person names it on a command line. */
  readonly shortName: string
}

/**
 * One key for everything that is kept: secrets, tables, logs, settings and notices. The functions may use it through their
 * roles; CloudWatch has no role, and is let in here.
 */
export class EncryptionKey extends Construct implements Encryption {
  readonly arn: string
  readonly shortName: string

  constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id)
    const key = new KmsKey(this, 'key', {
      description: `What ${props.name} keeps`,
      enableKeyRotation: true,
      policy: new DataAwsIamPolicyDocument(this, 'policy', { statement: statements(props) }).json,
      lifecycle: { preventDestroy: props.protect },
    })
    const alias = new KmsAlias(this, 'alias', { name: `alias/${props.name}`, targetKeyId: key.keyId })
    this.arn = key.arn
    this.shortName = alias.name
  }
}

function statements({ name, account, region }: EncryptionKeyProps): DataAwsIamPolicyDocumentStatement[] {
  const partition = partitionOf(region)
  return [
    {
      // Without it nobody could ever change the key again, not even the account itself.
      sid: 'AccountDecides',
      actions: ['kms:*'],
      resources: ['*'],
      principals: [{ type: 'AWS', identifiers: [`arn:${partition}:iam::${account}:root`] }],
    },
    {
      // CloudWatch may not use the key that SNS brings, and an alarm without a key is lost in silence.
      sid: 'AlarmsMaySpeak',
      actions: ['kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:Decrypt'],
      resources: ['*'],
      principals: [{ type: 'Service', identifiers: ['cloudwatch.amazonaws.com'] }],
      condition: [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] }],
    },
    {
      sid: 'LogsMayBeKept',
      actions: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
        'kms:GenerateDataKey',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:DescribeKey',
      ],
      resources: ['*'],
      principals: [{ type: 'Service', identifiers: [`logs.${region}.${domainOf(region)}`] }],
      condition: [
        {
          test: 'ArnLike',
          variable: 'kms:EncryptionContext:aws:logs:arn',
          values: [`arn:${partition}:logs:${region}:${account}:log-group:/aws/lambda/${name}-*`],
        },
      ],
    },
  ]
}
