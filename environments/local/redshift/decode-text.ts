import type { Encoding } from './copy-options'
import type { Bytes } from './decompress'
import { messageOf } from './errors'

/** A file that is not in the encoding that the COPY names. */
export class EncodingError extends Error {}

/** Turns a file's encoding into UTF-8; UTF-8 itself passes untouched, valid or not. */
export async function* toUtf8(bytes: Bytes, encoding: Encoding): Bytes {
  if (encoding === 'utf8') yield* bytes
  else if (encoding === 'iso88591') for await (const piece of bytes) yield Buffer.from(piece.toString('latin1'))
  else yield* fromUtf16(bytes, encoding)
}

async function* fromUtf16(bytes: Bytes, encoding: 'utf16' | 'utf16le' | 'utf16be'): Bytes {
  let decoder: InstanceType<typeof TextDecoder> | undefined
  for await (const piece of bytes) {
    decoder ??= new TextDecoder(encoding === 'utf16' ? byteOrder(piece) : `utf-16${encoding.slice(5)}`, { fatal: true })
    yield decode(decoder, piece)
  }
  if (decoder !== undefined) yield decode(decoder)
}

function decode(decoder: InstanceType<typeof TextDecoder>, piece?: Buffer): Buffer {
  try {
    return Buffer.from(decoder.decode(piece, { stream: piece !== undefined }))
  } catch (error) {
    throw new EncodingError(messageOf(error), { cause: error })
  }
}

/** ENCODING UTF16 needs a byte order mark [docs: copy-parameters-data-conversion]. */
function byteOrder(first: Buffer): string {
  if (first[0] === 0xff && first[1] === 0xfe) return 'utf-16le'
  if (first[0] === 0xfe && first[1] === 0xff) return 'utf-16be'
  throw new EncodingError('the file has no byte order mark')
}
