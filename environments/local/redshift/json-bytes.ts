/** Where a JSON value stands in a buffer. */
export interface JsonSpan {
  readonly kind: 'string' | 'number' | 'object' | 'array' | 'true' | 'false' | 'null'
  /** With the quotes or brackets. */
  readonly start: number
  readonly end: number
}

/** The buffer ended inside a value. */
export const INCOMPLETE = -1
/** There is no JSON value here. */
export const INVALID = -2

/** The first byte that is no white space. */
export function skipSpace(bytes: Buffer, from: number, end: number): number {
  let at = from
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09)) at++
  return at
}

/** Checks a whole value and gives the offset behind it, or INCOMPLETE or INVALID. */
export function endOfValue(bytes: Buffer, at: number, end: number): number {
  if (at >= end) return INCOMPLETE
  switch (bytes[at]) {
    case 0x22:
      return endOfString(bytes, at, end)
    case 0x7b:
      return endOfMembers(bytes, at, end, 0x7d, true)
    case 0x5b:
      return endOfMembers(bytes, at, end, 0x5d, false)
    case 0x74:
      return endOfWord(bytes, at, end, 'true')
    case 0x66:
      return endOfWord(bytes, at, end, 'false')
    case 0x6e:
      return endOfWord(bytes, at, end, 'null')
  }
  return endOfNumber(bytes, at, end)
}

/** What kind of value begins with this byte; only asked about values that were checked. */
export function kindOfValue(first: number | undefined): JsonSpan['kind'] {
  switch (first) {
    case 0x22:
      return 'string'
    case 0x7b:
      return 'object'
    case 0x5b:
      return 'array'
    case 0x74:
      return 'true'
    case 0x66:
      return 'false'
    case 0x6e:
      return 'null'
  }
  return 'number'
}

/** Calls `each` for the members of a checked object or array; an array's keys are its positions. */
export function eachMember(
  bytes: Buffer,
  container: JsonSpan,
  each: (key: JsonSpan | number, value: JsonSpan) => void,
): void {
  const isObject = container.kind === 'object'
  let at = skipSpace(bytes, container.start + 1, container.end)
  for (let position = 0; at < container.end - 1; position++) {
    let key: JsonSpan | number = position
    if (isObject) {
      const keyEnd = endOfString(bytes, at, container.end)
      key = { kind: 'string', start: at, end: keyEnd }
      at = skipSpace(bytes, skipSpace(bytes, keyEnd, container.end) + 1, container.end)
    }
    const valueEnd = endOfValue(bytes, at, container.end)
    each(key, { kind: kindOfValue(bytes[at]), start: at, end: valueEnd })
    at = skipSpace(bytes, skipSpace(bytes, valueEnd, container.end) + 1, container.end)
  }
}

/** The text of a checked string. */
export function textOfString(bytes: Buffer, { start, end }: JsonSpan): string {
  const hasEscape = bytes.subarray(start, end).includes(0x5c)
  return hasEscape
    ? (JSON.parse(bytes.toString('utf8', start, end)) as string)
    : bytes.toString('utf8', start + 1, end - 1)
}

/** Undoes the escapes of a string's inside, in place; no escape is shorter than its character in UTF-8. */
export function unescapeJson(bytes: Buffer, start: number, end: number): number {
  let to = start
  for (let at = start; at < end; ) {
    const byte = bytes[at] as number
    if (byte !== 0x5c) {
      bytes[to++] = byte
      at++
      continue
    }
    const isUnicode = bytes[at + 1] === 0x75
    const hasPair = isUnicode && isHighSurrogate(bytes, at) && bytes[at + 6] === 0x5c && bytes[at + 7] === 0x75
    const length = hasPair ? 12 : isUnicode ? 6 : 2
    const text: string = JSON.parse(`"${bytes.toString('latin1', at, at + length)}"`)
    to += bytes.write(text, to, 'utf8')
    at += length
  }
  return to
}

function isHighSurrogate(bytes: Buffer, at: number): boolean {
  return /^d[89ab]/i.test(bytes.toString('latin1', at + 2, at + 4))
}

function endOfString(bytes: Buffer, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at] as number
    if (byte === 0x22) return at + 1
    if (byte < 0x20) return INVALID
    if (byte !== 0x5c) continue
    at++
    if (at >= end) return INCOMPLETE
    const escaped = bytes[at] as number
    if (escaped === 0x75) {
      if (at + 4 >= end) return INCOMPLETE
      for (let i = 1; i <= 4; i++) if (!isHex(bytes[at + i] as number)) return INVALID
      at += 4
    } else if (!SIMPLE_ESCAPES.includes(escaped)) return INVALID
  }
  return INCOMPLETE
}

const SIMPLE_ESCAPES = Buffer.from('"\\/bfnrt')

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)
}

function endOfMembers(bytes: Buffer, start: number, end: number, close: number, hasKeys: boolean): number {
  let at = skipSpace(bytes, start + 1, end)
  if (at < end && bytes[at] === close) return at + 1
  for (;;) {
    if (hasKeys) {
      if (at >= end) return INCOMPLETE
      if (bytes[at] !== 0x22) return INVALID
      const keyEnd = endOfString(bytes, at, end)
      if (keyEnd < 0) return keyEnd
      at = skipSpace(bytes, keyEnd, end)
      if (at >= end) return INCOMPLETE
      if (bytes[at] !== 0x3a) return INVALID
      at = skipSpace(bytes, at + 1, end)
    }
    const valueEnd = endOfValue(bytes, at, end)
    if (valueEnd < 0) return valueEnd
    at = skipSpace(bytes, valueEnd, end)
    if (at >= end) return INCOMPLETE
    if (bytes[at] === close) return at + 1
    if (bytes[at] !== 0x2c) return INVALID
    at = skipSpace(bytes, at + 1, end)
  }
}

function endOfWord(bytes: Buffer, at: number, end: number, word: string): number {
  const there = bytes.toString('latin1', at, Math.min(at + word.length, end))
  if (there === word) return at + word.length
  return word.startsWith(there) && at + there.length >= end ? INCOMPLETE : INVALID
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

function endOfNumber(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && isNumberByte(bytes[at] as number)) at++
  if (at >= end) return INCOMPLETE
  return at > start && NUMBER.test(bytes.toString('latin1', start, at)) ? at : INVALID
}

function isNumberByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2b || byte === 0x2e || byte === 0x65 || byte === 0x45
  )
}
