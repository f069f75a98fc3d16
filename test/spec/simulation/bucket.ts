import { createHash } from 'node:crypto'
import type { S3Object, S3Url } from '../../../lambda/model'
import type { ObjectsPort } from '../../../lambda/ports'
import { type ObjectsInMemory, objectsInMemory } from '../../memory/objects-in-memory'
import type { Clock } from './clock'

/** What is wrong with a file: nothing, what the load errors tell, or what nobody tells. */
export type Flaw = 'none' | 'named' | 'nameless'

/** What a COPY reads. */
export interface FileContent {
  readonly etag: string
  readonly sizeBytes: number
  readonly rows: number
  readonly flaw: Flaw
}

/** The bucket in which files land, and in which batches keep their objects. */
export interface Bucket {
  readonly objects: ObjectsPort
  textOf(url: S3Url): string | undefined
  fileAt(url: S3Url): FileContent | undefined
  /** Puts a file, and returns what its event tells. */
  land(key: string, content: { readonly flaw: Flaw; readonly rows: number; readonly text: string }): S3Object
  remove(key: string): void
  /** Every version that ever landed, in order; `undefined` where it was deleted. */
  readonly history: ReadonlyMap<string, readonly (S3Object | undefined)[]>
}

/** A bucket in memory. What a COPY makes of a file is kept beside its text. */
export function aBucket(clock: Clock): Bucket {
  const texts = new Map<S3Url, string>()
  const contents = new Map<string, FileContent>()
  const history = new Map<string, (S3Object | undefined)[]>()
  const stored: ObjectsInMemory = objectsInMemory({ now: clock.now })
  let sequence = 0

  const put = async (url: S3Url, text: string) => {
    texts.set(url, text)
    await stored.put(url, text)
  }
  const happened = (key: string, version: S3Object | undefined) => {
    const before = history.get(key)
    if (before === undefined) history.set(key, [version])
    else before.push(version)
  }
  return {
    objects: { ...stored, put },
    history,
    textOf: (url) => texts.get(url),
    fileAt(url) {
      const text = texts.get(url)
      return text === undefined ? undefined : contents.get(text)
    },
    land(key, { flaw, rows, text: words }) {
      sequence += 1
      const text = words === '' ? '' : `id,amount\n${words} ${flaw} ${rows}`
      const etag = createHash('md5').update(text).digest('hex')
      const sizeBytes = Buffer.byteLength(text)
      contents.set(text, { etag, sizeBytes, rows, flaw })
      void put(`s3://landing/${key}`, text)
      const object: S3Object = {
        bucket: 'landing',
        key,
        etag,
        sizeBytes,
        sequencer: sequence.toString(16).padStart(16, '0').toUpperCase(),
        eventTimeMs: clock.now(),
      }
      happened(key, object)
      return object
    },
    remove(key) {
      texts.delete(`s3://landing/${key}`)
      stored.delete(`s3://landing/${key}`)
      happened(key, undefined)
    },
  }
}
