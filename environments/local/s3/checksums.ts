import { createHash } from 'node:crypto'

/** The checksums that a client may send along with a body. */
export type ChecksumAlgorithm = 'crc32' | 'crc32c' | 'crc64nvme' | 'sha1' | 'sha256'

/** The header, trailer or answer field of each algorithm starts so. */
export const CHECKSUM_HEADER = 'x-amz-checksum-'

export const CHECKSUM_ALGORITHMS: readonly ChecksumAlgorithm[] = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256']

/** The checksum over all chunks together, in base64 as it travels. */
export function checksumOf(algorithm: ChecksumAlgorithm, chunks: readonly Buffer[]): string {
  switch (algorithm) {
    case 'crc32':
      return crc32(CRC32, chunks)
    case 'crc32c':
      return crc32(CRC32C, chunks)
    case 'crc64nvme':
      return crc64(chunks)
    case 'sha1':
    case 'sha256':
      return hashOf(algorithm, chunks).toString('base64')
  }
}

/** A cryptographic hash over all chunks together. */
export function hashOf(algorithm: 'md5' | 'sha1' | 'sha256', chunks: readonly Buffer[]): Buffer {
  const hash = createHash(algorithm)
  for (const chunk of chunks) hash.update(chunk)
  return hash.digest()
}

// Node 20 has no CRC of its own (zlib.crc32 came with 22), so: one table per polynomial, one step per byte.
const CRC32 = crc32Table(0xedb88320)
const CRC32C = crc32Table(0x82f63b78)

function crc32Table(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1
    return value
  })
}

function crc32(table: Uint32Array, chunks: readonly Buffer[]): string {
  let crc = 0xffffffff
  for (const chunk of chunks) {
    // An index loop: iterating a Buffer by for-of is several times slower.
    for (let index = 0; index < chunk.length; index += 1) {
      crc = (table[(crc ^ (chunk[index] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8)
    }
  }
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE((crc ^ 0xffffffff) >>> 0)
  return bytes.toString('base64')
}

// 64 bits as two halves of 32, because BigInt arithmetic per byte is a hundred times slower.
const CRC64_POLYNOMIAL = 0x9a6c9329ac4bc9b5n
const CRC64 = crc64Table()

function crc64Table(): { readonly high: Uint32Array; readonly low: Uint32Array } {
  const values = Array.from({ length: 256 }, (_, byte) => {
    let value = BigInt(byte)
    for (let bit = 0; bit < 8; bit += 1) value = value & 1n ? (value >> 1n) ^ CRC64_POLYNOMIAL : value >> 1n
    return value
  })
  return {
    high: Uint32Array.from(values, (value) => Number(value >> 32n)),
    low: Uint32Array.from(values, (value) => Number(value & 0xffffffffn)),
  }
}

function crc64(chunks: readonly Buffer[]): string {
  let high = 0xffffffff
  let low = 0xffffffff
  for (const chunk of chunks) {
    for (let index = 0; index < chunk.length; index += 1) {
      const entry = (low ^ (chunk[index] ?? 0)) & 0xff
      low = ((low >>> 8) | (high << 24)) ^ (CRC64.low[entry] ?? 0)
      high = (high >>> 8) ^ (CRC64.high[entry] ?? 0)
    }
  }
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32BE(~high >>> 0, 0)
  bytes.writeUInt32BE(~low >>> 0, 4)
  return bytes.toString('base64')
}
