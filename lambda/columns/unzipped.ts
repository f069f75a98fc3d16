import { constants, createGunzip } from 'node:zlib'
import { messageOf } from '../errors'
import { type Unreadable, unreadable } from './names'

interface Unzipped {
  readonly kind: 'bytes'
  readonly bytes: Uint8Array
  /** There is more to it than was asked for. */
  readonly isCut: boolean
}

/** What the beginning of a gzip file says, wherever it was cut off; at most `most` bytes of it. */
export async function unzipped(bytes: Uint8Array, most: number): Promise<Unzipped | Unreadable> {
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })
  gunzip.end(bytes)
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of gunzip as AsyncIterable<Buffer>) {
      pieces.push(piece)
      length += piece.length
      if (length > most) break
    }
  } catch (error) {
    // What went well before the damage is not shown: COPY would refuse the file anyway.
    return unreadable(`it should be in gzip, and cannot be read so: ${messageOf(error)}`)
  }
  return { kind: 'bytes', bytes: Buffer.concat(pieces).subarray(0, most), isCut: length > most }
}
