import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { messageOf } from './errors'

/** Bytes of a file as they are to be read, in pieces of any size. */
export type Bytes = AsyncIterable<Buffer>

const PIECE_BYTES = 256 * 1024

/** Undoes a file's compression; a file that isn't compressed so makes the reading fail. */
export function decompress(body: Readable, compression: 'gzip' | 'bzip2' | 'zstd' | undefined): Bytes {
  switch (compression) {
    case undefined:
      return body
    case 'gzip':
      return piped(body, createGunzip({ chunkSize: PIECE_BYTES }))
    case 'bzip2':
      return bunzip2(body)
    case 'zstd':
      return unzstd(body)
  }
}

/** A file that cannot be decompressed. */
export class CompressionError extends Error {}

async function* piped(body: Readable, through: NodeJS.ReadWriteStream): Bytes {
  body.on('error', (error) => through.emit('error', error))
  try {
    for await (const piece of body.pipe(through)) yield piece as Buffer
  } catch (error) {
    throw new CompressionError(messageOf(error), { cause: error })
  } finally {
    body.destroy()
  }
}

async function* bunzip2(body: Readable): Bytes {
  // An old stream without async iteration: a modern one reads it.
  const { default: unbzip2 } = (await import('unbzip2-stream' as string)) as { default: () => NodeJS.ReadWriteStream }
  const { Readable: Wrapped } = await import('node:stream')
  const old = unbzip2()
  const modern = new Wrapped().wrap(old)
  old.on('error', (error) => modern.destroy(error))
  body.on('error', (error) => modern.destroy(error))
  body.pipe(old)
  try {
    for await (const piece of modern) yield piece as Buffer
  } catch (error) {
    throw new CompressionError(messageOf(error), { cause: error })
  } finally {
    body.destroy()
  }
}

async function* unzstd(body: Readable): Bytes {
  const { Decompress } = await import('fzstd')
  let ready: Buffer[] = []
  const stream = new Decompress((piece) => void ready.push(Buffer.from(piece)))
  const push = (piece: Uint8Array, isLast: boolean) => {
    try {
      stream.push(piece, isLast)
    } catch (error) {
      throw new CompressionError(messageOf(error), { cause: error })
    }
  }
  for await (const piece of body) {
    push(piece, false)
    yield* ready
    ready = []
  }
  push(new Uint8Array(0), true)
  yield* ready
}
