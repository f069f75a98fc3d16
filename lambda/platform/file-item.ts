import * as z from 'zod'
import type { FileRecord, S3Url, TargetId } from '../model'
import { urlOf } from '../model'
import { fromItem, type Item, keyText, toItem } from './attributes'
import { fileKey } from './item-keys'
import { objectFromItem, objectItem, objectToItem } from './object-item'
import { TABLE_DEFINITIONS } from './table-definitions'
import { s3UrlText } from './texts'

const FILE = TABLE_DEFINITIONS.files.partition.name
const FAILED_OF = TABLE_DEFINITIONS.files.indexes[0].partition.name
const AT = TABLE_DEFINITIONS.files.indexes[0].sort.name

/** Which records the index of failures lists. A new status does not compile until it is said here. */
const LISTED: Readonly<Record<FileRecord['status'], boolean>> = {
  loaded: false,
  failed: true,
  held: true,
  skipped: false,
}

const base = objectItem.extend({ [AT]: z.number() })
const notLoaded = base.extend({ inTable: z.exactOptional(z.object({ etag: z.string(), batchId: z.string() })) })
const fileItem = z.discriminatedUnion('status', [
  base.extend({
    status: z.literal('loaded'),
    batchId: z.string(),
    ignored: z.exactOptional(z.object({ etag: z.string(), atMs: z.number() })),
  }),
  notLoaded.extend({
    status: z.literal('failed'),
    batchId: z.exactOptional(z.string()),
    error: z.object({
      code: z.string(),
      reason: z.string(),
      line: z.exactOptional(z.number()),
      column: z.exactOptional(z.string()),
      value: z.exactOptional(z.string()),
    }),
  }),
  notLoaded.extend({
    status: z.literal('skipped'),
    code: z.enum([
      'FOLDER_MARKER',
      'EMPTY_OBJECT',
      'OBJECT_GONE',
      'NO_LONGER_ROUTED',
      'PART_OF_SHAPEFILE',
      'DUPLICATE_CONTENT',
      'SUPERSEDED',
    ]),
    reason: z.string(),
  }),
  notLoaded.extend({
    status: z.literal('held'),
    code: z.literal('DUPLICATE_CONTENT'),
    reason: z.string(),
    sameAs: s3UrlText,
  }),
])

/** The key of a file's record. */
export function fileItemKey(target: TargetId, url: S3Url): Item {
  return { [FILE]: keyText(fileKey(target, url)) }
}

/** A file record as an item. Target and address are its key and are not stored again. */
export function fileToItem(record: FileRecord): Item {
  const { target, object, atMs, ...rest } = record
  return {
    ...fileItemKey(target, urlOf(object)),
    ...toItem({
      ...objectToItem(object),
      ...rest,
      [AT]: atMs,
      [FAILED_OF]: LISTED[record.status] ? target : undefined,
    }),
  }
}

/** The file record that an item of this target tells. */
export function fileFromItem(target: TargetId, item: Item): FileRecord {
  const { etag, size, time, version, sequencer, ...rest } = fileItem.parse(fromItem(item))
  const object = objectFromItem(urlFromKey(target, item), { etag, size, time, version, sequencer })
  return { target, object, ...rest }
}

function urlFromKey(target: TargetId, item: Item): S3Url {
  return s3UrlText.parse(item[FILE]?.S?.slice(fileKey(target, 's3://').length - 's3://'.length))
}
