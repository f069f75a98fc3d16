import * as z from 'zod'
import { type Incoming, malformed } from './incoming'
import { bucketName, etag, expected, faultsOf, rawKey, sequencer, sizeBytes, timeMs, versionId } from './object-facts'

/**
 * Reads one event of EventBridge. Unlike a notification it writes `etag` and `version-id`, and its keys are raw.
 * Shape: docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function fromEventBridge(event: unknown, path: string): Incoming {
  const kind = Kind.safeParse(event)
  if (!kind.success) return malformed(faultsOf(kind.error, path), event)
  const { source, 'detail-type': detailType } = kind.data
  if (source !== 'aws.s3' || detailType !== 'Object Created') {
    const what = `'${detailType}' of ${source}`
    return { kind: 'acknowledged', why: `${path || 'the event'} tells of ${what}, which brings no new file` }
  }
  const created = Created.safeParse(event)
  if (!created.success) return malformed(faultsOf(created.error, path), event)
  const { time, detail } = created.data
  return {
    kind: 'created',
    object: {
      bucket: detail.bucket.name,
      key: detail.object.key,
      etag: detail.object.etag,
      sizeBytes: detail.object.size,
      ...(detail.object['version-id'] !== undefined && { versionId: detail.object['version-id'] }),
      ...(detail.object.sequencer !== undefined && { sequencer: detail.object.sequencer }),
      eventTimeMs: time,
    },
  }
}

const anObject = { error: expected('an object') }

const Kind = z.object(
  { source: z.string({ error: expected('text') }), 'detail-type': z.string({ error: expected('text') }) },
  anObject,
)

const Created = z.object({
  time: timeMs,
  detail: z.object(
    {
      bucket: z.object({ name: bucketName }, anObject),
      object: z.object({ key: rawKey, size: sizeBytes, etag, 'version-id': versionId, sequencer }, anObject),
    },
    anObject,
  ),
})
