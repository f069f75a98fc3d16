import * as fc from 'fast-check'
import { readEvent } from '../../../lambda/event/read-event'
import { aNotification, anEventBridgeEvent, aRecord } from './events'

describe('the kinds of creation', () => {
  it.each(['Put', 'Post', 'Copy', 'CompleteMultipartUpload', 'SomethingNew'])('takes ObjectCreated:%s', (kind) => {
    expect(created(aRecord({ eventName: `ObjectCreated:${kind}` }))).toMatchObject({ key: 'orders/a.csv' })
    expect(created(aRecord({ eventName: `s3:ObjectCreated:${kind}` }))).toMatchObject({ key: 'orders/a.csv' })
  })
})

describe('keys of notifications', () => {
  it.each([
    ['orders/a.csv', 'orders/a.csv'],
    ['orders/a+b.csv', 'orders/a b.csv'],
    ['orders/a%2Bb.csv', 'orders/a+b.csv'],
    ['orders/a%20b.csv', 'orders/a b.csv'],
    ['orders/%C3%BCbung.csv', 'orders/übung.csv'],
    ['orders/%F0%9F%9A%B0.csv', 'orders/🚰.csv'],
    ['orders/100%25.csv', 'orders/100%.csv'],
    ['orders/100%2525.csv', 'orders/100%25.csv'],
    ['orders/%252B.csv', 'orders/%2B.csv'],
    ['orders/dt%3D2026-11-20/a.csv', 'orders/dt=2026-11-20/a.csv'],
    ['bucket/orders/bucket/a.csv', 'bucket/orders/bucket/a.csv'],
    ['orders%2Fa.csv', 'orders/a.csv'],
    ['a%22b/x.csv', 'a"b/x.csv'],
    ['orders%3B+drop+table+x/a.csv', 'orders; drop table x/a.csv'],
    ['a%00b', 'a\0b'],
    ['../x', '../x'],
    ['+', ' '],
  ])('decodes %s once, into %j', (encoded, key) => {
    expect(created(aRecord({ key: encoded }))).toMatchObject({ key })
  })

  it.each(['100%.csv', 'a%2', 'a%zz', '%FF%FE.csv', '%C3.csv', '%ED%A0%80'])('refuses the bad encoding %s', (key) => {
    expect(faults(aRecord({ key }))).toBe('Records[0].s3.object.key holds a percent sequence that is not UTF-8')
  })

  it('decodes whatever S3 encodes', () => {
    const keys = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 })
    const decodes = fc.property(keys, (key) => {
      expect(created(aRecord({ key: formEncoded(key) }))).toMatchObject({ key })
      expect(created(aRecord({ key: encodeURIComponent(key) }))).toMatchObject({ key })
    })
    return fc.assert(decodes, { numRuns: 300 })
  })

  it.each([
    ['a'.repeat(1024), 'a'.repeat(1025)],
    ['ü'.repeat(512), `${'ü'.repeat(512)}a`],
    ['🚰'.repeat(256), '🚰'.repeat(257)],
  ])('takes keys of 1,024 bytes and none that is longer', (longest, longer) => {
    expect(created(aRecord({ key: encodeURIComponent(longest) }))).toMatchObject({ key: longest })
    expect(faults(aRecord({ key: encodeURIComponent(longer) }))).toMatch(
      /key has 10\d\d bytes, the longest key in S3 has 1024/,
    )
  })
})

describe('keys of EventBridge', () => {
  it.each(['a+b.csv', 'a%2Bb.csv', '100%.csv', '100%25.csv', 'ü 🚰.csv', '%FF'])('leaves %s as it is', (key) => {
    expect(created(anEventBridgeEvent({ key }))).toMatchObject({ key })
  })

  it.each([
    ['', 'detail.object.key is empty'],
    ['a'.repeat(1025), 'detail.object.key has 1025 bytes, the longest key in S3 has 1024'],
    ['\ud83d.csv', 'detail.object.key holds half a character (a lone surrogate)'],
  ])('refuses %.10j', (key, why) => {
    expect(faults(anEventBridgeEvent({ key }))).toBe(why)
  })
})

describe('the other facts', () => {
  it.each([
    [{ key: '' }, 'key is empty'],
    [{ key: undefined }, 'key is missing'],
    [{ key: 7 }, 'key is not text'],
    [{ size: undefined }, 'size is missing'],
    [{ size: -1 }, 'size is not a whole number of bytes, 0 or more'],
    [{ size: 0.5 }, 'size is not a whole number of bytes, 0 or more'],
    [{ size: 2 ** 53 }, 'size is not a whole number of bytes, 0 or more'],
    [{ size: '7' }, 'size is not a number'],
    [{ eTag: undefined }, 'eTag is missing'],
    [{ eTag: '' }, 'eTag is empty'],
    [{ eTag: '""' }, 'eTag is empty'],
    [{ eTag: 7 }, 'eTag is not text'],
    [{ versionId: 7 }, 'versionId is not text'],
  ])('refuses the object %j of a notification', (object, why) => {
    expect(faults(aRecord({ object }))).toBe(`Records[0].s3.object.${why}`)
  })

  it.each([
    [{ size: undefined }, 'size is missing'],
    [{ size: -1 }, 'size is not a whole number of bytes, 0 or more'],
    [{ etag: undefined, eTag: 'not its name here' }, 'etag is missing'],
    [{ 'version-id': 7 }, 'version-id is not text'],
  ])('refuses the object %j of EventBridge', (object, why) => {
    expect(faults(anEventBridgeEvent({ object }))).toBe(`detail.object.${why}`)
  })

  it('names all that is wrong at once', () => {
    const bad = aRecord({
      bucket: { name: 'a/b' },
      eventTime: 'yesterday',
      object: { size: undefined, eTag: undefined },
    })
    expect(faults(bad)).toBe(
      'Records[0].eventTime is not an ISO 8601 time with a zone; Records[0].s3.bucket.name is not the name of a bucket; ' +
        'Records[0].s3.object.size is missing; Records[0].s3.object.eTag is missing',
    )
  })

  it.each([undefined, 'yesterday', '', '2026-13-01T00:00:00Z', '2026-11-20', '2026-11-20T14:02:11', 1e12])(
    'refuses the time %p',
    (eventTime) => {
      expect(faults(aRecord({ eventTime }))).toMatch(
        /^Records\[0\]\.eventTime is (missing|not an ISO 8601 time with a zone)$/,
      )
    },
  )

  it.each([
    ['1970-01-01T00:00:00.000Z', 0],
    ['1970-01-01T00:00:01Z', 1000],
    ['1970-01-01T01:00:00.5+01:00', 500],
  ])('reads the time %s in milliseconds', (eventTime, eventTimeMs) => {
    expect(created(aRecord({ eventTime }))).toMatchObject({ eventTimeMs })
  })

  it('takes an empty object, a quoted etag, and a version', () => {
    const object = { size: 0, eTag: '"0cc-2"', versionId: 'v7' }
    expect(created(aRecord({ object }))).toMatchObject({ sizeBytes: 0, etag: '0cc-2', versionId: 'v7' })
  })

  it.each([undefined, null, ''])('takes the version %p for none', (versionId) => {
    expect(created(aRecord({ object: { versionId } }))).not.toHaveProperty('versionId')
  })

  it.each([undefined, null, 'not#hex', 7])('leaves out the sequencer %p rather than the file', (sequencer) => {
    expect(created(aRecord({ object: { sequencer } }))).not.toHaveProperty('sequencer')
  })
})

/** As S3 does it: like a form of a web page. */
function formEncoded(key: string) {
  return new URLSearchParams({ key }).toString().slice('key='.length)
}

function read(event: object) {
  return readEvent('s3' in event ? aNotification(event) : event)[0]
}

function created(event: object) {
  const one = read(event)
  return one?.kind === 'created' ? one.object : one
}

function faults(event: object) {
  const one = read(event)
  return one?.kind === 'malformed' ? one.why : one
}
