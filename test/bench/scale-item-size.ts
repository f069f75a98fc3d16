import type { AttributeValue } from '@aws-sdk/client-dynamodb'

/** What DynamoDB adds to each item when it bills storage. */
const STORED_WITH_EACH_ITEM = 100

/** What an item is billed for as storage, in bytes. Source: DynamoDB developer guide, "Item sizes and formats". */
export function storedBytes(item: Readonly<Record<string, AttributeValue>>): number {
  return bytesOfFields(item) + STORED_WITH_EACH_ITEM
}

function bytesOfFields(fields: Readonly<Record<string, AttributeValue>>): number {
  return Object.entries(fields).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOf(value), 0)
}

function bytesOf({ S, N, L, M }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S)
  if (N !== undefined) return bytesOfNumber(N)
  // A list or a map costs 3 bytes, and one more for each of its members.
  if (L !== undefined) return 3 + L.reduce((sum, value) => sum + 1 + bytesOf(value), 0)
  if (M !== undefined) return 3 + Object.keys(M).length + bytesOfFields(M)
  // A boolean, or a null.
  return 1
}

/** Two significant digits to a byte, without zeros before and behind, and one byte more. */
function bytesOfNumber(text: string): number {
  const digits = text
    .replace(/^-/, '')
    .replace('.', '')
    .replace(/^0+|0+$/g, '')
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0)
}
