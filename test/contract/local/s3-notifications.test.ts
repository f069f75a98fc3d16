import {
  CopyObjectCommand,
  DeleteObjectCommand,
  type Event,
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3'
import type { S3Event } from 'aws-lambda'
import fc from 'fast-check'
import { encodeKey, makeSequencer } from '../../../environments/local/s3/event-records'
import { type AnS3, anS3, refusalOf } from './an-s3'

let s3: AnS3
beforeEach(async () => {
  s3 = await anS3()
})
afterEach(() => s3.stop())

const Bucket = 'lake'
const QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:arrivals'
const TOPIC = 'arn:aws:sns:eu-west-1:000000000000:arrivals'
const FUNCTION = 'arn:aws:lambda:eu-west-1:000000000000:function:on-object'
const CREATED: Event[] = ['s3:ObjectCreated:*']

function configure(NotificationConfiguration: NotificationConfiguration) {
  return s3.client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }))
}

function filter(prefix: string, suffix = '') {
  const FilterRules = [
    { Name: 'prefix' as const, Value: prefix },
    { Name: 'suffix' as const, Value: suffix },
  ]
  return { Key: { FilterRules } }
}

function put(Key: string) {
  return s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'id\n1\n' }))
}

async function records(kind = 'queue'): Promise<S3Event['Records']> {
  await s3.server.settled()
  return s3.delivered
    .filter(({ to }) => to.kind === kind)
    .flatMap(({ event }) => (event as Partial<S3Event>).Records ?? [])
}

async function keys(): Promise<string[]> {
  return (await records()).map((record) => decodeURIComponent(record.s3.object.key.replace(/\+/g, ' ')))
}

async function bridged() {
  await s3.server.settled()
  return s3.delivered.filter(({ to }) => to.kind === 'event-bridge').map(({ event }) => event)
}

describe('a notification configuration', () => {
  it('sends the test event to each destination when it is put, but not to EventBridge', async () => {
    await configure({
      QueueConfigurations: [{ QueueArn: QUEUE, Events: CREATED, Filter: filter('a/') }],
      TopicConfigurations: [{ TopicArn: TOPIC, Events: CREATED, Filter: filter('b/') }],
      EventBridgeConfiguration: {},
    })
    const event = { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket, Time: expect.any(String) }
    expect(s3.delivered).toEqual([
      { to: { kind: 'queue', arn: QUEUE }, event: expect.objectContaining(event) },
      { to: { kind: 'topic', arn: TOPIC }, event: expect.objectContaining(event) },
    ])
    expect(s3.delivered[0]?.event).not.toHaveProperty('Records')
  })

  it('replaces the whole one before it, and reads back as it was put', async () => {
    await configure({ QueueConfigurations: [{ Id: 'one', QueueArn: QUEUE, Events: CREATED }] })
    await configure({ TopicConfigurations: [{ Id: 'two', TopicArn: TOPIC, Events: CREATED }] })
    const { QueueConfigurations, TopicConfigurations } = await s3.client.send(
      new GetBucketNotificationConfigurationCommand({ Bucket }),
    )
    expect([QueueConfigurations, TopicConfigurations]).toEqual([
      undefined,
      [{ Id: 'two', TopicArn: TOPIC, Events: CREATED }],
    ])
    await put('k')
    expect([(await records('queue')).length, (await records('topic')).length]).toEqual([0, 1])
    await configure({})
    await put('k')
    expect((await records('topic')).length).toBe(1)
  })

  it('is refused when two of its parts want the same events of the same keys', async () => {
    const two = (first: ReturnType<typeof filter>, second: ReturnType<typeof filter>, events = CREATED) =>
      configure({
        QueueConfigurations: [{ QueueArn: QUEUE, Events: CREATED, Filter: first }],
        TopicConfigurations: [{ TopicArn: TOPIC, Events: events, Filter: second }],
      })
    expect(await refusalOf(two(filter('in/'), filter('in/sub/')))).toBe('400 InvalidArgument')
    expect(await refusalOf(two(filter(''), filter('x/', '.csv'), ['s3:ObjectCreated:Put']))).toBe('400 InvalidArgument')
    expect(await refusalOf(two(filter('in/', '.csv'), filter('in/', '.json')))).toBe('accepted')
    expect(await refusalOf(two(filter('in/'), filter('in/'), ['s3:ObjectRemoved:*']))).toBe('accepted')
  })

  it('is refused for a FIFO queue, an unknown event, and a destination that cannot be reached', async () => {
    const one = (QueueArn: string, Events: Event[] = CREATED) =>
      configure({ QueueConfigurations: [{ QueueArn, Events }] })
    expect(await refusalOf(one(`${QUEUE}.fifo`))).toBe('400 InvalidArgument')
    expect(await refusalOf(one(QUEUE, ['s3:ObjectEaten:*' as Event]))).toBe('400 InvalidArgument')
    s3.failingDeliveries = 99
    expect(await refusalOf(one(QUEUE))).toBe('400 InvalidArgument')
  })
})

describe('events', () => {
  it('come as one record in the shape of AWS, the key form-encoded', async () => {
    await configure({ QueueConfigurations: [{ Id: 'arrivals', QueueArn: QUEUE, Events: CREATED }] })
    const { ETag } = await put('a b+c%20é=1/ü&.csv')
    expect(await records()).toEqual([
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'eu-west-1',
        eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: expect.any(String) },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': expect.any(String), 'x-amz-id-2': expect.any(String) },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'arrivals',
          bucket: { name: 'lake', ownerIdentity: { principalId: expect.any(String) }, arn: 'arn:aws:s3:::lake' },
          object: {
            key: 'a+b%2Bc%2520%C3%A9%3D1/%C3%BC%26.csv',
            size: 5,
            eTag: ETag?.replaceAll('"', ''),
            sequencer: expect.stringMatching(/^[0-9A-F]{18,}$/),
          },
        },
      },
    ])
  })

  it('come to EventBridge with the key as it is, other names, and whole seconds', async () => {
    await s3.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
    await configure({ EventBridgeConfiguration: {} })
    const { ETag, VersionId } = await put('a b+c%20é=1/ü&.csv')
    expect(await bridged()).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        'detail-type': 'Object Created',
        source: 'aws.s3',
        account: '000000000000',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        region: 'eu-west-1',
        resources: ['arn:aws:s3:::lake'],
        detail: {
          version: '0',
          bucket: { name: 'lake' },
          object: {
            key: 'a b+c%20é=1/ü&.csv',
            size: 5,
            etag: ETag?.replaceAll('"', ''),
            'version-id': VersionId,
            sequencer: expect.any(String),
          },
          'request-id': expect.any(String),
          requester: '000000000000',
          'source-ip-address': '127.0.0.1',
          reason: 'PutObject',
        },
      },
    ])
  })

  it('name what happened to the object', async () => {
    const events: Event[] = ['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:ObjectTagging:*']
    await configure({ QueueConfigurations: [{ QueueArn: QUEUE, Events: events }], EventBridgeConfiguration: {} })
    await put('k')
    await s3.client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: 'lake/k' }))
    await s3.client.send(new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet: [] } }))
    const form = new FormData()
    form.set('key', 'form')
    form.set('file', new Blob(['x']))
    await fetch(`${s3.server.endpoint}/lake`, { method: 'POST', body: form })
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
    await s3.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'copy' }))
    expect((await records()).map(({ eventName }) => eventName)).toEqual([
      'ObjectCreated:Put',
      'ObjectCreated:Copy',
      'ObjectTagging:Put',
      'ObjectCreated:Post',
      'ObjectRemoved:Delete',
      'ObjectRemoved:DeleteMarkerCreated',
    ])
    const told = (await bridged()) as { 'detail-type': string; detail: { reason?: string; 'deletion-type'?: string } }[]
    expect(told.map((event) => [event['detail-type'], event.detail.reason, event.detail['deletion-type']])).toEqual([
      ['Object Created', 'PutObject', undefined],
      ['Object Created', 'CopyObject', undefined],
      ['Object Tags Added', undefined, undefined],
      ['Object Created', 'POST Object', undefined],
      ['Object Deleted', 'DeleteObject', 'Permanently Deleted'],
      ['Object Deleted', 'DeleteObject', 'Delete Marker Created'],
    ])
  })

  it('go only to those whose prefix, suffix and event type fit', async () => {
    await configure({
      QueueConfigurations: [{ QueueArn: QUEUE, Events: ['s3:ObjectCreated:Put'], Filter: filter('in/', '.csv') }],
      TopicConfigurations: [{ TopicArn: TOPIC, Events: ['s3:ObjectCreated:Copy'], Filter: filter('in/') }],
      LambdaFunctionConfigurations: [{ LambdaFunctionArn: FUNCTION, Events: CREATED, Filter: filter('other/') }],
    })
    await put('in/yes.csv')
    await put('in/no.txt')
    await put('out/no.csv')
    await put('other/function')
    await s3.client.send(new CopyObjectCommand({ Bucket, Key: 'in/copy.csv', CopySource: 'lake/out/no.csv' }))
    expect(await keys()).toEqual(['in/yes.csv'])
    expect((await records('topic')).map((record) => record.s3.object.key)).toEqual(['in/copy.csv'])
    expect((await records('function')).map((record) => record.s3.object.key)).toEqual(['other/function'])
  })

  it('are filtered by values that are URL-encoded, as S3 wants them', async () => {
    await configure({ QueueConfigurations: [{ QueueArn: QUEUE, Events: CREATED, Filter: filter('in%20box/%C3%BC') }] })
    await put('in box/über.csv')
    await put('in%20box/%C3%BC')
    expect(await keys()).toEqual(['in box/über.csv'])
  })

  it('carry keys of 1,024 bytes', async () => {
    await configure({ QueueConfigurations: [{ QueueArn: QUEUE, Events: CREATED }] })
    const key = 'ü'.repeat(512)
    await put(key)
    expect(await keys()).toEqual([key])
  })

  it('carry sequencers that order the writes of a key', async () => {
    await configure({ QueueConfigurations: [{ QueueArn: QUEUE, Events: CREATED }] })
    for (let write = 0; write < 20; write += 1) await put('k')
    const sequencers = (await records()).map((record) => record.s3.object.sequencer)
    expect(new Set(sequencers).size).toBe(20)
    expect([...sequencers].sort()).toEqual(sequencers)
  })
})

describe('a delivery that fails', () => {
  it('is tried again', async () => {
    await configure({ QueueConfigurations: [{ QueueArn: QUEUE, Events: CREATED }] })
    s3.failingDeliveries = 2
    await put('k')
    expect(await keys()).toEqual(['k'])
    expect(s3.problems).toEqual([])
  })

  it('is reported when it keeps failing, and troubles neither the writer nor the next event', async () => {
    await configure({ QueueConfigurations: [{ QueueArn: QUEUE, Events: CREATED }] })
    s3.failingDeliveries = 4
    expect(await refusalOf(put('lost'))).toBe('accepted')
    await s3.server.settled()
    expect(s3.problems).toMatchObject([
      { destination: { kind: 'queue', arn: QUEUE }, cause: { message: 'unreachable' } },
    ])
    await put('next')
    expect(await keys()).toEqual(['next'])
  })
})

describe('the encoding of keys', () => {
  it('is undone by decoding a form value, for any key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (key) => {
        const encoded = encodeKey(key)
        expect(encoded).toMatch(/^[A-Za-z0-9\-_.*/+%]+$/)
        expect(encoded).not.toMatch(/%(?![0-9A-F]{2})/)
        expect(decodeURIComponent(encoded.replace(/\+/g, ' '))).toBe(key)
      }),
      { numRuns: 300 },
    )
  })

  it('survives the whole way from a write to the event', async () => {
    await configure({ QueueConfigurations: [{ QueueArn: QUEUE, Events: CREATED }] })
    const anyKey = fc.string({
      unit: fc.constantFrom(...'aé😀 +%/&=?#;:@,$!*\'()"<>\\.~_-'),
      minLength: 1,
      maxLength: 60,
    })
    await fc.assert(
      fc.asyncProperty(anyKey, async (key) => {
        s3.delivered.length = 0
        await put(key)
        expect(await keys()).toEqual([key])
      }),
      { numRuns: 60 },
    )
  })

  it('has sequencers that grow even when the clock stands still or goes back', () => {
    const times = [5, 5, 4, 6]
    const next = makeSequencer(() => times.shift() ?? 0)
    const made = [next(), next(), next(), next()]
    expect([...made].sort()).toEqual(made)
    expect(new Set(made).size).toBe(4)
  })
})
