/** Rows in Postgres' text COPY format, growing. It is written byte by byte, so it is plain and mutable. */
export interface Output {
  bytes: Buffer
  length: number
}

/** An empty output. */
export function makeOutput(): Output {
  return { bytes: Buffer.allocUnsafe(64 * 1024), length: 0 }
}

/** Makes room for so many more bytes. */
export function makeRoom(out: Output, count: number): void {
  if (out.bytes.length - out.length >= count) return
  const bigger = Buffer.allocUnsafe(Math.max(out.bytes.length * 2, out.length + count))
  out.bytes.copy(bigger, 0, 0, out.length)
  out.bytes = bigger
}

/** Writes `\N`. */
export function writeNull(out: Output): void {
  makeRoom(out, 2)
  out.bytes[out.length++] = 0x5c
  out.bytes[out.length++] = 0x4e
}

/** Writes characters that need no escape. */
export function writeAscii(out: Output, text: string): void {
  makeRoom(out, text.length)
  out.length += out.bytes.write(text, out.length, 'latin1')
}

/** Writes a range of bytes that need no escape. */
export function writePlain(out: Output, bytes: Uint8Array, start: number, end: number): void {
  makeRoom(out, end - start)
  const target = out.bytes
  let to = out.length
  for (let at = start; at < end; at++) target[to++] = bytes[at] as number
  out.length = to
}

/** Writes a range of bytes with the escapes of the text format: backslash, tab and line ends. */
export function writeEscaped(out: Output, bytes: Uint8Array, start: number, end: number): void {
  makeRoom(out, (end - start) * 2)
  const target = out.bytes
  let to = out.length
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte === 0x5c || (byte < 14 && byte > 8)) {
      target[to++] = 0x5c
      target[to++] = ESCAPES[byte] as number
    } else target[to++] = byte
  }
  out.length = to
}

const ESCAPES = new Uint8Array(0x5d)
for (const [char, letter] of ['\tt', '\nn', '\vv', '\ff', '\rr', '\\\\'].map((pair) => [...Buffer.from(pair)])) {
  ESCAPES[char as number] = letter as number
}
