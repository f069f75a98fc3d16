/** Events as AWS sends them, shortened by what nobody reads. */

interface Said {
  readonly key?: string
  readonly eventName?: string
  readonly eventTime?: unknown
  readonly bucket?: Readonly<Record<string, unknown>>
  readonly object?: Readonly<Record<string, unknown>>
}

/** One entry of `Records`; the key as S3 would encode it. */
export function aRecord({ key = 'orders/a.csv', eventName = 'ObjectCreated:Put', object, ...rest }: Said = {}) {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'eu-west-1',
    eventTime: 'eventTime' in rest ? rest.eventTime : '2026-11-20T14:02:11.123Z',
    eventName,
    userIdentity: { principalId: 'AWS:AROA' },
    requestParameters: { sourceIPAddress: '10.0.0.1' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'landing',
      bucket: { name: 'landing', arn: 'arn:aws:s3:::landing', ...rest.bucket },
      object: { key, size: 7, eTag: '0cc175b9', sequencer: '0055AED6DCD90281E5', ...object },
    },
  }
}

export function aNotification(...records: readonly unknown[]) {
  return { Records: records.length > 0 ? records : [aRecord()] }
}

/** The key raw, as EventBridge has it. */
export function anEventBridgeEvent(
  { key = 'orders/a.csv', object, detailType = 'Object Created', source = 'aws.s3' } = {} as {
    key?: string
    object?: Readonly<Record<string, unknown>>
    detailType?: string
    source?: string
  },
) {
  return {
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': detailType,
    source,
    account: '111122223333',
    time: '2026-11-20T14:02:11Z',
    region: 'eu-west-1',
    resources: ['arn:aws:s3:::landing'],
    detail: {
      version: '0',
      bucket: { name: 'landing' },
      object: { key, size: 7, etag: '0cc175b9', 'version-id': 'v1', sequencer: '0055AED6DCD90281E5', ...object },
      'request-id': 'N4N7GDK58NMKJ12R',
      requester: '123456789012',
      reason: 'PutObject',
    },
  }
}

export function inSns(payload: unknown) {
  return {
    Type: 'Notification',
    MessageId: '5b1e',
    TopicArn: 'arn:aws:sns:eu-west-1:111122223333:landing',
    Subject: 'Amazon S3 Notification',
    Message: JSON.stringify(payload),
    Timestamp: '2026-11-20T14:02:11.500Z',
  }
}

/** What a function that subscribed to a topic is invoked with. */
export function asSnsEvent(...payloads: readonly unknown[]) {
  return { Records: payloads.map((payload) => ({ EventSource: 'aws:sns', EventVersion: '1.0', Sns: inSns(payload) })) }
}

export function asSqsEvent(...bodies: readonly string[]) {
  return { Records: bodies.map((body, index) => ({ messageId: `m${index}`, eventSource: 'aws:sqs', body })) }
}
