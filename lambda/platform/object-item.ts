import * as z from 'zod'
import { type S3Object, type S3Url, splitUrl } from '../model'

/** How a version of an object lies in an item. Its address is stored apart, because for some tables it is the key. */
export const objectItem = z.object({
  etag: z.string(),
  size: z.number(),
  time: z.number(),
  version: z.string().optional(),
  sequencer: z.string().optional(),
})

/** A version of an object as attributes. */
export function objectToItem(object: S3Object) {
  return {
    etag: object.etag,
    size: object.sizeBytes,
    time: object.eventTimeMs,
    version: object.versionId,
    sequencer: object.sequencer,
  }
}

/** The version of an object that these attributes tell. */
export function objectFromItem(url: S3Url, item: z.output<typeof objectItem>): S3Object {
  return {
    ...splitUrl(url),
    etag: item.etag,
    sizeBytes: item.size,
    eventTimeMs: item.time,
    ...(item.version !== undefined && { versionId: item.version }),
    ...(item.sequencer !== undefined && { sequencer: item.sequencer }),
  }
}
