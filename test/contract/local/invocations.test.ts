import { setTimeout as sleep } from 'node:timers/promises'
import { type InvocationLog, invoke } from '../../../environments/local/lambda/invoke'
import { invokeAsync } from '../../../environments/local/lambda/invoke-async'
import { invokeEvery } from '../../../environments/local/lambda/invoke-every'

const lambda = { functionName: 'on-tick', region: 'eu-west-1', timeoutMs: 200 }

describe('an invocation', () => {
  it('passes event and result through JSON', async () => {
    const event = { at: new Date(0), nothing: undefined }
    const seen: unknown[] = []
    const end = await invoke(
      async (given) => {
        seen.push(given)
        return { at: new Date(0) }
      },
      event,
      lambda,
    )
    expect(seen).toEqual([{ at: '1970-01-01T00:00:00.000Z' }])
    expect(end).toEqual({ kind: 'returned', result: { at: '1970-01-01T00:00:00.000Z' } })
  })

  it('ends at its timeout, and a handler that throws later troubles nobody', async () => {
    const logs: InvocationLog[] = []
    const late = async () => {
      await sleep(80)
      throw new Error('too late')
    }
    expect(await invoke(late, {}, { ...lambda, timeoutMs: 30 }, (log) => logs.push(log))).toEqual({ kind: 'timed out' })
    await sleep(80)
    expect(logs.map(({ end }) => end)).toEqual(['timed out'])
  })
})

describe('an asynchronous invocation', () => {
  it('is tried twice more after an error', async () => {
    let attempts = 0
    const handler = async () => {
      attempts += 1
      if (attempts < 3) throw new Error('not yet')
      return 'done'
    }
    const end = await invokeAsync({ ...lambda, handler, event: {}, retryDelaysMs: [5, 5] })
    expect([attempts, end]).toEqual([3, { kind: 'returned', result: 'done' }])
  })

  it('is given up after the third error', async () => {
    let attempts = 0
    const handler = async () => {
      attempts += 1
      throw new Error('never')
    }
    const end = await invokeAsync({ ...lambda, handler, event: {}, retryDelaysMs: [5, 5] })
    expect([attempts, end.kind]).toEqual([3, 'threw'])
  })
})

describe('a schedule', () => {
  it('invokes with a scheduled event, now and then, never twice at once, until it is stopped', async () => {
    let running = 0
    let most = 0
    let invocations = 0
    const seen: unknown[] = []
    const schedule = invokeEvery({
      ...lambda,
      everyMs: 20,
      handler: async (event) => {
        seen.push(event)
        invocations += 1
        running += 1
        most = Math.max(most, running)
        await sleep(50)
        running -= 1
      },
    })
    await sleep(200)
    await schedule.stop()
    const soFar = invocations
    expect([running, most]).toEqual([0, 1])
    expect(soFar).toBeGreaterThanOrEqual(2)
    expect(seen[0]).toMatchObject({ source: 'aws.events', 'detail-type': 'Scheduled Event', region: 'eu-west-1' })
    await sleep(60)
    expect(invocations).toBe(soFar)
    expect((await schedule.now()).kind).toBe('returned')
    expect(invocations).toBe(soFar + 1)
  })
})
