import { createHash } from 'node:crypto'
import { PenstockError } from '../../lambda/errors'
import type { S3Url } from '../../lambda/model'
import type { ObjectsPort } from '../../lambda/ports'

/** Objects in a map, their ETags as S3 makes them: the MD5 of the content. `urls` lists them for assertions. */
export function objectsInMemory(): ObjectsPort & { urls(): readonly S3Url[] } {
  const objects = new Map<S3Url, string>()
  return {
    async put(url, body) {
      objects.set(url, body)
    },
    async get(url) {
      const body = objects.get(url)
      if (body === undefined) throw new PenstockError('OBJECT_GONE', `${url} is not there`)
      return body
    },
    async head(url) {
      const body = objects.get(url)
      if (body === undefined) return undefined
      return { etag: createHash('md5').update(body).digest('hex'), sizeBytes: Buffer.byteLength(body) }
    },
    urls: () => [...objects.keys()].sort(),
  }
}
