import type { CopyPlan } from '../copy-plan'
import { type S3Object, urlOf } from '../model'
import type { Ports } from '../ports'
import { decoded } from './decoded'
import { type Names, unreadable } from './names'
import { unzipped } from './unzipped'

/** The beginning of a file as text. */
export interface Beginning {
  readonly text: string
  /** The file ends where the text does. */
  readonly isAll: boolean
}

/** Most headers and records end in the first; the last is the most that is read of any file. Bytes, as they lie in S3. */
const STRETCHES = [64 * 1024, 1024 * 1024]

/** The most that is made of it, so that a megabyte of gzip does not become a gigabyte of text. */
const MOST_BYTES = 1024 * 1024

type TextPlan = Pick<CopyPlan, 'compression'> & Pick<Extract<CopyPlan, { format: 'csv' }>, 'encoding'>

/** Shows `look` the beginning of a file, and more of it once when it asks for `more`. */
export async function lookInto(
  { objects }: Pick<Ports, 'objects'>,
  object: S3Object,
  { compression, encoding = 'utf8' }: TextPlan,
  look: (beginning: Beginning) => Names | 'more',
): Promise<Names> {
  if (compression !== 'none' && compression !== 'gzip') {
    const reason = `names are taken from files without compression or in gzip, and there is nothing here to read ${compression} with`
    return unreadable(reason, 'COLUMNS_NOT_TOLD')
  }
  let bytes: Uint8Array = new Uint8Array()
  for (const stretch of STRETCHES) {
    const range = { from: bytes.length, bytes: stretch - bytes.length, ifMatch: object.etag }
    bytes = Buffer.concat([bytes, await objects.read(urlOf(object), range)])
    const plain =
      compression === 'gzip' ? await unzipped(bytes, MOST_BYTES) : { kind: 'bytes' as const, bytes, isCut: false }
    if (plain.kind === 'unreadable') return plain
    const text = decoded(plain.bytes, encoding)
    if (typeof text !== 'string') return text
    const found = look({ text, isAll: bytes.length < stretch && !plain.isCut })
    if (found !== 'more') return found
  }
  return unreadable('its first megabyte does not hold its names')
}
