import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document'
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket'
import {
  S3BucketLifecycleConfiguration,
  type S3BucketLifecycleConfigurationRule,
} from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration'
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls'
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy'
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block'
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration'
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning'
import type { ITerraformDependable } from 'cdktf'
import { Construct } from 'constructs'
import { outOfRange } from './out-of-range'

export interface PrivateBucketProps {
  /** Name of the bucket, globally unique, 3–63 characters. */
  readonly bucket: string
  /** The key that new objects are encrypted with. @default S3's own */
  readonly keyArn?: string | undefined
  /** Days for which what was overwritten or deleted can still be fetched. */
  readonly keepsOldVersionsDays: number
  /** Objects that expire, each prefix with its days. @default none */
  readonly expires?: readonly { readonly prefix: string; readonly afterDays: number }[]
  /** Statements beside the one that nobody comes without TLS. @default none */
  readonly statements?: (bucketArn: string) => readonly DataAwsIamPolicyDocumentStatement[]
  /** Whether Terraform must never delete it. */
  readonly protect: boolean
}

/** A bucket that is encrypted, private, versioned, and reached over TLS only. */
export class PrivateBucket extends Construct {
  readonly arn: string
  readonly bucketName: string
  /** What has to be there before the first object is. */
  readonly isEncrypted: ITerraformDependable

  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id)
    this.node.addValidation({
      validate: () => [
        ...outOfRange('the length of the name', props.bucket.length, 3, 63),
        ...outOfRange('keepsOldVersionsDays', props.keepsOldVersionsDays, 1, 36_500),
      ],
    })
    const {
      bucket,
      id: bucketId,
      arn,
    } = new S3Bucket(this, 'bucket', {
      bucket: props.bucket,
      lifecycle: { preventDestroy: props.protect },
    })
    this.bucketName = bucket
    this.arn = arn
    const publicAccess = new S3BucketPublicAccessBlock(this, 'public-access', {
      bucket: bucketId,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    })
    // What another account uploads is ours to read.
    new S3BucketOwnershipControls(this, 'ownership', {
      bucket: bucketId,
      rule: { objectOwnership: 'BucketOwnerEnforced' },
    })
    this.isEncrypted = new S3BucketServerSideEncryptionConfigurationA(this, 'encryption', {
      bucket: bucketId,
      rule: [encryption(props.keyArn)],
    })
    const versioning = new S3BucketVersioningA(this, 'versioning', {
      bucket: bucketId,
      versioningConfiguration: { status: 'Enabled' },
    })
    new S3BucketLifecycleConfiguration(this, 'lifecycle', {
      bucket: bucketId,
      rule: rules(props),
      // Rules on old versions need a bucket that keeps them.
      dependsOn: [versioning],
    })
    new S3BucketPolicy(this, 'policy', {
      bucket: bucketId,
      policy: new DataAwsIamPolicyDocument(this, 'policy-document', {
        statement: [tlsOnly(arn), ...(props.statements?.(arn) ?? [])],
      }).json,
      // S3 refuses two changes of a bucket's access at once.
      dependsOn: [publicAccess],
    })
  }
}

function encryption(keyArn: string | undefined) {
  return keyArn === undefined
    ? { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }
    : {
        applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: keyArn },
        bucketKeyEnabled: true,
      }
}

/** Takes away parts of uploads that were never put together, old versions, and what outlived its use. */
function rules({ keepsOldVersionsDays, expires = [] }: PrivateBucketProps): S3BucketLifecycleConfigurationRule[] {
  return [
    {
      id: 'leftovers',
      status: 'Enabled',
      filter: [{ prefix: '' }],
      abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }],
      noncurrentVersionExpiration: [{ noncurrentDays: keepsOldVersionsDays }],
      expiration: [{ expiredObjectDeleteMarker: true }],
    },
    ...expires.map(({ prefix, afterDays }) => ({
      id: prefix,
      status: 'Enabled',
      filter: [{ prefix }],
      expiration: [{ days: afterDays }],
      noncurrentVersionExpiration: [{ noncurrentDays: 1 }],
    })),
  ]
}

function tlsOnly(bucketArn: string): DataAwsIamPolicyDocumentStatement {
  return {
    sid: 'TlsOnly',
    effect: 'Deny',
    actions: ['s3:*'],
    resources: [bucketArn, `${bucketArn}/*`],
    principals: [{ type: '*', identifiers: ['*'] }],
    condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
  }
}
