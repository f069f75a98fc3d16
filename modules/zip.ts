import { crc32 } from 'node:zlib'

/** A file of an archive. */
export interface Entry {
  /** Relative, with slashes. */
  readonly name: string
  readonly bytes: Buffer
}

/** 1 January 1980, the earliest that the format can say: the time of an entry must not depend on the day. */
const DATE = 0x0021
const UTF8_NAMES = 0x0800
const VERSION = 20
/** Read by all, written by the owner: Lambda runs as somebody else. */
const UNIX_MODE = 0o100644
const MADE_ON_UNIX = 3 << 8

/**
 * A ZIP archive, the same bytes for the same files on every machine. It is not compressed, since what zlib makes of a file differs
 * between versions of Node, and the function would be deployed again for that. CDKTF's own archive bears today's date, and its
 * command breaks where the project's path has a space.
 */
export function zipOf(entries: readonly Entry[]): Buffer {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { name, bytes } of entries) {
    const path = Buffer.from(name, 'utf8')
    const about = aboutOf(path, bytes)
    const local = Buffer.concat([numbers([0x04034b50, 4], [VERSION, 2]), about, numbers([0, 2]), path, bytes])
    central.push(
      numbers([0x02014b50, 4], [MADE_ON_UNIX | VERSION, 2], [VERSION, 2]),
      about,
      numbers([0, 2], [0, 2], [0, 2], [0, 2], [UNIX_MODE * 0x10000, 4], [offset, 4]),
      path,
    )
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(central)
  const count = entries.length
  const end = numbers([0x06054b50, 4], [0, 4], [count, 2], [count, 2], [directory.length, 4], [offset, 4], [0, 2])
  return Buffer.concat([...locals, directory, end])
}

/** What both places tell of an entry: flags, method (stored), time, date, checksum, sizes, length of the name. */
function aboutOf(path: Buffer, bytes: Buffer): Buffer {
  const { length } = bytes
  return numbers(
    [UTF8_NAMES, 2],
    [0, 2],
    [0, 2],
    [DATE, 2],
    [crc32(bytes), 4],
    [length, 4],
    [length, 4],
    [path.length, 2],
  )
}

/** Numbers, each with its width in bytes, the least significant byte first. */
function numbers(...all: readonly (readonly [value: number, width: number])[]): Buffer {
  const buffer = Buffer.alloc(all.reduce((sum, [, width]) => sum + width, 0))
  let at = 0
  for (const [value, width] of all) at = buffer.writeUIntLE(value, at, width)
  return buffer
}
