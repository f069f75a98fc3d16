/**
 * Rows in Postgres' text COPY format, growing.
 *
 * Methods of one object instead of functions of a module: they are called for every value, and what a compiler makes of
 * imports puts a getter before each call.
 */
export interface Output {
  /** How many bytes there are; also a mark to come back to. */
  mark(): number
  /** Takes back everything behind a mark. */
  rewind(mark: number): void
  tab(): void
  newline(): void
  /** Writes `\N`. */
  nothing(): void
  /** Writes characters that need no escape. */
  ascii(text: string): void
  /** Writes a range of bytes that need no escape. */
  plain(bytes: Uint8Array, start: number, end: number): void
  /** Writes a range of bytes with the escapes of the text format: backslash, tab and line ends. */
  escaped(bytes: Uint8Array, start: number, end: number): void
  /** The bytes so far, only valid until something is written. */
  peek(): Buffer
}

/** An empty output. */
export function makeOutput(): Output {
  let target = Buffer.allocUnsafe(64 * 1024)
  let length = 0

  const makeRoom = (count: number) => {
    const bigger = Buffer.allocUnsafe(Math.max(target.length * 2, length + count))
    target.copy(bigger, 0, 0, length)
    target = bigger
  }
  return {
    mark: () => length,
    rewind: (mark) => {
      length = mark
    },
    tab: () => {
      if (target.length === length) makeRoom(1)
      target[length++] = 9
    },
    newline: () => {
      if (target.length === length) makeRoom(1)
      target[length++] = 10
    },
    nothing: () => {
      if (target.length - length < 2) makeRoom(2)
      target[length++] = 0x5c
      target[length++] = 0x4e
    },
    ascii: (text) => {
      const count = text.length
      if (target.length - length < count) makeRoom(count)
      // Most texts are numbers and dates: too short for a call out of JavaScript to pay.
      if (count > 32) length += target.write(text, length, 'latin1')
      else for (let at = 0; at < count; at++) target[length++] = text.charCodeAt(at)
    },
    plain: (bytes, start, end) => {
      if (target.length - length < end - start) makeRoom(end - start)
      let to = length
      for (let at = start; at < end; at++) target[to++] = bytes[at] as number
      length = to
    },
    escaped: (bytes, start, end) => {
      if (target.length - length < (end - start) * 2) makeRoom((end - start) * 2)
      let to = length
      for (let at = start; at < end; at++) {
        const byte = bytes[at] as number
        if (byte === 0x5c || (byte < 14 && byte > 8)) {
          target[to++] = 0x5c
          target[to++] = ESCAPES[byte] as number
        } else target[to++] = byte
      }
      length = to
    },
    peek: () => target.subarray(0, length),
  }
}

const ESCAPES = new Uint8Array(0x5d)
for (const pair of ['\tt', '\nn', '\vv', '\ff', '\rr', '\\\\']) {
  ESCAPES[pair.charCodeAt(0)] = pair.charCodeAt(1)
}
