import type { TargetId, TargetState } from '../../lambda/model'
import type { TargetChange, TargetsPort } from '../../lambda/ports'
import { stored } from './stored'

/** The targets in a map. Each operation is one step: nothing comes between its look and its write. */
export function targetsInMemory(): TargetsPort {
  const targets = new Map<TargetId, TargetState>()
  const stateOf = (target: TargetId): TargetState =>
    targets.get(target) ?? { target, waitingFiles: 0, waitingBytes: 0, fence: 0 }
  const write = (state: TargetState): TargetState => {
    targets.set(state.target, stored(state))
    return stored(state)
  }
  return {
    async get(target) {
      return targets.get(target)
    },
    async countArrivals(target, { files, bytes, wakeAtMs }) {
      const state = stateOf(target)
      return write({
        ...state,
        waitingFiles: state.waitingFiles + files,
        waitingBytes: state.waitingBytes + bytes,
        wakeAtMs: state.wakeAtMs ?? wakeAtMs,
      })
    },
    async claim(target, { owner, nowMs, untilMs }) {
      const { wakeAtMs: _cleared, ...state } = stateOf(target)
      if (state.lease && state.lease.untilMs > nowMs) return 'held'
      return write({ ...state, fence: state.fence + 1, lease: { owner, untilMs } })
    },
    async change(target, { owner, fence }, change) {
      const state = stateOf(target)
      if (state.fence !== fence || state.lease?.owner !== owner) return 'lost-race'
      return write(changed(state, change))
    },
    async *all() {
      for (const target of [...targets.keys()].sort()) yield stateOf(target)
    },
  }
}

function changed(
  state: TargetState,
  { addWaitingFiles = 0, addWaitingBytes = 0, ...fields }: TargetChange,
): TargetState {
  const set = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)
  const removed = Object.entries(fields).filter(([, value]) => value === null)
  const left = Object.entries(state).filter(([name]) => !removed.some(([other]) => other === name))
  return {
    target: state.target,
    fence: state.fence,
    ...Object.fromEntries([...left, ...set]),
    waitingFiles: state.waitingFiles + addWaitingFiles,
    waitingBytes: state.waitingBytes + addWaitingBytes,
  }
}
