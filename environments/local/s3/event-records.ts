import { randomUUID } from 'node:crypto'
import { UNVERSIONED, type Version } from './object-store'

/** Something that happened to an object, before it takes the shape of one kind of notification. */
export interface ObjectEvent {
  /** E.g. `ObjectCreated:Put`, without `s3:`. */
  readonly name: EventName
  readonly bucket: string
  readonly version: Version
  /** Orders the events of one key: hexadecimal, of even width, ever growing. */
  readonly sequencer: string
  readonly at: Date
  readonly requestId: string
}

export type EventName = keyof typeof EVENT_BRIDGE

// How EventBridge words each event: detail-type, reason and, for removals, the kind of removal.
const EVENT_BRIDGE = {
  'ObjectCreated:Put': ['Object Created', 'PutObject'],
  'ObjectCreated:Post': ['Object Created', 'POST Object'],
  'ObjectCreated:Copy': ['Object Created', 'CopyObject'],
  'ObjectCreated:CompleteMultipartUpload': ['Object Created', 'CompleteMultipartUpload'],
  'ObjectRemoved:Delete': ['Object Deleted', 'DeleteObject', 'Permanently Deleted'],
  'ObjectRemoved:DeleteMarkerCreated': ['Object Deleted', 'DeleteObject', 'Delete Marker Created'],
  'ObjectTagging:Put': ['Object Tags Added', undefined],
  'ObjectTagging:Delete': ['Object Tags Deleted', undefined],
} as const

// The owner of everything here; the same account as that of the queues and topics beside this server.
const ACCOUNT = '000000000000'

/** The message that queues, topics and functions receive: one record, its key form-encoded. */
export function notificationOf(event: ObjectEvent, configurationId: string, region: string): object {
  const { version } = event
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: event.at.toISOString(),
        eventName: event.name,
        userIdentity: { principalId: `AWS:${ACCOUNT}` },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': event.requestId, 'x-amz-id-2': event.requestId },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId,
          bucket: {
            name: event.bucket,
            ownerIdentity: { principalId: ACCOUNT },
            arn: `arn:aws:s3:::${event.bucket}`,
          },
          object: {
            key: encodeKey(version.key),
            ...(hasContent(event) && version.kind === 'object' ? { size: version.size, eTag: version.etag } : {}),
            ...(version.versionId === UNVERSIONED ? {} : { versionId: version.versionId }),
            sequencer: event.sequencer,
          },
        },
      },
    ],
  }
}

/** The event that EventBridge receives: other names for the same fields, the key as it is, whole seconds. */
export function eventBridgeEventOf(event: ObjectEvent, region: string): object {
  const { version } = event
  const [detailType, reason, deletion] = EVENT_BRIDGE[event.name]
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source: 'aws.s3',
    account: ACCOUNT,
    time: `${event.at.toISOString().slice(0, 19)}Z`,
    region,
    resources: [`arn:aws:s3:::${event.bucket}`],
    detail: {
      version: '0',
      bucket: { name: event.bucket },
      object: {
        key: version.key,
        ...(hasContent(event) && version.kind === 'object' ? { size: version.size, etag: version.etag } : {}),
        ...(version.versionId === UNVERSIONED ? {} : { 'version-id': version.versionId }),
        sequencer: event.sequencer,
      },
      'request-id': event.requestId,
      requester: ACCOUNT,
      'source-ip-address': '127.0.0.1',
      ...(reason === undefined ? {} : { reason }),
      ...(deletion === undefined ? {} : { 'deletion-type': deletion }),
    },
  }
}

/** The message by which S3 tries a destination when a configuration is put. */
export function testEvent(bucket: string, at: Date, requestId: string): object {
  return {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: at.toISOString(),
    Bucket: bucket,
    RequestId: requestId,
    HostId: requestId,
  }
}

/** A key as it stands in a notification: form encoding (a space is `+`), except that slashes stay. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/%20/g, '+')
    .replace(/%2F/g, '/')
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Makes sequencers. They go by the clock, so that those after a restart are greater than those before it. */
export function makeSequencer(now: () => number = Date.now): () => string {
  let last = 0n
  return () => {
    const byClock = BigInt(now()) << 20n
    last = byClock > last ? byClock : last + 1n
    return last.toString(16).toUpperCase().padStart(18, '0')
  }
}

function hasContent(event: ObjectEvent): boolean {
  return !event.name.startsWith('ObjectRemoved:')
}
