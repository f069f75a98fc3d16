import { wakeAtTick } from '../../../lambda/batch/when-to-wake'
import type { TargetState } from '../../../lambda/model'

const NOW_MS = 1_795_176_000_000
const THRESHOLDS = { files: 100, bytes: 1_000_000_000, seconds: 60 }
const IDLE: TargetState = { target: 'main/public.orders', waitingFiles: 0, waitingBytes: 0, fence: 1 }
const HOLD = { kind: 'waiting', sinceMs: NOW_MS - 9_000, code: 'X', reason: 'x', tries: 1 } as const

const isWoken = (state: Partial<TargetState>) => wakeAtTick({ ...IDLE, ...state }, THRESHOLDS, NOW_MS)

describe('the tick', () => {
  it('lets a target alone at which there is nothing to do', () => {
    expect(isWoken({})).toBe(false)
  })

  it('lets a target alone that somebody holds', () => {
    expect(isWoken({ waitingFiles: 3, lease: { owner: 'one', untilMs: NOW_MS + 1 } })).toBe(false)
  })

  it('looks at a target whose holder died, since what the counts lack may be waiting', () => {
    expect(isWoken({ lease: { owner: 'one', untilMs: NOW_MS } })).toBe(true)
  })

  it('ends a hold whose time has come, also if nothing waits any more', () => {
    expect(isWoken({ hold: { ...HOLD, retryAtMs: NOW_MS + 1 } })).toBe(false)
    expect(isWoken({ hold: { ...HOLD, retryAtMs: NOW_MS } })).toBe(true)
  })
})
