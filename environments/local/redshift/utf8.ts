/** Where the first byte stands that does not belong to a valid UTF-8 character; -1 when there is none. */
export function firstInvalid(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; ) {
    const length = characterLength(bytes, at, end)
    if (length < 0) return at
    at += length
  }
  return -1
}

/** Bytes of the character at `at`; negative: so many bytes that are none. */
export function characterLength(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at] as number
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4) return -1
  for (let i = 1; i < length; i++) {
    const next = at + i < end ? (bytes[at + i] as number) : 0
    if (next >> 6 !== 2) return -i
    // Too long for its value, half a surrogate pair, or beyond the last code point.
    if (i === 1 && ((first === 0xe0 && next < 0xa0) || (first === 0xed && next > 0x9f))) return -length
    if (i === 1 && ((first === 0xf0 && next < 0x90) || (first === 0xf4 && next > 0x8f))) return -length
  }
  return length
}

/** The longest part of at most so many bytes that does not end inside a character. */
export function cutAtCharacter(bytes: Uint8Array, start: number, end: number, maxBytes: number): number {
  let cut = Math.min(end, start + maxBytes)
  while (cut > start && cut < end && (bytes[cut] as number) >> 6 === 2) cut--
  return cut
}

/** The bytes with every byte that is no UTF-8 replaced by one character. */
export function replaceInvalid(bytes: Uint8Array, start: number, end: number, replacement: number): Buffer {
  const out = Buffer.from(bytes.subarray(start, end))
  for (let at = 0; at < out.length; ) {
    const length = characterLength(out, at, out.length)
    if (length < 0) out.fill(replacement, at, Math.min(at - length, out.length))
    at += Math.abs(length)
  }
  return out
}
