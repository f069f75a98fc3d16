import type { CopyPlan } from '../../../lambda/copy-plan'
import type { S3Object } from '../../../lambda/model'
import type { ByteRange } from '../../../lambda/ports'
import { objectsInMemory } from '../../memory/objects-in-memory'

/** A plan for files of a format, with what a test says about it. */
export function aPlan<F extends CopyPlan['format']>(
  format: F,
  said: Partial<Extract<CopyPlan, { format: F }>> = {},
): CopyPlan {
  return { schema: 'public', table: 'orders', compression: 'none', format, ...said } as CopyPlan
}

/** A file in a bucket of its own, and which stretches of it are read. */
export async function aFile(content: string | Uint8Array) {
  const stored = objectsInMemory()
  stored.putBytes('s3://landing/file', Buffer.from(content))
  const head = await stored.head('s3://landing/file')
  const object: S3Object = { bucket: 'landing', key: 'file', etag: '', sizeBytes: 0, eventTimeMs: 0, ...head }
  const ranges: ByteRange[] = []
  const objects = {
    ...stored,
    read: (url: Parameters<typeof stored.read>[0], range: ByteRange) => {
      ranges.push(range)
      return stored.read(url, range)
    },
  }
  return { object, objects, ranges }
}
