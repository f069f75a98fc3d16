import type { Duplex } from 'node:stream'

/** One message of the Postgres protocol 3.0: a type byte and its body. */
export interface Message {
  /** The type byte as a character, e.g. `Q`. */
  readonly type: string
  readonly body: Buffer
  /** The bytes as they came, for passing on unchanged. */
  readonly raw: Buffer
}

/** Encodes a message from its parts; strings are sent as UTF-8 with a terminating zero. */
export function message(type: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part))
  const length = body.reduce((sum, part) => sum + part.length, 4)
  const head = Buffer.alloc(5)
  head.write(type, 'latin1')
  head.writeInt32BE(length, 1)
  return Buffer.concat([head, ...body])
}

/** A big-endian 32-bit integer, the protocol's only kind of number here. */
export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

/** What an ErrorResponse or NoticeResponse says. */
export interface Report {
  readonly severity: string
  readonly sqlState: string
  readonly message: string
  readonly detail?: string
  readonly where?: string
}

/** An ErrorResponse (`E`) or, for severities below ERROR, a NoticeResponse (`N`). */
export function report({ severity, sqlState, message: text, detail }: Report): Buffer {
  const isError = severity === 'ERROR' || severity === 'FATAL'
  const fields = [`S${severity}`, `V${severity}`, `C${sqlState}`, `M${text}`]
  if (detail !== undefined) fields.push(`D${detail}`)
  return message(isError ? 'E' : 'N', ...fields, Buffer.from([0]))
}

/** Reads an ErrorResponse or NoticeResponse. */
export function readReport(body: Buffer): Report {
  const fields = new Map<string, string>()
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const end = body.indexOf(0, at + 1)
    fields.set(String.fromCharCode(body[at] ?? 0), body.toString('utf8', at + 1, end))
    at = end + 1
  }
  const detail = fields.get('D')
  const where = fields.get('W')
  return {
    severity: fields.get('V') ?? fields.get('S') ?? 'ERROR',
    sqlState: fields.get('C') ?? 'XX000',
    message: fields.get('M') ?? '',
    ...(detail === undefined ? {} : { detail }),
    ...(where === undefined ? {} : { where }),
  }
}

/** Reads a DataRow into text values. */
export function readRow(body: Buffer): (string | null)[] {
  const values: (string | null)[] = []
  let at = 2
  for (let left = body.readInt16BE(0); left > 0; left--) {
    const length = body.readInt32BE(at)
    at += 4
    values.push(length < 0 ? null : body.toString('utf8', at, at + length))
    at += Math.max(length, 0)
  }
  return values
}

/** The zero-terminated strings at the start of a body, as many as asked for, and where they end. */
export function readStrings(body: Buffer, count: number): { readonly strings: string[]; readonly end: number } {
  const strings: string[] = []
  let at = 0
  for (; strings.length < count; ) {
    const end = body.indexOf(0, at)
    if (end < 0) throw new Error('invalid string in message')
    strings.push(body.toString('utf8', at, end))
    at = end + 1
  }
  return { strings, end: at }
}

/** Cuts a byte stream into messages, whatever the chunks are. */
export function makeFramer(): (chunk: Buffer) => Message[] {
  let pieces: Buffer[] = []
  let held = 0
  let needed = 5
  return (chunk) => {
    pieces.push(chunk)
    held += chunk.length
    // Large messages come in many chunks: join them once, not once per chunk.
    if (held < needed) return []
    const bytes = pieces.length === 1 ? chunk : Buffer.concat(pieces)
    const messages: Message[] = []
    let at = 0
    needed = 5
    while (bytes.length - at >= 5) {
      const length = bytes.readInt32BE(at + 1) + 1
      if (bytes.length - at < length) {
        needed = length
        break
      }
      messages.push({
        type: String.fromCharCode(bytes[at] ?? 0),
        body: bytes.subarray(at + 5, at + length),
        raw: bytes.subarray(at, at + length),
      })
      at += length
    }
    held = bytes.length - at
    pieces = held === 0 ? [] : [bytes.subarray(at)]
    return messages
  }
}

/** Writes and waits while the other side is slower than us; resolves at once when the stream is gone. */
export function writeAndWait(stream: Duplex, bytes: Buffer): Promise<void> | undefined {
  if (stream.destroyed || stream.write(bytes)) return undefined
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done)
      resolve()
    }
    stream.on('drain', done).on('close', done)
  })
}
