import { PenstockError } from '../../lambda/errors'
import { PLACEHOLDER } from '../../lambda/platform/placeholder'
import type { SecretsPort } from '../../lambda/ports'

const CACHE_MS = 5 * 60_000

/** Secrets in a map, with the cache that the port promises. `set` is what a person does in the console. */
export function secretsInMemory({ now }: { readonly now: () => number }): SecretsPort & {
  set(parameter: string, value: string): void
} {
  const values = new Map<string, string>()
  const cache = new Map<string, { readonly value: string; readonly untilMs: number }>()
  return {
    async read(parameter, { fresh = false } = {}) {
      const cached = cache.get(parameter)
      if (!fresh && cached && now() < cached.untilMs) return cached.value
      const value = values.get(parameter)?.replace(/\r?\n$/, '')
      if (value === undefined || value === PLACEHOLDER) {
        throw new PenstockError('SECRET_NOT_SET', `the secret ${parameter} is not set yet`)
      }
      cache.set(parameter, { value, untilMs: now() + CACHE_MS })
      return value
    },
    set: (parameter, value) => void values.set(parameter, value),
  }
}
