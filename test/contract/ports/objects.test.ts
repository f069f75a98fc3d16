import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { type S3Server, startS3 } from '../../../environments/local/s3/server'
import { PenstockError } from '../../../lambda/errors'
import type { Clients } from '../../../lambda/platform/clients'
import { objectsInS3 } from '../../../lambda/platform/objects-in-s3'
import { settingsInS3 } from '../../../lambda/platform/settings-in-s3'
import { objectsInMemory } from '../../memory/objects-in-memory'
import { clientsFor, REGION } from './embedded'
import { describeObjectsPort } from './objects.contract'

const memory = objectsInMemory()
describeObjectsPort('in memory', () => memory)

describe('on S3', () => {
  let server: S3Server
  let clients: Clients
  beforeAll(async () => {
    server = await startS3({ region: REGION, deliver: async () => {} })
    clients = clientsFor({ AWS_ENDPOINT_URL_S3: server.endpoint })
    await clients.s3.send(new CreateBucketCommand({ Bucket: 'landing' }))
  })
  afterAll(async () => {
    clients.close()
    await server.stop()
  })

  const objects = () => objectsInS3({ client: clients.s3 })
  describeObjectsPort('in a bucket', objects)

  it('does not take a missing bucket for a missing object', async () => {
    await expect(objects().get('s3://no-such-bucket/a')).rejects.toMatchObject({
      code: 'NoSuchBucket',
      message: expect.stringMatching(/^GetObject s3:\/\/no-such-bucket\/a: NoSuchBucket/),
    })
  })

  it.each(['GetObject', 'HeadObject'])('says what a refused %s may mean', async (operation) => {
    server.failNext({ operation, how: { kind: 'error', code: 'AccessDenied', status: 403 } })
    const asked = operation === 'GetObject' ? objects().get('s3://landing/a') : objects().head('s3://landing/a')
    await expect(asked).rejects.toMatchObject({ message: expect.stringContaining('s3:ListBucket') })
  })

  it('puts once more when the answer got lost', async () => {
    server.failNext({ operation: 'PutObject', how: { kind: 'answer-lost' } })
    await objects().put('s3://landing/lost', 'body')
    expect(await objects().get('s3://landing/lost')).toBe('body')
  })

  describe('settings', () => {
    const url = 's3://landing/settings.json'
    let nowMs = 0
    const read = (document: unknown) => {
      if (typeof document !== 'number') throw new PenstockError('MALFORMED_SETTINGS', 'settings are a number here')
      return { document }
    }
    const make = () => settingsInS3({ client: clients.s3, url, read, now: () => nowMs, recheckSeconds: 30 })
    const gets = () => server.requests.get('GetObject') ?? 0

    it('are fetched once by all that ask together, and used without asking for some seconds', async () => {
      await objects().put(url, '1')
      const settings = make()
      const before = gets()
      const [first, second] = await Promise.all([settings(), settings()])
      expect(first).toEqual({ document: 1 })
      expect(second).toBe(first)
      nowMs += 29_999
      expect(await settings()).toBe(first)
      expect(gets() - before).toBe(1)
    })

    it('are not parsed again while their ETag stays, and are when it does not', async () => {
      await objects().put(url, '1')
      const settings = make()
      const first = await settings()
      nowMs += 30_000
      const before = gets()
      expect(await settings()).toBe(first)
      expect(await settings()).toBe(first)
      expect(gets() - before).toBe(1)
      await objects().put(url, '2')
      nowMs += 30_000
      expect(await settings()).toEqual({ document: 2 })
    })

    it.each([['"a text"'], ['{']])(
      'refuse the malformed document %s until it is repaired, and look again at once',
      async (bad) => {
        await objects().put(url, '1')
        const settings = make()
        await settings()
        await objects().put(url, bad)
        nowMs += 30_000
        await expect(settings()).rejects.toMatchObject({ code: 'MALFORMED_SETTINGS' })
        await objects().put(url, '3')
        expect(await settings()).toEqual({ document: 3 })
      },
    )

    it('say where they should be when they are not there', async () => {
      const missing = settingsInS3({ client: clients.s3, url: 's3://landing/none.json', read, now: () => nowMs })
      await expect(missing()).rejects.toMatchObject({
        code: 'OBJECT_GONE',
        message: 'there are no settings at s3://landing/none.json',
      })
    })
  })
})
