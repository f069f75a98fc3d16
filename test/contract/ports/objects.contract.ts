import type { S3Url } from '../../../lambda/model'
import type { ObjectsPort } from '../../../lambda/ports'
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

    it('takes the keys that S3 takes', async () => {
      for (const key of AWKWARD_KEYS) {
        const url: S3Url = `s3://landing/${key}`
        await make().put(url, key)
        expect(await make().get(url)).toBe(key)
      }
    })
  })
}
