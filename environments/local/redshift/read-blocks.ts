import { isUtf8 } from 'node:buffer'
import type { Bytes } from './decompress'
import type { RowLoader } from './load-rows'

/**
 * Reads the complete rows between two offsets and gives the offset behind them. With `isLast` nothing may be left.
 * A reader keeps its own line count, and is made anew for every file.
 */
export type ReadRows = (bytes: Buffer, end: number, isLast: boolean) => number

/** Sends what has been converted so far; resolves when more may come. */
export type Flush = () => Promise<void>

/**
 * Gives a file's bytes to a reader in blocks that begin with a row.
 *
 * All pieces are copied into one buffer that is used again and again: fresh memory for each costs more than the copy.
 */
export async function readBlocks(bytes: Bytes, read: ReadRows, loader: RowLoader, flush: Flush): Promise<void> {
  let buffer: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES)
  let filled = 0
  // A row that does not end in the buffer is looked at again only when twice as much of it has come.
  let wanted = 0
  for await (const piece of bytes) {
    if (filled + piece.length > buffer.length) buffer = grown(buffer, filled, filled + piece.length)
    filled += piece.copy(buffer, filled)
    if (filled < wanted) continue
    const block = buffer.subarray(0, filled)
    learn(loader, block)
    const done = read(block, filled, false)
    buffer.copyWithin(0, done, filled)
    filled -= done
    wanted = filled * 2
    await flush()
  }
  const last = buffer.subarray(0, filled)
  learn(loader, last)
  read(last, filled, true)
  await flush()
}

const FIRST_BYTES = 512 * 1024

function grown(buffer: Buffer, filled: number, needed: number): Buffer {
  const bigger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, needed))
  buffer.copy(bigger, 0, 0, filled)
  return bigger
}

/** One look at the whole block saves a look at every field. A character cut by its end costs that saving only once. */
function learn({ block }: RowLoader, bytes: Buffer): void {
  block.isUtf8 = isUtf8(bytes)
  block.hasNul = bytes.includes(0)
}
