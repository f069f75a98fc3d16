import { holdFor, whatNext } from '../../../lambda/load/what-next'
import type { Arrival, Hold } from '../../../lambda/model'
import type { Fault, FaultKind } from '../../../lambda/ports'

const arrival = (key: string): Arrival => ({
  target: 'main/public.t',
  object: { bucket: 'b', key, etag: 'e', sizeBytes: 1, eventTimeMs: 0 },
})
const fault = (kind: FaultKind): Fault => ({ kind, code: 'C', message: 'why', fileErrors: [] })
const MINUTE = 60_000

describe('after a fault', () => {
  it('files that are named fail and nothing else does, whatever kind of fault it was', () => {
    const error = { url: 's3://b/1', code: 'X', reason: 'bad' } as const
    const next = whatNext({ ...fault('set-up'), fileErrors: [error] }, [arrival('1'), arrival('2')], undefined, 0, 0)
    expect(next).toEqual({ kind: 'mark-failed', errors: [error] })
  })

  it('bad data that names no file is halved until one file is alone, which then fails', () => {
    expect(whatNext(fault('data'), [arrival('1'), arrival('2'), arrival('3')], undefined, 0, 0)).toEqual({
      kind: 'halve',
      files: 2,
    })
    expect(whatNext(fault('data'), [arrival('1')], undefined, 0, 0)).toMatchObject({
      kind: 'mark-failed',
      errors: [{ url: 's3://b/1' }],
    })
  })

  it('a load that ran out of time is tried with half of its files, and blocks when it is one', () => {
    expect(whatNext(fault('too-long'), [arrival('1'), arrival('2')], undefined, 0, 0)).toMatchObject({
      hold: { kind: 'waiting' },
      files: 1,
    })
    expect(whatNext(fault('too-long'), [arrival('1')], undefined, 0, 0)).toMatchObject({ hold: { kind: 'blocked' } })
  })

  it('a hold grows from try to try, never past 15 minutes, and chance spreads it', () => {
    let hold: Hold | undefined
    const delays: number[] = []
    for (let tries = 0; tries < 12; tries += 1) {
      hold = holdFor('blocked', fault('set-up'), hold, 0, 1)
      delays.push(hold.kind === 'paused' ? 0 : hold.retryAtMs)
    }
    expect(delays.slice(0, 4)).toEqual([0.5 * MINUTE, MINUTE, 2 * MINUTE, 4 * MINUTE])
    expect(Math.max(...delays)).toBe(15 * MINUTE)
    expect(holdFor('blocked', fault('set-up'), undefined, 0, 0)).toMatchObject({ retryAtMs: 0.25 * MINUTE })
  })

  it('another reason begins its own count', () => {
    const first = holdFor('blocked', { code: 'A', message: '' }, undefined, 0, 0)
    expect(holdFor('blocked', { code: 'B', message: '' }, first, 5, 0)).toMatchObject({ tries: 1, sinceMs: 5 })
    expect(holdFor('blocked', { code: 'A', message: '' }, first, 5, 0)).toMatchObject({ tries: 2, sinceMs: 0 })
  })
})
