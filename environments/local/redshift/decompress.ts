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

/** An old stream from before there was async iteration; it answers every write at once. */
interface OldStream {
  on(event: 'data', listener: (piece: Buffer) => void): this
  on(event: 'error', listener: (error: unknown) => void): this
  write(piece: Buffer): boolean
  end(): void
}

async function* bunzip2(body: Readable): Bytes {
  // It has no types, which is why its name is not spelled as a literal here.
  const name: string = 'unbzip2-stream'
  const { default: unbzip2 } = (await import(name)) as { readonly default: () => OldStream }
  const stream = unbzip2()
  let ready: Buffer[] = []
  let problem: { readonly cause: unknown } | undefined
  stream.on('data', (piece) => void ready.push(piece))
  stream.on('error', (cause) => {
    problem ??= { cause }
  })
  const take = () => {
    if (problem !== undefined) throw new CompressionError(messageOf(problem.cause), problem)
    const taken = ready
    ready = []
    return taken
  }
  for await (const piece of body) {
    stream.write(piece)
    yield* take()
  }
  stream.end()
  yield* take()
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
