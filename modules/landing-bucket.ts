import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document'
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket'
import { S3BucketNotification } from '@cdktf/provider-aws/lib/s3-bucket-notification'
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block'
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy'
import { Construct } from 'constructs'
import type { ObjectQueue } from './object-queue'

export interface LandingBucketProps {
  /** Name of the bucket, globally unique. */
  readonly bucket: string
  /** Where its events go. */
  readonly queue: ObjectQueue
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
    const allowed = new SqsQueuePolicy(this, 'queue-policy', {
      queueUrl: props.queue.url,
      policy: mayTell(this, bucket, props.queue).json,
    })
    // A bucket has one notification configuration: this resource owns it.
    new S3BucketNotification(this, 'notification', {
      bucket: bucket.id,
      queue: [{ queueArn: props.queue.arn, events: ['s3:ObjectCreated:*'] }],
      dependsOn: [allowed],
    })
    this.bucketName = bucket.bucket
  }
}

/** Only this bucket may write into the queue. */
function mayTell(scope: Construct, bucket: S3Bucket, queue: ObjectQueue): DataAwsIamPolicyDocument {
  return new DataAwsIamPolicyDocument(scope, 'bucket-may-tell', {
    statement: [
      {
        actions: ['sqs:SendMessage'],
        resources: [queue.arn],
        principals: [{ type: 'Service', identifiers: ['s3.amazonaws.com'] }],
        condition: [{ test: 'ArnEquals', variable: 'aws:SourceArn', values: [bucket.arn] }],
      },
    ],
  })
}
