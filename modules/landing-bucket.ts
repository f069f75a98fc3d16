import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule'
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target'
import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document'
import { S3BucketNotification } from '@cdktf/provider-aws/lib/s3-bucket-notification'
import { Fn } from 'cdktf'
import { Construct } from 'constructs'
import { partitionOf } from '../environments/partition'
import { PrivateBucket } from './private-bucket'
import type { QueueWithDeadLetters } from './queue-with-dead-letters'

export interface LandingBucketProps {
  /** Prefix of what is made for a bucket that was there before, e.g. `penstock-staging`. */
  readonly name: string
  /** The bucket's name, and whether it was there before: then nothing of it is touched. */
  readonly bucket: { readonly name: string; readonly existing: boolean }
  readonly account: string
  readonly region: string
  /** The folder in which batches keep their objects, with a slash at its end: `_penstock/`. */
  readonly workFolder: string
  /** Who alone may write into that folder: the ARNs of the functions' roles. */
  readonly workersArns: readonly string[]
  /** The key that files are encrypted with. @default S3's own */
  readonly keyArn?: string | undefined
  /** Where its events go. */
  readonly queue: QueueWithDeadLetters
  /** Whether Terraform must never delete it. */
  readonly protect: boolean
}

/** What a batch was made of is of use while somebody may ask about it, that of a failed one for longer. */
const BATCHES_DAYS = 30
const FAILED_DAYS = 90
const OLD_VERSIONS_DAYS = 30

/**
 * The bucket in which files land, and which tells the queue of each. A bucket that was there before may have notifications of
 * its own, and it has one configuration for all of them: so its events come through EventBridge, whose rules leave each
 * other alone. EventBridge has to be switched on for it, once, by whoever owns it.
 */
export class LandingBucket extends Construct {
  readonly bucketName: string
  readonly arn: string

  constructor(scope: Construct, id: string, props: LandingBucketProps) {
    super(scope, id)
    if (props.bucket.existing) {
      this.bucketName = props.bucket.name
      this.arn = `arn:${partitionOf(props.region)}:s3:::${props.bucket.name}`
      tellThroughEventBridge(this, props)
      return
    }
    const bucket = new PrivateBucket(this, 'bucket', {
      bucket: props.bucket.name,
      keyArn: props.keyArn,
      keepsOldVersionsDays: OLD_VERSIONS_DAYS,
      expires: [
        { prefix: `${props.workFolder}batches/`, afterDays: BATCHES_DAYS },
        { prefix: `${props.workFolder}failed/`, afterDays: FAILED_DAYS },
      ],
      statements: (bucketArn) => [onlyWorkersWrite(`${bucketArn}/${props.workFolder}*`, props.workersArns)],
      protect: props.protect,
    })
    this.bucketName = bucket.bucketName
    this.arn = bucket.arn
    props.queue.allow({ service: 's3.amazonaws.com', sourceArn: bucket.arn, sourceAccount: props.account })
    // A bucket has one notification configuration: this resource owns it.
    new S3BucketNotification(this, 'notification', {
      bucket: bucket.bucketName,
      queue: [{ queueArn: props.queue.arn, events: ['s3:ObjectCreated:*'] }],
      // S3 tries to write as soon as it is told to.
      dependsOn: [props.queue.mayBeSentTo],
    })
  }
}

/** An event that EventBridge cannot deliver within a day is gone: the listing of the bucket finds its file. */
function tellThroughEventBridge(
  scope: Construct,
  { name, bucket, account, workFolder, queue }: LandingBucketProps,
): void {
  const rule = new CloudwatchEventRule(scope, 'rule', {
    name: `${name}-landed`,
    description: `Files that land in ${bucket.name}`,
    eventPattern: Fn.jsonencode({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      // What the loader itself writes need not be told of.
      detail: { bucket: { name: [bucket.name] }, object: { key: [{ 'anything-but': { prefix: workFolder } }] } },
    }),
  })
  queue.allow({ service: 'events.amazonaws.com', sourceArn: rule.arn, sourceAccount: account })
  new CloudwatchEventTarget(scope, 'target', { rule: rule.name, arn: queue.arn, dependsOn: [queue.mayBeSentTo] })
}

/** Whoever could write a manifest would choose what is loaded into any table, whatever the routes say. */
function onlyWorkersWrite(objectsArn: string, workersArns: readonly string[]): DataAwsIamPolicyDocumentStatement {
  return {
    sid: 'OnlyTheLoaderWritesManifests',
    effect: 'Deny',
    actions: ['s3:PutObject'],
    resources: [objectsArn],
    principals: [{ type: '*', identifiers: ['*'] }],
    condition: [{ test: 'ArnNotEquals', variable: 'aws:PrincipalArn', values: [...workersArns] }],
  }
}
