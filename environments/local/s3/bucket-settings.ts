import { S3Error, type S3ErrorCode } from './errors'
import { parseNotificationRules } from './notification-rules'
import type { Bucket } from './object-store'
import type { S3Request } from './request'
import { bucketOf, type Operation, type S3World } from './world'
import { parseXml, tag, textOf, wrap, xml } from './xml'

/** A configuration of a bucket, kept as the text that was put. */
interface Setting {
  /** In the name of its operations, e.g. `BucketPolicy` in GetBucketPolicy. */
  readonly name: string
  /** What reading it gives while nothing was put. */
  readonly unset: { readonly error: S3ErrorCode } | { readonly document: string }
  /** What putting it changes here; most settings change nothing. */
  readonly apply?: (bucket: Bucket, document: string, request: S3Request, world: S3World) => void | Promise<void>
}

const NOTHING: Setting['unset'] = { error: 'NoSuchConfiguration' }

/** Settings by the query parameter that selects them. */
export const SETTINGS: Readonly<Record<string, Setting>> = {
  notification: {
    name: 'BucketNotificationConfiguration',
    unset: { document: xml('NotificationConfiguration', '') },
    apply: applyNotifications,
  },
  versioning: {
    name: 'BucketVersioning',
    unset: { document: xml('VersioningConfiguration', '') },
    apply: applyVersioning,
  },
  encryption: {
    name: 'BucketEncryption',
    unset: { error: 'ServerSideEncryptionConfigurationNotFoundError' },
  },
  policy: { name: 'BucketPolicy', unset: { error: 'NoSuchBucketPolicy' } },
  lifecycle: { name: 'BucketLifecycleConfiguration', unset: { error: 'NoSuchLifecycleConfiguration' } },
  cors: { name: 'BucketCors', unset: { error: 'NoSuchCORSConfiguration' } },
  tagging: { name: 'BucketTagging', unset: { error: 'NoSuchTagSet' } },
  publicAccessBlock: { name: 'PublicAccessBlock', unset: { error: 'NoSuchPublicAccessBlockConfiguration' } },
  ownershipControls: { name: 'BucketOwnershipControls', unset: { error: 'OwnershipControlsNotFoundError' } },
  logging: { name: 'BucketLogging', unset: { document: xml('BucketLoggingStatus', '') } },
  website: { name: 'BucketWebsite', unset: { error: 'NoSuchWebsiteConfiguration' } },
  replication: { name: 'BucketReplication', unset: { error: 'ReplicationConfigurationNotFoundError' } },
  'object-lock': { name: 'ObjectLockConfiguration', unset: { error: 'ObjectLockConfigurationNotFoundError' } },
  accelerate: {
    name: 'BucketAccelerateConfiguration',
    unset: { document: xml('AccelerateConfiguration', '') },
  },
  requestPayment: {
    name: 'BucketRequestPayment',
    unset: { document: xml('RequestPaymentConfiguration', tag('Payer', 'BucketOwner')) },
  },
  acl: { name: 'BucketAcl', unset: { document: ownerOnlyAcl() } },
  metrics: { name: 'BucketMetricsConfiguration', unset: NOTHING },
  inventory: { name: 'BucketInventoryConfiguration', unset: NOTHING },
  analytics: { name: 'BucketAnalyticsConfiguration', unset: NOTHING },
  'intelligent-tiering': { name: 'BucketIntelligentTieringConfiguration', unset: NOTHING },
}

/** Reads a setting. */
export function getSetting(parameter: string, { unset }: Setting): Operation {
  return (request, world) => {
    const document = bucketOf(request, world).settings.get(parameter)
    if (document === undefined && 'error' in unset) throw new S3Error(unset.error)
    return {
      status: 200,
      headers: parameter === 'policy' ? { 'content-type': 'application/json' } : {},
      body: document ?? ('document' in unset ? unset.document : ''),
    }
  }
}

/** Puts a setting. */
export function putSetting(parameter: string, { apply }: Setting): Operation {
  return async (request, world) => {
    const bucket = bucketOf(request, world)
    const document = request.body.bytes.toString()
    await apply?.(bucket, document, request, world)
    // A canned ACL comes in a header; who may do what isn't looked at here.
    if (document !== '') bucket.settings.set(parameter, document)
    return { status: parameter === 'policy' ? 204 : 200 }
  }
}

/** Takes a setting away. */
export function deleteSetting(parameter: string): Operation {
  return (request, world) => {
    bucketOf(request, world).settings.delete(parameter)
    return { status: 204 }
  }
}

async function applyNotifications(bucket: Bucket, document: string, request: S3Request, world: S3World): Promise<void> {
  const rules = parseNotificationRules(document)
  if (request.headers['x-amz-skip-destination-validation'] !== 'true') {
    await world.notify.probe(bucket, rules, request.id)
  }
  bucket.notifications = rules
}

function applyVersioning(bucket: Bucket, document: string): void {
  const root = parseXml(document)
  const status = root && textOf(root, 'Status')?.trim()
  if (status !== 'Enabled' && status !== 'Suspended') throw new S3Error('MalformedXML')
  bucket.versioning = status
}

function ownerOnlyAcl(): string {
  const owner = tag('ID', 'local')
  const grantee = `<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">${owner}</Grantee>`
  const grant = wrap('Grant', grantee + tag('Permission', 'FULL_CONTROL'))
  return xml('AccessControlPolicy', wrap('Owner', owner) + wrap('AccessControlList', grant))
}
