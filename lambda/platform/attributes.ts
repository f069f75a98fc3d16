import type { AttributeValue } from '@aws-sdk/client-dynamodb'

/** An item as the SDK takes it. */
export type Item = Record<string, AttributeValue>

/**
 * No text in an item is longer, so that an item cannot grow with what a warehouse says about a bad value; the rest is
 * cut off. An address, the longest text that must stay whole, has at most 1,093 characters (bucket 63, key 1,024).
 */
export const LONGEST_TEXT = 1_200

/**
 * The fields of a value as attributes; what is undefined is left out. Numbers keep all their digits and come back
 * exactly. Throws on what no model of ours holds: NaN, functions, big integers.
 */
export function toItem(values: object): Item {
  const item: Item = {}
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) item[name] = toAttribute(value)
  }
  return item
}

/** Attributes as values. */
export function fromItem(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, attribute]) => [name, fromAttribute(attribute)]))
}

/** A text that is never cut, for keys. */
export function keyText(text: string): AttributeValue {
  return { S: text }
}

/** One value as an attribute. */
export function toAttribute(value: unknown): AttributeValue {
  if (value === null) return { NULL: true }
  if (typeof value === 'string') return { S: cut(value) }
  if (typeof value === 'boolean') return { BOOL: value }
  if (typeof value === 'number' && Number.isFinite(value)) return { N: String(value) }
  if (Array.isArray(value)) return { L: value.map(toAttribute) }
  if (typeof value === 'object') return { M: toItem(value) }
  throw new TypeError(`${String(value)} cannot be stored`)
}

/** A text as it is stored: whole up to {@link LONGEST_TEXT}, never cut inside a character. */
export function cut(text: string): string {
  if (text.length <= LONGEST_TEXT) return text
  const head = text.slice(0, LONGEST_TEXT - 1)
  return `${/[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head}…`
}

function fromAttribute(attribute: AttributeValue): unknown {
  if (attribute.S !== undefined) return attribute.S
  if (attribute.N !== undefined) return Number(attribute.N)
  if (attribute.BOOL !== undefined) return attribute.BOOL
  if (attribute.NULL !== undefined) return null
  if (attribute.L !== undefined) return attribute.L.map(fromAttribute)
  if (attribute.M !== undefined) return fromItem(attribute.M)
  throw new TypeError(`an attribute of a type that Penstock never writes: ${Object.keys(attribute).join(', ')}`)
}
