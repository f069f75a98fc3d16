import { createHash } from 'node:crypto'
import { PenstockError } from '../../lambda/errors'
import { type S3Url, splitUrl } from '../../lambda/model'
import type { ObjectsPort } from '../../lambda/ports'

/** What S3 lists in one answer. */
const PAGE = 1_000

export type ObjectsInMemory = ObjectsPort & {
  urls(): readonly S3Url[]
  /** For files that are no text. */
  putBytes(url: S3Url, bytes: Uint8Array): void
  delete(url: S3Url): void
}

/** Objects in a map, their ETags as S3 makes them: the MD5 of the content. `urls` lists them for assertions. */
export function objectsInMemory({ now = () => 0 }: { readonly now?: () => number } = {}): ObjectsInMemory {
  const objects = new Map<S3Url, { readonly body: Buffer; readonly etag: string; readonly lastModifiedMs: number }>()
  const putBytes = (url: S3Url, bytes: Uint8Array) => {
    const lastModifiedMs = Math.floor(now() / 1000) * 1000
    objects.set(url, { body: Buffer.from(bytes), etag: createHash('md5').update(bytes).digest('hex'), lastModifiedMs })
  }
  const objectAt = (url: S3Url) => {
    const object = objects.get(url)
    if (object === undefined) throw new PenstockError('OBJECT_GONE', `${url} is not there`)
    return object
  }
  return {
    putBytes,
    async put(url, body) {
      putBytes(url, Buffer.from(body))
    },
    async get(url) {
      return objectAt(url).body.toString()
    },
    async read(url, { from, bytes, ifMatch }) {
      const { body, etag } = objectAt(url)
      if (ifMatch !== undefined && ifMatch !== etag) {
        throw new PenstockError('OBJECT_CHANGED', `${url} is no longer the version ${ifMatch}`)
      }
      return new Uint8Array(body.subarray(from, from + bytes))
    },
    async head(url) {
      const object = objects.get(url)
      return object && { etag: object.etag, sizeBytes: object.body.length }
    },
    async list(bucket, prefix, after) {
      const listed = [...objects].flatMap(([url, { body, etag, lastModifiedMs }]) => {
        const at = splitUrl(url)
        if (at.bucket !== bucket || !at.key.startsWith(prefix)) return []
        if (after !== undefined && byBytes(at.key, after) <= 0) return []
        return [{ key: at.key, etag, sizeBytes: body.length, lastModifiedMs, archived: false }]
      })
      listed.sort((a, b) => byBytes(a.key, b.key))
      return { objects: listed.slice(0, PAGE), more: listed.length > PAGE }
    },
    urls: () => [...objects.keys()].sort(),
    delete: (url) => void objects.delete(url),
  }
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
