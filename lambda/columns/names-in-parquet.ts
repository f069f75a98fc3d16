import { messageOf } from '../errors'
import { type S3Object, urlOf } from '../model'
import type { Ports } from '../ports'
import { checkedNames, type Names, unreadable } from './names'

/** Most footers are shorter, and one request is enough. */
const FIRST_GUESS = 64 * 1024

/** Parsed, a footer takes many times as much memory. Thousands of columns in hundreds of row groups are below. */
const MOST_BYTES = 16 * 1024 * 1024

/** `PAR1` at both ends, and the length of the footer. */
const LEAST_BYTES = 12

/** Behind the footer: its length in four bytes, and `PAR1`. */
const TRAILER_BYTES = 8

/** The names at the top of a Parquet file's schema, in its order: a nested column is one. They are told by its footer. */
export async function namesInParquet({ objects }: Pick<Ports, 'objects'>, object: S3Object): Promise<Names> {
  const { sizeBytes, etag: ifMatch } = object
  if (sizeBytes < LEAST_BYTES) return unreadable('it is too short for a Parquet file')
  const lastBytes = async (from: number, to: number) =>
    Buffer.from(await objects.read(urlOf(object), { from, bytes: to - from, ifMatch }))

  const guessed = Math.max(sizeBytes - FIRST_GUESS, 0)
  const tail = await lastBytes(guessed, sizeBytes)
  const magic = tail.subarray(-4).toString('latin1')
  if (magic === 'PARE') return unreadable('it is a Parquet file with an encrypted footer')
  if (magic !== 'PAR1') return unreadable('it does not end as a Parquet file does, with PAR1')
  const start = sizeBytes - TRAILER_BYTES - tail.readUInt32LE(tail.length - TRAILER_BYTES)
  if (start < 4) return unreadable('its Parquet footer is said to be longer than the file')
  if (sizeBytes - start > MOST_BYTES) return unreadable(`its Parquet footer is longer than ${MOST_BYTES} bytes`)
  return namesInFooter(start < guessed ? Buffer.concat([await lastBytes(start, guessed), tail]) : tail)
}

async function namesInFooter(footer: Uint8Array): Promise<Names> {
  // At its first use and no sooner: whoever loads no Parquet by names does not wait for it. The rest of the package reads values.
  const { parquetMetadata, parquetSchema } = await import('hyparquet/src/metadata.js')
  try {
    const { children } = parquetSchema(parquetMetadata(footer, { geoparquet: false }))
    const names = children.map(({ element }) => element.name)
    return checkedNames(names, true, 'its Parquet schema')
  } catch (error) {
    return unreadable(`its Parquet footer cannot be read: ${messageOf(error)}`)
  }
}
