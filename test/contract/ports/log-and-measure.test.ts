import { makeLog } from '../../../lambda/platform/log'
import { makeMeasure } from '../../../lambda/platform/measure'
import { makeRedactor } from '../../../lambda/platform/redact'

/** The lines of JSON that the work writes to stdout and stderr. */
function linesOf(work: () => void): unknown[] {
  const written: string[] = []
  const keep = (chunk: string | Uint8Array) => written.push(String(chunk)) > 0
  const spies = [process.stdout, process.stderr].map((stream) => jest.spyOn(stream, 'write').mockImplementation(keep))
  work()
  for (const spy of spies) spy.mockRestore()
  return written
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

describe('log', () => {
  it('writes one line of JSON per decision, with the fields of every line', () => {
    const log = makeLog({ redactor: makeRedactor(), always: () => ({ requestId: 'r1' }) })
    const lines = linesOf(() => {
      log('info', 'batch-loaded', { target: 'main/public.orders', rows: 3 })
      log('warn', 'held', {})
      log('error', 'gone-wrong', { error: new Error('why') })
    })
    expect(lines).toMatchObject([
      { level: 'INFO', event: 'batch-loaded', requestId: 'r1', target: 'main/public.orders', rows: 3 },
      { level: 'WARN', event: 'held', requestId: 'r1' },
      { level: 'ERROR', event: 'gone-wrong', error: { name: 'Error', message: 'why' } },
    ])
  })

  it('loses no field to a key that the logger writes itself', () => {
    const log = makeLog({ redactor: makeRedactor() })
    const [line] = linesOf(() => log('info', 'a', { message: 'm', level: 1, timestamp: 2, event: 'e', service: 's' }))
    expect(line).toMatchObject({
      event: 'a',
      level: 'INFO',
      message_: 'm',
      level_: 1,
      timestamp_: 2,
      event_: 'e',
      service_: 's',
    })
  })

  it('writes no secret', () => {
    const redactor = makeRedactor()
    redactor.learn('hunter2!')
    const log = makeLog({ redactor })
    const error = new Error('login with hunter2! failed', { cause: new Error('hunter2!') })
    const lines = linesOf(() => log('error', 'hunter2!', { error, 'hunter2!': ['hunter2!'], password: 'another' }))
    expect(lines).toHaveLength(1)
    expect(JSON.stringify(lines)).not.toMatch(/hunter2!|another/)
  })
})

describe('measure', () => {
  it('adds up by metric and dimensions, and writes one EMF line per set of dimensions when it is flushed', () => {
    const { measure, flush } = makeMeasure()
    const orders = { target: 'main/public.orders', environment: 'dev' }
    const before = linesOf(() => {
      measure('FilesLoaded', 2, orders)
      measure('FilesLoaded', 3, { environment: 'dev', target: 'main/public.orders' })
      measure('BytesLoaded', 10, orders)
      measure('FilesUnrouted', 1, { environment: 'dev' })
    })
    expect(before).toEqual([])
    const lines = linesOf(flush)
    expect(lines).toMatchObject([
      { ...orders, FilesLoaded: 5, BytesLoaded: 10 },
      { environment: 'dev', FilesUnrouted: 1 },
    ])
    expect(lines[0]).toMatchObject({
      _aws: {
        CloudWatchMetrics: [
          {
            Namespace: 'Penstock',
            Dimensions: [['service', 'target', 'environment']],
            Metrics: [
              { Name: 'FilesLoaded', Unit: 'Count' },
              { Name: 'BytesLoaded', Unit: 'Bytes' },
            ],
          },
        ],
      },
    })
    expect(lines[1]).not.toHaveProperty('target')
    expect(linesOf(flush)).toEqual([])
  })

  it('keeps the latest of a level, zero too, instead of a sum', () => {
    const { measure, flush } = makeMeasure()
    measure('DeadLetters', 7, { queue: 'objects' })
    measure('DeadLetters', 7, { queue: 'objects' })
    measure('DeadLetters', 4, { queue: 'wakes' })
    measure('DeadLetters', 0, { queue: 'wakes' })
    measure('OldestArrivalSeconds', 90, {})
    measure('OldestArrivalSeconds', 30, {})
    const lines = linesOf(flush)
    expect(lines).toMatchObject([
      { queue: 'objects', DeadLetters: 7 },
      { queue: 'wakes', DeadLetters: 0 },
      { OldestArrivalSeconds: 30 },
    ])
    expect(lines[2]).toMatchObject({
      _aws: {
        CloudWatchMetrics: [
          { Dimensions: [['service']], Metrics: [{ Name: 'OldestArrivalSeconds', Unit: 'Seconds' }] },
        ],
      },
    })
  })
})
