import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket'
import { S3BucketNotification } from '@cdktf/provider-aws/lib/s3-bucket-notification'
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block'
import { Construct } from 'constructs'
import type { QueueWithDeadLetters } from './queue-with-dead-letters'

export interface LandingBucketProps {
  /** Name of the bucket, globally unique. */
  readonly bucket: string
  /** The account that owns it. */
  readonly account: string
  /** Where its events go. */
  readonly queue: QueueWithDeadLetters
}

/** The bucket in which files land, and which tells the queue of each. */
export class LandingBucket extends Construct {
  readonly bucketName: string

  constructor(scope: Construct, id: string, props: LandingBucketProps) {
    super(scope, id)
    const bucket = new S3Bucket(this, 'bucket', { bucket: props.bucket })
    new S3BucketPublicAccessBlock(this, 'public-access', {
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    })
    props.queue.allow({ service: 's3.amazonaws.com', sourceArn: bucket.arn, sourceAccount: props.account })
    // A bucket has one notification configuration: this resource owns it.
    new S3BucketNotification(this, 'notification', {
      bucket: bucket.id,
      queue: [{ queueArn: props.queue.arn, events: ['s3:ObjectCreated:*'] }],
      // S3 tries to write as soon as it is told to.
      dependsOn: [props.queue.mayBeSentTo],
    })
    this.bucketName = bucket.bucket
  }
}
