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
  /** No more of it is read. */
  readonly isLast: boolean
}

/** How much of a file is read. */
export interface Reading {
  /** Bytes as they lie in S3; the last is the most. */
  readonly stretches: readonly number[]
  /** The most that is made of it, so that a megabyte of gzip does not become a gigabyte of text. */
  readonly mostBytes: number
}

const MB = 1024 * 1024
/** Most headers end in the first stretch. */
export const OF_HEADERS: Reading = { stretches: [64 * 1024, MB], mostBytes: MB }
/** Each record may name other columns, and sixteen files are read at once. */
export const OF_RECORDS: Reading = { stretches: [64 * 1024, 4 * MB], mostBytes: 8 * MB }

type TextPlan = Pick<CopyPlan, 'compression'> & Pick<Extract<CopyPlan, { format: 'csv' }>, 'encoding'>

/** Shows `look` the beginning of a file, and more of it once when it asks for `more`. */
export async function lookInto(
  { objects }: Pick<Ports, 'objects'>,
  object: S3Object,
  { compression, encoding = 'utf8' }: TextPlan,
  { stretches, mostBytes }: Reading,
  look: (beginning: Beginning) => Names | 'more',
): Promise<Names> {
  if (compression !== 'none' && compression !== 'gzip') {
    const reason = `names are taken from files without compression or in gzip, and there is nothing here to read ${compression} with`
    return unreadable(reason, 'COLUMNS_NOT_TOLD')
  }
  let bytes: Uint8Array = new Uint8Array()
  for (const stretch of stretches) {
    const range = { from: bytes.length, bytes: stretch - bytes.length, ifMatch: object.etag }
    bytes = Buffer.concat([bytes, await objects.read(urlOf(object), range)])
    const plain =
      compression === 'gzip' ? await unzipped(bytes, mostBytes) : { kind: 'bytes' as const, bytes, isCut: false }
    if (plain.kind === 'unreadable') return plain
    const text = decoded(plain.bytes, encoding)
    if (typeof text !== 'string') return text
    const isLast = stretch === stretches.at(-1)
    const found = look({ text, isAll: bytes.length < stretch && !plain.isCut, isLast })
    if (found !== 'more') return found
  }
  return unreadable('its first megabytes do not hold its names')
}
