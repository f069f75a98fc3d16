import type { Readable } from 'node:stream'
import type { CopyFeed } from './backend'
import type { LoadPlan } from './copy-options'
import { EncodingError, toUtf8 } from './decode-text'
import { CompressionError, decompress } from './decompress'
import type { RowLoader } from './load-rows'
import { type Flush, type ReadRows, readBlocks } from './read-blocks'
import { readParquet } from './read-parquet'
import type { S3ObjectInfo, S3Objects } from './s3-objects'
import { message } from './wire'

/** A file that was read, and how many rows it had, bad ones included. */
export interface ScannedFile {
  readonly file: S3ObjectInfo
  readonly firstRow: number
  readonly lines: number
}

/** What a load is made of. */
export interface Load {
  readonly s3: S3Objects
  readonly region: string
  readonly pid: number
  readonly plan: LoadPlan
  readonly loader: RowLoader
  /** A reader for one file; Parquet has none, because it is not read from front to back. */
  readonly makeReader: (() => ReadRows) | undefined
  readonly files: readonly S3ObjectInfo[]
}

/** Postgres takes no more data; its own error says why. */
class Refused extends Error {}

/** Feeds all files, one after another, into a COPY; `scanned` grows with every file that was begun. */
export function feedFiles(load: Load, scanned: ScannedFile[]): CopyFeed {
  const { loader, files } = load
  return async (write) => {
    const flush: Flush = async () => {
      const { out } = loader
      if (out.mark() === 0) return
      const data = message('d', out.peek())
      out.rewind(0)
      if (!(await write(data))) throw new Refused()
    }
    const ahead = openAhead(load)
    try {
      for (const [at, file] of files.entries()) {
        const firstRow = loader.rowCount()
        const before = firstRow + loader.errorCount()
        scanned.push({ file, firstRow, lines: 0 })
        loader.startFile(file)
        try {
          await readFile(load, file, ahead.take(at), flush)
        } finally {
          scanned[at] = { file, firstRow, lines: loader.rowCount() + loader.errorCount() - before }
        }
      }
    } finally {
      ahead.close()
    }
  }
}

async function readFile(
  load: Load,
  file: S3ObjectInfo,
  body: Promise<Readable> | undefined,
  flush: Flush,
): Promise<void> {
  const { plan, loader, makeReader } = load
  if (plan.format.kind === 'parquet') {
    return readParquet(file, { ...plan, format: plan.format }, loader, flush, load)
  }
  if (makeReader === undefined || body === undefined) return
  try {
    const bytes = toUtf8(decompress(await body, plan.compression), plan.encoding)
    await readBlocks(bytes, makeReader(), loader, flush)
  } catch (error) {
    // The whole file is at fault, so it has no line.
    if (error instanceof CompressionError) {
      loader.reject({ code: 1216, reason: `Invalid ${plan.compression} file: ${error.message}` }, 0)
    } else if (error instanceof EncodingError) {
      const reason = 'Encoding of the file is not the same as that specified in the COPY command'
      loader.reject({ code: 1221, reason }, 0)
    } else throw error
  }
}

const FILES_AHEAD = 4

/** Asks S3 for the next files while one is read: small files are mostly waiting. */
function openAhead({ s3, files, makeReader }: Load) {
  const opened = new Map<number, Promise<Readable>>()
  return {
    take: (at: number): Promise<Readable> | undefined => {
      if (makeReader === undefined) return undefined
      for (let next = at; next < Math.min(at + FILES_AHEAD, files.length); next++) {
        const file = files[next]
        if (file === undefined || opened.has(next)) continue
        const body = s3.open(file)
        body.catch(() => {}) // told when its turn comes
        opened.set(next, body)
      }
      const body = opened.get(at)
      opened.delete(at)
      return body
    },
    close: () => {
      for (const body of opened.values()) {
        body.then(
          (stream) => stream.destroy(),
          () => {},
        )
      }
    },
  }
}
