import type { S3Url } from '../../../lambda/model'
import type { ObjectsPort } from '../../../lambda/ports'
import { inFlight } from '../../pipeline/in-flight'
import { AWKWARD_KEYS } from './builders'

/** What the pipeline relies on from whatever keeps manifests and lists. The bucket `landing` is there. */
export function describeObjectsPort(name: string, make: () => ObjectsPort): void {
  describe(`objects ${name}`, () => {
    it('gives back the text that was put, in all its characters', async () => {
      const body = '{"entries":[{"url":"s3://landing/ü 🪣\\n"}]}'
      await make().put('s3://landing/folder/manifest.json', body)
      expect(await make().get('s3://landing/folder/manifest.json')).toBe(body)
    })

    it('writes over what is there, and keeps an empty text', async () => {
      await make().put('s3://landing/over', 'first')
      await make().put('s3://landing/over', '')
      expect(await make().get('s3://landing/over')).toBe('')
    })

    it('tells size and ETag without quotes; the same content has the same ETag', async () => {
      await make().put('s3://landing/head', 'ü')
      const head = await make().head('s3://landing/head')
      expect(head).toEqual({ etag: 'c03410a5204b21cd8229ff754688d743', sizeBytes: 2 })
    })

    it('says OBJECT_GONE, or nothing to a question, when the object is not there', async () => {
      await expect(make().get('s3://landing/not there')).rejects.toMatchObject({
        code: 'OBJECT_GONE',
        message: 's3://landing/not there is not there',
      })
      expect(await make().head('s3://landing/not there')).toBeUndefined()
    })

    it('reads a stretch of bytes, as far as they are there', async () => {
      const url: S3Url = 's3://landing/stretch'
      await make().put(url, 'aü🪣z')
      const read = async (from: number, bytes: number) => [...(await make().read(url, { from, bytes }))]
      expect(await read(0, 2)).toEqual([0x61, 0xc3])
      expect(await read(2, 5)).toEqual([0xbc, 0xf0, 0x9f, 0xaa, 0xa3])
      expect(await read(6, 100)).toEqual([0xa3, 0x7a])
      expect(await read(7, 1)).toEqual([0x7a])
    })

    it('reads nothing behind the end, nor of an empty object', async () => {
      await make().put('s3://landing/short', 'abc')
      await make().put('s3://landing/empty', '')
      expect(await make().read('s3://landing/short', { from: 3, bytes: 1 })).toHaveLength(0)
      expect(await make().read('s3://landing/short', { from: 1_000, bytes: 1_000 })).toHaveLength(0)
      expect(await make().read('s3://landing/empty', { from: 0, bytes: 1 })).toHaveLength(0)
    })

    it('reads the version that is meant, or says OBJECT_CHANGED', async () => {
      const url: S3Url = 's3://landing/version'
      await make().put(url, 'first')
      const { etag: ifMatch } = (await make().head(url)) ?? {}
      const stretch = { from: 1, bytes: 3, ifMatch: ifMatch ?? '' }
      expect(Buffer.from(await make().read(url, stretch)).toString()).toBe('irs')
      await make().put(url, 'second')
      const changed = { code: 'OBJECT_CHANGED', message: `${url} is no longer the version ${ifMatch}` }
      await expect(make().read(url, stretch)).rejects.toMatchObject(changed)
      await expect(make().read(url, { ...stretch, from: 1_000 })).rejects.toMatchObject(changed)
    })

    it.each([[{}], [{ ifMatch: 'c03410a5204b21cd8229ff754688d743' }]])(
      'says OBJECT_GONE when what is to be read is not there %j',
      async (meant) => {
        await expect(make().read('s3://landing/not there', { from: 0, bytes: 1, ...meant })).rejects.toMatchObject({
          code: 'OBJECT_GONE',
          message: 's3://landing/not there is not there',
        })
      },
    )

    it('lists what lies under a prefix, with the facts that a listing has', async () => {
      await make().put('s3://landing/listed/b', 'ü')
      await make().put('s3://landing/listed/a', '')
      await make().put('s3://landing/listed2', 'not under it')
      expect(await make().list('landing', 'listed/')).toEqual({
        objects: [
          {
            key: 'listed/a',
            sizeBytes: 0,
            etag: expect.any(String),
            lastModifiedMs: expect.any(Number),
            archived: false,
          },
          {
            key: 'listed/b',
            sizeBytes: 2,
            etag: 'c03410a5204b21cd8229ff754688d743',
            lastModifiedMs: expect.any(Number),
            archived: false,
          },
        ],
        more: false,
      })
      expect(await make().list('landing', 'nothing/')).toEqual({ objects: [], more: false })
    })

    it('lists at most 1,000 at once and goes on behind a key, in the order of bytes', async () => {
      const keys = Array.from({ length: 1_003 }, (_, index) => `many/${String(index).padStart(5, '0')}`)
      // Above the surrogates of UTF-16, and below them in UTF-8's order.
      const last = ['many/\uFF5E', 'many/\u{1F600}']
      await inFlight(20, [...keys, ...last], (key) => make().put(`s3://landing/${key}`, key))
      const first = await make().list('landing', 'many/')
      expect(first.more).toBe(true)
      expect(first.objects).toHaveLength(1_000)
      const second = await make().list('landing', 'many/', first.objects.at(-1)?.key)
      expect(second.more).toBe(false)
      expect([...first.objects, ...second.objects].map(({ key }) => key)).toEqual([...keys, ...last])
    })

    it('lists the keys that S3 takes as they are', async () => {
      for (const key of AWKWARD_KEYS) {
        await make().put(`s3://landing/${key}`, key)
        const { objects } = await make().list('landing', key)
        expect(objects.map((object) => object.key)).toContain(key)
      }
    })

    it('takes the keys that S3 takes', async () => {
      for (const key of AWKWARD_KEYS) {
        const url: S3Url = `s3://landing/${key}`
        await make().put(url, key)
        expect(await make().get(url)).toBe(key)
      }
    })
  })
}
