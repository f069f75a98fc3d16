import * as z from 'zod'
import { type Incoming, malformed } from './incoming'
import { bucketName, etag, expected, faultsOf, rawKey, sequencer, sizeBytes, timeMs, versionId } from './object-facts'

/**
 * Reads one entry of `Records` of an S3 notification.
 * Shape: docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function fromNotification(record: unknown, path: string): Incoming {
  const named = Named.safeParse(record)
  if (!named.success) return malformed(faultsOf(named.error, path), record)
  // Configurations say `s3:ObjectCreated:Put`, events `ObjectCreated:Put`; MinIO writes the former into its events, too.
  const name = named.data.eventName.replace(/^s3:/, '')
  if (!name.startsWith('ObjectCreated:')) {
    return { kind: 'acknowledged', why: `${path || 'the record'} tells of ${name}, which brings no new file` }
  }
  const created = Created.safeParse(record)
  if (!created.success) return malformed(faultsOf(created.error, path), record)
  const { eventTime, s3 } = created.data
  return {
    kind: 'created',
    object: {
      bucket: s3.bucket.name,
      key: s3.object.key,
      etag: s3.object.eTag,
      sizeBytes: s3.object.size,
      ...(s3.object.versionId !== undefined && { versionId: s3.object.versionId }),
      ...(s3.object.sequencer !== undefined && { sequencer: s3.object.sequencer }),
      eventTimeMs: eventTime,
    },
  }
}

const anObject = { error: expected('an object') }

/** Notifications form-encode keys: a space is `+`, a plus `%2B`. Decoded once: `100%2525.csv` is the file `100%25.csv`. */
const encodedKey = z
  .string({ error: expected('text') })
  .transform((encoded, context) => {
    try {
      return decodeURIComponent(encoded.replaceAll('+', ' '))
    } catch {
      context.addIssue({ code: 'custom', message: 'holds a percent sequence that is not UTF-8' })
      return z.NEVER
    }
  })
  .pipe(rawKey)

const Named = z.object({ eventName: z.string({ error: expected('text') }) }, anObject)

const Created = z.object({
  eventTime: timeMs,
  s3: z.object(
    {
      bucket: z.object({ name: bucketName }, anObject),
      object: z.object({ key: encodedKey, size: sizeBytes, eTag: etag, versionId, sequencer }, anObject),
    },
    anObject,
  ),
})
