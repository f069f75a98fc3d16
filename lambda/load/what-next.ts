import type { Arrival, FileError, Hold, S3Url } from '../model'
import type { Fault } from '../ports'

/** What follows from a load that the warehouse refused, or that could not even begin. */
export type Next =
  /** These files are bad, the others stay queued and load at once. */
  | { readonly kind: 'mark-failed'; readonly errors: readonly (FileError & { readonly url: S3Url })[] }
  /** It is the data, but nothing names the file: the next batch takes half of the files. */
  | { readonly kind: 'halve'; readonly files: number }
  /** Somebody has to look which of the files are still there. */
  | { readonly kind: 'look-for-files' }
  /** Later, and later each time. */
  | { readonly kind: 'hold'; readonly hold: Hold; readonly files?: number }

/** Decides; the arrivals are those of the batch, none if there was no batch yet. */
export function whatNext(
  fault: Fault,
  arrivals: readonly Arrival[],
  before: Hold | undefined,
  nowMs: number,
  random: number,
): Next {
  if (fault.fileErrors.length > 0 && arrivals.length > 0) return { kind: 'mark-failed', errors: fault.fileErrors }
  switch (fault.kind) {
    case 'data': {
      const [only] = arrivals
      if (arrivals.length === 1 && only !== undefined) {
        const { bucket, key } = only.object
        return {
          kind: 'mark-failed',
          errors: [{ url: `s3://${bucket}/${key}`, code: fault.code, reason: fault.message }],
        }
      }
      return { kind: 'halve', files: Math.ceil(arrivals.length / 2) }
    }
    case 'gone':
      return { kind: 'look-for-files' }
    case 'too-long':
      return arrivals.length > 1
        ? {
            kind: 'hold',
            hold: holdFor('waiting', fault, before, nowMs, random),
            files: Math.ceil(arrivals.length / 2),
          }
        : { kind: 'hold', hold: holdFor('blocked', fault, before, nowMs, random) }
    case 'passing':
      return { kind: 'hold', hold: holdFor('waiting', fault, before, nowMs, random) }
    case 'set-up':
      return { kind: 'hold', hold: holdFor('blocked', fault, before, nowMs, random) }
  }
}

/** The first retry of a passing fault, and of a set-up that a person must mend. */
const FIRST_DELAY_MS = { waiting: 2_000, blocked: 30_000 } as const
/** No target waits longer than this for its next try. */
const LONGEST_DELAY_MS = 15 * 60_000

/** Twice as long each time, up to 15 minutes, and up to half of it left to chance, so that many targets do not come back at once. */
export function holdFor(
  kind: 'waiting' | 'blocked',
  fault: { readonly code: string; readonly message: string },
  before: Hold | undefined,
  nowMs: number,
  random: number,
): Hold {
  const same = before !== undefined && before.kind === kind && before.code === fault.code
  const tries = same ? before.tries + 1 : 1
  const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS[kind] * 2 ** (tries - 1))
  const retryAtMs = Math.round(nowMs + delayMs * (0.5 + random / 2))
  return { kind, sinceMs: same ? before.sinceMs : nowMs, code: fault.code, reason: fault.message, tries, retryAtMs }
}
