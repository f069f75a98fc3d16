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
  const error = { url: 's3://b/1', code: 'X', reason: 'bad' } as const
  const so = { hadFullTime: true, before: undefined, nowMs: 0 }

  it('files that the data errors name fail, and no others', () => {
    const next = whatNext({ ...fault('data'), fileErrors: [error] }, [arrival('1'), arrival('2')], so, 0)
    expect(next).toEqual({ kind: 'mark-failed', errors: [error] })
  })

  it.each(['set-up', 'passing'] as const)('no file fails for what is %s, although it is named', (kind) => {
    expect(whatNext({ ...fault(kind), fileErrors: [error] }, [arrival('1')], so, 0)).toMatchObject({ kind: 'hold' })
  })

  it('a load that was given little time says nothing of the batch', () => {
    const late = { ...so, hadFullTime: false }
    expect(whatNext(fault('too-long'), [arrival('1')], late, 0)).toEqual({ kind: 'try-in-fresh-time' })
  })

  it('bad data that names no file is halved until one file is alone, which then fails', () => {
    expect(
      whatNext(
        fault('data'),
        [arrival('1'), arrival('2'), arrival('3')],
        { hadFullTime: true, before: undefined, nowMs: 0 },
        0,
      ),
    ).toEqual({
      kind: 'halve',
      files: 2,
    })
    expect(
      whatNext(fault('data'), [arrival('1')], { hadFullTime: true, before: undefined, nowMs: 0 }, 0),
    ).toMatchObject({
      kind: 'mark-failed',
      errors: [{ url: 's3://b/1' }],
    })
  })

  it('a load that ran out of time is tried with half of its files, and blocks when it is one', () => {
    expect(
      whatNext(fault('too-long'), [arrival('1'), arrival('2')], { hadFullTime: true, before: undefined, nowMs: 0 }, 0),
    ).toMatchObject({
      hold: { kind: 'waiting' },
      files: 1,
    })
    expect(
      whatNext(fault('too-long'), [arrival('1')], { hadFullTime: true, before: undefined, nowMs: 0 }, 0),
    ).toMatchObject({ hold: { kind: 'blocked' } })
  })

  it('a hold grows from try to try, never past 15 minutes, and chance spreads it', () => {
    let hold: Hold | undefined
    const delays: number[] = []
    for (let tries = 0; tries < 12; tries += 1) {
      hold = holdFor('blocked', fault('set-up'), hold, 0, 1)
      delays.push(hold.retryAtMs)
    }
    expect(delays.slice(0, 4)).toEqual([0.5 * MINUTE, MINUTE, 2 * MINUTE, 4 * MINUTE])
    expect(Math.max(...delays)).toBe(15 * MINUTE)
    expect(holdFor('blocked', fault('set-up'), undefined, 0, 0)).toMatchObject({ retryAtMs: 0.25 * MINUTE })
  })

  it('goes on growing whatever the reasons are, and remembers what people were told', () => {
    const first = { ...holdFor('waiting', { code: 'A', message: '' }, undefined, 0, 0), toldCode: 'A' }
    expect(holdFor('waiting', { code: 'B', message: '' }, first, 5, 0)).toMatchObject({
      tries: 2,
      sinceMs: 0,
      toldCode: 'A',
    })
    expect(holdFor('blocked', { code: 'B', message: '' }, first, 5, 0)).toMatchObject({ tries: 1, sinceMs: 5 })
  })
})
