import { S3Error } from './errors'

// The line before a chunk holds its size and at most a signature; nothing legitimate comes near this.
const LONGEST_LINE_BYTES = 8 * 1024

/**
 * Takes the `aws-chunked` framing off a body: `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n`, ended by a chunk of size 0
 * and trailers. Yields views of what came in, without copying; chunk signatures are not checked.
 */
export async function* unchunk(
  source: AsyncIterable<Buffer>,
  onTrailer: (name: string, value: string) => void,
): AsyncGenerator<Buffer> {
  let expecting: 'size' | 'bytes' | 'end of bytes' | 'trailer' | 'nothing' = 'size'
  let left = 0
  let unfinishedLine: Buffer = Buffer.alloc(0)
  for await (const piece of source) {
    let rest: Buffer = unfinishedLine.length > 0 ? Buffer.concat([unfinishedLine, piece]) : piece
    unfinishedLine = Buffer.alloc(0)
    while (rest.length > 0 && expecting !== 'nothing') {
      if (expecting === 'bytes') {
        const taken = rest.subarray(0, left)
        yield taken
        rest = rest.subarray(taken.length)
        left -= taken.length
        if (left === 0) expecting = 'end of bytes'
        continue
      }
      const end = rest.indexOf('\r\n')
      if (end < 0) {
        if (rest.length > LONGEST_LINE_BYTES) throw new S3Error('IncompleteBody')
        unfinishedLine = rest
        break
      }
      const line = rest.toString('latin1', 0, end)
      rest = rest.subarray(end + 2)
      if (expecting === 'end of bytes') {
        if (line !== '') throw new S3Error('IncompleteBody')
        expecting = 'size'
      } else if (expecting === 'size') {
        left = sizeIn(line)
        expecting = left === 0 ? 'trailer' : 'bytes'
      } else if (line === '') {
        expecting = 'nothing'
      } else {
        readTrailer(line, onTrailer)
      }
    }
  }
  if (expecting !== 'nothing' && expecting !== 'trailer') throw new S3Error('IncompleteBody')
  // Some clients leave out the very last line break.
  if (unfinishedLine.length > 0) readTrailer(unfinishedLine.toString('latin1'), onTrailer)
}

function sizeIn(line: string): number {
  const size = /^([0-9a-f]+)(?:;|$)/i.exec(line)?.[1]
  if (size === undefined) throw new S3Error('IncompleteBody')
  return Number.parseInt(size, 16)
}

function readTrailer(line: string, onTrailer: (name: string, value: string) => void): void {
  const colon = line.indexOf(':')
  if (colon > 0) onTrailer(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
}
