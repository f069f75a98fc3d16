import { type Arrival, type FileError, type Hold, type S3Url, urlOf } from '../model'
import type { Fault } from '../ports'

/** What follows from a load that the warehouse refused. */
export type Next =
  /** These files are bad, the others stay queued and load at once. */
  | { readonly kind: 'mark-failed'; readonly errors: readonly (FileError & { readonly url: S3Url })[] }
  /** It is the data, but nothing names the file: the next batch takes half of the files. */
  | { readonly kind: 'halve'; readonly files: number }
  /** It had less time than an invocation has: another one tries the same, and nothing is learnt of the batch. */
  | { readonly kind: 'try-in-fresh-time' }
  /** Somebody has to look which of the files are still there; if that explains nothing, `otherwise` follows. */
  | { readonly kind: 'look-for-files'; readonly otherwise: Exclude<Next, { kind: 'look-for-files' }> }
  /** Later, and later each time. */
  | { readonly kind: 'hold'; readonly hold: Hold; readonly files?: number }

/** Decides what follows for a batch of these arrivals. A file is marked failed only if its data is at fault. */
export function whatNext(
  fault: Fault,
  arrivals: readonly Arrival[],
  so: {
    readonly hadFullTime: boolean
    readonly before: Hold | undefined
    readonly nowMs: number
    /** Its files replace the rows of the table together, or not at all. */
    readonly isWhole?: boolean
  },
  random: number,
): Next {
  const hold = (kind: 'waiting' | 'blocked') => holdFor(kind, fault, so.before, so.nowMs, random)
  const only = arrivals.length === 1 ? arrivals[0] : undefined
  const half = Math.ceil(arrivals.length / 2)
  const halved = so.isWhole ? {} : { files: half }
  switch (fault.kind) {
    case 'data':
      if (so.isWhole) return failedAll(arrivals, fault)
      if (fault.fileErrors.length > 0) return { kind: 'mark-failed', errors: fault.fileErrors }
      return only === undefined ? { kind: 'halve', files: half } : failed(only, fault)
    case 'gone': {
      // Half of the files each time, until the one that cannot be read, or is rewritten again and again, is alone.
      const giveUp = only !== undefined && triesAlike(fault, so.before) >= TRIES_ALONE
      return {
        kind: 'look-for-files',
        otherwise: giveUp ? failed(only, fault) : { kind: 'hold', hold: hold('waiting'), ...halved },
      }
    }
    case 'too-long':
      if (!so.hadFullTime) return { kind: 'try-in-fresh-time' }
      if (only === undefined && !so.isWhole) return { kind: 'hold', hold: hold('waiting'), ...halved }
      if (only === undefined) return { kind: 'hold', hold: hold('blocked') }
      return triesAlike(fault, so.before) >= TRIES_ALONE
        ? failed(only, { ...fault, message: `${fault.message}; ${TOO_LONG_ALONE}` })
        : { kind: 'hold', hold: hold('blocked') }
    case 'passing':
      return { kind: 'hold', hold: hold('waiting') }
    case 'set-up':
      return { kind: 'hold', hold: hold('blocked') }
  }
}

/** A file that alone fails so often is given up, so that it holds up no other: written again, it is tried again. */
const TRIES_ALONE = 5
const TOO_LONG_ALONE = 'alone it takes longer than a function may run: split it, or raise the timeout'

function triesAlike({ code }: Pick<Fault, 'code'>, before: Hold | undefined): number {
  return before?.code === code ? (before.triesAlike ?? 1) : 0
}

function failed({ object }: Arrival, { code, message }: Fault): Extract<Next, { kind: 'mark-failed' }> {
  return { kind: 'mark-failed', errors: [{ url: urlOf(object), code, reason: message }] }
}

/** Without the bad ones, the others would not be what the table is to hold; and nobody may be able to tell which those are. */
function failedAll(
  arrivals: readonly Arrival[],
  { code, message, fileErrors }: Fault,
): Extract<Next, { kind: 'mark-failed' }> {
  const [first] = fileErrors
  const others = first === undefined ? { code, reason: message } : besideBad(first.url)
  const named = new Set(fileErrors.map(({ url }) => url))
  const urls = arrivals.map(({ object }) => urlOf(object)).filter((url) => !named.has(url))
  return { kind: 'mark-failed', errors: [...fileErrors, ...urls.map((url) => ({ url, ...others }))] }
}

/** What became of a file that was to replace a table together with a bad one. */
export function besideBad(url: S3Url): FileError {
  const reason = `it was to replace the table together with ${url}, which could not be loaded: the table is as it was. Write all of them again`
  return { code: 'REPLACED_TOGETHER', reason }
}

/** The first retry of a passing fault, and of a set-up that a person must mend. */
const FIRST_DELAY_MS = { waiting: 2_000, blocked: 30_000 } as const
/** No target waits longer than this for its next try. */
const LONGEST_DELAY_MS = 15 * 60_000

/**
 * Twice as long each time, whatever the reasons are, up to 15 minutes, and up to half of it left to chance, so that many
 * targets do not come back at once. Another kind of fault begins anew, but what people were told is not forgotten: two that
 * take turns would otherwise be news each time.
 */
export function holdFor(
  kind: 'waiting' | 'blocked',
  fault: { readonly code: string; readonly message: string },
  before: Hold | undefined,
  nowMs: number,
  random: number,
): Hold {
  const again = before?.kind === kind ? before : undefined
  const toldCode = before?.toldCode
  const tries = (again?.tries ?? 0) + 1
  const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS[kind] * 2 ** Math.min(tries - 1, 20))
  return {
    kind,
    sinceMs: again?.sinceMs ?? nowMs,
    code: fault.code,
    reason: fault.message,
    tries,
    triesAlike: triesAlike(fault, before) + 1,
    retryAtMs: Math.round(nowMs + delayMs * (0.5 + random / 2)),
    ...(toldCode === undefined ? {} : { toldCode }),
  }
}
