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

/** Gives a file's bytes to a reader in blocks that begin with a row. */
export async function readBlocks(bytes: Bytes, read: ReadRows, loader: RowLoader, flush: Flush): Promise<void> {
  let rest: Buffer = Buffer.alloc(0)
  let waiting: Buffer[] = []
  let waitingBytes = 0
  for await (const piece of bytes) {
    waiting.push(piece)
    waitingBytes += piece.length
    // A row longer than a piece is looked at again only when twice as much of it has come.
    if (waitingBytes < rest.length) continue
    const block: Buffer = rest.length === 0 && waiting.length === 1 ? piece : Buffer.concat([rest, ...waiting])
    waiting = []
    waitingBytes = 0
    learn(loader, block)
    rest = block.subarray(read(block, block.length, false))
    await flush()
  }
  const last = Buffer.concat([rest, ...waiting])
  learn(loader, last)
  read(last, last.length, true)
  await flush()
}

/** One look at the whole block saves a look at every field. A character cut by its end costs that saving only once. */
function learn({ block }: RowLoader, bytes: Buffer): void {
  block.isUtf8 = isUtf8(bytes)
  block.hasNul = bytes.includes(0)
}
