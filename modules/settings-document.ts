import { S3Object } from '@cdktf/provider-aws/lib/s3-object'
import { Construct } from 'constructs'
import type { S3Url } from '../lambda/model'
import type { SettingsInput } from '../lambda/settings'
import { PrivateBucket } from './private-bucket'

export interface SettingsDocumentProps {
  /** Name of its bucket, globally unique. */
  readonly bucket: string
  readonly keyArn: string
  readonly settings: SettingsInput
  /** Whether Terraform must never delete the bucket. */
  readonly protect: boolean
}

const KEY = 'settings.json'
const OLD_VERSIONS_DAYS = 365

/**
 * What the functions read: one object, so that a changed route changes one object, and no function is deployed for it. It lies
 * in a bucket of its own and not in the landing bucket, because it names the hosts to which passwords are sent: whoever
 * may write files must not be able to write that.
 */
export class SettingsDocument extends Construct {
  readonly url: S3Url
  readonly objectArn: string

  constructor(scope: Construct, id: string, props: SettingsDocumentProps) {
    super(scope, id)
    const bucket = new PrivateBucket(this, 'bucket', {
      bucket: props.bucket,
      keyArn: props.keyArn,
      keepsOldVersionsDays: OLD_VERSIONS_DAYS,
      protect: props.protect,
    })
    new S3Object(this, 'object', {
      bucket: bucket.bucketName,
      key: KEY,
      // One setting per line, so that a plan shows what changes.
      content: withoutTemplates(JSON.stringify(props.settings, null, 2)),
      contentType: 'application/json',
      // An object takes ten tags, and an environment may have more.
      overrideProvider: { defaultTags: { tags: {} } },
      dependsOn: [bucket.isEncrypted],
    })
    this.url = `s3://${props.bucket}/${KEY}`
    this.objectArn = `${bucket.arn}/${KEY}`
  }
}

/** Terraform would fill in `${…}` and `%{…}`. */
function withoutTemplates(text: string): string {
  // In a text to put in place, two dollars are one: not so in what a function returns.
  return text.replaceAll('${', () => '$${').replaceAll('%{', '%%{')
}
