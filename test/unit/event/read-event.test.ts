import type { Incoming } from '../../../lambda/event/incoming'
import { readBody, readEvent } from '../../../lambda/event/read-event'
import { aNotification, anEventBridgeEvent, aRecord, asSnsEvent, asSqsEvent, inSns } from './events'

const fromS3 = {
  kind: 'created',
  object: {
    bucket: 'landing',
    key: 'orders/a.csv',
    etag: '0cc175b9',
    sizeBytes: 7,
    sequencer: '0055AED6DCD90281E5',
    eventTimeMs: Date.UTC(2026, 10, 20, 14, 2, 11, 123),
  },
}
const fromBridge = {
  kind: 'created',
  object: { ...fromS3.object, versionId: 'v1', eventTimeMs: Date.UTC(2026, 10, 20, 14, 2, 11) },
}
const notification = aNotification()
const bridge = anEventBridgeEvent()
const body = (payload: unknown) => JSON.stringify(payload)

describe('envelopes', () => {
  const envelopes: readonly (readonly [string, unknown, unknown])[] = [
    ['an S3 notification', notification, fromS3],
    ['an S3 notification in an SNS envelope', inSns(notification), fromS3],
    ['an SNS event of an S3 notification', asSnsEvent(notification), fromS3],
    ['an EventBridge event', bridge, fromBridge],
    ['an EventBridge event in an SNS envelope', inSns(bridge), fromBridge],
    ['an SNS event of an EventBridge event', asSnsEvent(bridge), fromBridge],
  ]

  it.each(envelopes)('reads %s', (_, payload, object) => {
    expect(readEvent(payload)).toEqual([object])
  })

  it.each(envelopes)('reads %s as the body of an SQS message', (_, payload, object) => {
    expect(readBody(body(payload))).toEqual([object])
  })

  it.each(envelopes)('reads %s in a whole SQS event', (_, payload, object) => {
    expect(readEvent(asSqsEvent(body(payload)))).toEqual([object])
  })

  it('reads the list of messages that a pipe of EventBridge delivers', () => {
    expect(readEvent(asSqsEvent(body(notification), body(bridge)).Records)).toEqual([fromS3, fromBridge])
  })

  it('reads every record, not only the first', () => {
    const records = ['a', 'b', 'c'].map((key) => aRecord({ key }))
    expect(keysOf(readBody(body(aNotification(...records))))).toEqual(['a', 'b', 'c'])
  })

  it('reads every record of every message of every envelope', () => {
    const event = asSnsEvent(
      aNotification(aRecord({ key: 'a' }), aRecord({ key: 'b' })),
      anEventBridgeEvent({ key: 'c' }),
    )
    expect(keysOf(readEvent(asSqsEvent(body(event), body(inSns(event)))))).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
  })

  it.each([
    ['nothing', null],
    ['text', 'oops'],
    ['a record that is no object', 17],
    ['a record without an event name', { ...aRecord(), eventName: undefined }],
    ['a record with a bad key', aRecord({ key: '%' })],
    ['a message of somebody else', { hello: 'world' }],
  ])('lets %s hide none of its neighbours', (_, bad) => {
    const read = readEvent(aNotification(aRecord({ key: 'a' }), bad, aRecord({ key: 'c' })))
    expect(read.map(({ kind }) => kind)).toEqual(['created', 'malformed', 'created'])
  })
})

describe('what brings no file', () => {
  const testEvent = { Service: 'Amazon S3', Event: 's3:TestEvent', Time: '2026-11-20T14:02:11Z', Bucket: 'landing' }

  it.each([
    ['the test event', testEvent],
    ['the test event in SNS', inSns(testEvent)],
    [
      'a deletion',
      aNotification(aRecord({ eventName: 'ObjectRemoved:Delete', object: { size: undefined, eTag: undefined } })),
    ],
    ['a delete marker', aNotification(aRecord({ eventName: 'ObjectRemoved:DeleteMarkerCreated' }))],
    ['a restore', aNotification(aRecord({ eventName: 'ObjectRestore:Completed' }))],
    ['tags', aNotification(aRecord({ eventName: 'ObjectTagging:Put' }))],
    ['a deletion by way of EventBridge', anEventBridgeEvent({ detailType: 'Object Deleted' })],
    ['an event of another source', anEventBridgeEvent({ source: 'acme.shop' })],
    ['an empty list', { Records: [] }],
    [
      'a confirmation of SNS',
      { Type: 'SubscriptionConfirmation', Message: 'You have chosen to subscribe', Token: 'x' },
    ],
  ])('acknowledges %s', (_, payload) => {
    expect(readBody(body(payload))).toEqual([{ kind: 'acknowledged', why: expect.stringMatching(/^body/) }])
  })

  it('says which event it was and where it stood', () => {
    const removed = aRecord({ eventName: 'ObjectRemoved:Delete' })
    expect(readEvent(aNotification(aRecord(), removed))[1]).toEqual({
      kind: 'acknowledged',
      why: 'Records[1] tells of ObjectRemoved:Delete, which brings no new file',
    })
    expect(whyOf(readEvent(anEventBridgeEvent({ detailType: 'Object Restore Completed' })))).toBe(
      "the event tells of 'Object Restore Completed' of aws.s3, which brings no new file",
    )
  })

  it('never passes on the token of a confirmation', () => {
    const read = readEvent({
      Type: 'SubscriptionConfirmation',
      Token: 'geheim',
      SubscribeURL: 'https://x/?Token=geheim',
    })
    expect(JSON.stringify(read)).not.toContain('geheim')
  })
})

describe('what cannot be read', () => {
  it.each([
    ['', 'body is not JSON: '],
    ['{"Records":[', 'body is not JSON: '],
    ['null', 'body is not an object'],
    ['"text"', 'body is not an object'],
    ['7', 'body is not an object'],
    ['{}', 'body is no event that Penstock knows'],
    ['{"Records":{}}', 'body.Records is not a list'],
    ['{"Records":null}', 'body.Records is not a list'],
    ['{"Type":"Notification"}', 'body.Message is missing'],
    ['{"Type":"Notification","Message":{}}', 'body.Message is not text'],
    ['{"Type":"Notification","Message":"hello"}', 'body.Message is not JSON: '],
    ['{"Records":[{"Sns":{"Message":"[1"}}]}', 'body.Records[0].Sns.Message is not JSON: '],
    ['{"Records":[{"eventSource":"aws:sqs"}]}', 'body.Records[0].body is missing'],
    ['{"Records":[{"s3":{}}]}', 'body.Records[0].eventName is missing'],
    ['{"detail-type":"Object Created"}', 'body.source is missing'],
    ['{"detail-type":"Object Created","source":"aws.s3"}', 'body.time is missing; body.detail is missing'],
  ])('answers %j with one malformed record', (text, why) => {
    expect(readBody(text)).toEqual([
      { kind: 'malformed', why: expect.stringContaining(why), record: expect.any(String) },
    ])
  })

  it.each([undefined, null, 'text', 7, true, Symbol.iterator, 7n])('survives being invoked with %p', (payload) => {
    expect(readEvent(payload)).toEqual([expect.objectContaining({ kind: 'malformed' })])
  })

  it('keeps at most 1,000 characters of the offending part, and no half of one', () => {
    const [read] = readBody(`${'x'.repeat(999)}😀${'x'.repeat(9999)}`)
    expect(read).toMatchObject({ kind: 'malformed', record: 'x'.repeat(999) })
  })

  it('keeps the offending record and not its neighbours', () => {
    const [, bad] = readEvent(aNotification(aRecord(), { s3: 'oops' }))
    expect(bad).toMatchObject({ record: '{"s3":"oops"}' })
  })

  it('refuses what is nested too deep instead of exhausting the stack', () => {
    const lists = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(readBody(lists)).toEqual([
      expect.objectContaining({ kind: 'malformed', why: expect.stringContaining('deep') }),
    ])
    const envelopes = Array.from({ length: 11 }).reduce<object>((inner) => ({ Records: [inner] }), aRecord())
    expect(readEvent(envelopes)).toEqual([expect.objectContaining({ why: expect.stringContaining('nested') })])
  })
})

function keysOf(read: readonly Incoming[]) {
  return read.map((one) => (one.kind === 'created' ? one.object.key : one.why))
}

function whyOf([read]: readonly Incoming[]) {
  return read?.kind === 'created' ? undefined : read?.why
}
