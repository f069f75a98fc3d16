import { PenstockError } from '../errors'
import type { Arrival, TargetId, TargetState } from '../model'
import type { Ports, TargetChange } from '../ports'

/** The right to load a target, in the hands of one invocation. */
export interface Lease {
  readonly target: TargetId
  readonly fence: number
  /** The target as this holder last saw it; others may have counted arrivals since. */
  state(): TargetState
  /** Applies a change together with what is owed to the counts, and with what was left for later. Throws `LOST_LEASE` when another holder has come. */
  change(change: Change): Promise<TargetState>
  /** Goes with the next change, for which there is always one: giving the lease up. Whoever comes after a crash in between does it again. */
  later(change: Change): void
  /** Writes what was left for later now, if anything was: before something that whoever does it again must not undo. */
  flush(): Promise<void>
  /**
   * Gives the lease up in the middle of something. What is owed stays owed: whoever goes on takes the same arrivals off
   * the counts, and a count that is too low would let files wait, while one that is too high costs a look. What was left for
   * later goes with it, and what was owed for that, unless a change that carried it has failed: that one may have been written.
   */
  abandon(change: Change): Promise<TargetState>
  /** These arrivals have left the queue: the next change takes them off the counts. */
  left(arrivals: readonly Arrival[]): void
  /** The whole queue was read after {@link state}: the next change mends the counts, which duplicates have raised. */
  counted(waiting: readonly Arrival[]): void
}

type Change = Omit<TargetChange, 'addWaitingFiles' | 'addWaitingBytes'>

/** The lease of a target, if nobody holds it. `owner` must be unique per invocation. */
export async function takeLease(
  ports: Pick<Ports, 'targets' | 'now'>,
  target: TargetId,
  owner: string,
  untilMs: number,
): Promise<Lease | 'held'> {
  const claimed = await ports.targets.claim(target, { owner, nowMs: ports.now(), untilMs })
  if (claimed === 'held') return 'held'

  let state = claimed
  let owed = { files: 0, bytes: 0 }
  let deferred: { readonly change: Change; readonly owed: typeof owed } | undefined
  const apply = async (change: Change, paying: { readonly files: number; readonly bytes: number }) => {
    const changed = await ports.targets.change(
      target,
      { owner, fence: claimed.fence },
      { ...change, addWaitingFiles: paying.files, addWaitingBytes: paying.bytes },
    )
    if (changed === 'lost-race') {
      throw new PenstockError(
        'LOST_LEASE',
        `another loader holds ${target} now; this one (fence ${claimed.fence}) stops`,
      )
    }
    owed = { files: owed.files - paying.files, bytes: owed.bytes - paying.bytes }
    state = changed
    return changed
  }
  // If it throws, nobody knows whether what was left for later is written: then whoever comes next does it again.
  const write = (change: Change) => {
    const carried = deferred?.change
    deferred = undefined
    return apply({ ...carried, ...change }, owed)
  }
  return {
    target,
    fence: claimed.fence,
    state: () => (deferred === undefined ? state : changedBy(state, deferred.change)),
    change: write,
    later(change) {
      deferred = { change: { ...deferred?.change, ...change }, owed }
    },
    async flush() {
      if (deferred !== undefined) await write({})
    },
    abandon(change) {
      const carried = deferred
      deferred = undefined
      return apply({ ...carried?.change, ...change }, carried?.owed ?? { files: 0, bytes: 0 })
    },
    left(arrivals) {
      owed = { files: owed.files - arrivals.length, bytes: owed.bytes - bytesOf(arrivals) }
    },
    counted(waiting) {
      // What was counted before the state was read lies in the queue that was read after it. What is counted later is
      // added on top, so the count may end too high, which costs one look, and never too low, which would cost a load.
      owed = { files: waiting.length - state.waitingFiles, bytes: bytesOf(waiting) - state.waitingBytes }
    },
  }
}

/** The state as it will be: what is `null` in a change is not there any more. */
function changedBy(state: TargetState, change: Change): TargetState {
  const entries = Object.entries({ ...state, ...change }).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(entries) as unknown as TargetState
}

/** Their sizes together. */
export function bytesOf(arrivals: readonly Arrival[]): number {
  return arrivals.reduce((sum, { object }) => sum + object.sizeBytes, 0)
}
