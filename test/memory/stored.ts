import { cut } from '../../lambda/platform/attributes'

/** A frozen copy, as a store gives it back: nothing shared with the caller, nothing undefined, no endless text. */
export function stored<Value>(value: Value): Value
export function stored(value: unknown): unknown {
  if (typeof value === 'string') return cut(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map((each) => stored(each)))
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.freeze(Object.fromEntries(fields.map(([name, field]) => [name, stored(field)])))
}
