import type { Fingerprint, S3Url, TargetId } from '../../lambda/model'
import type { ContentsPort } from '../../lambda/ports'

/** The loaded contents in a map. */
export function contentsInMemory(): ContentsPort {
  const loaded = new Map<string, S3Url>()
  const keyOf = (target: TargetId, fingerprint: Fingerprint) => `${target} ${fingerprint}`
  return {
    async get(target, fingerprints) {
      return new Map(
        fingerprints.flatMap((fingerprint) => {
          const url = loaded.get(keyOf(target, fingerprint))
          return url === undefined ? [] : [[fingerprint, url] as const]
        }),
      )
    },
    async put(target, contents) {
      for (const [fingerprint, url] of contents) loaded.set(keyOf(target, fingerprint), url)
    },
  }
}
