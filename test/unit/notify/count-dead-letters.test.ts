import { countDeadLetters } from '../../../lambda/notify/count-dead-letters'
import { deadLettersInMemory } from '../../memory/dead-letters-in-memory'

function aTick() {
  const deadLetters = deadLettersInMemory()
  const lines: object[] = []
  const measured: unknown[] = []
  return {
    deadLetters,
    lines,
    measured,
    log: (level: string, event: string, fields: object) => void lines.push({ level, event, ...fields }),
    measure: (...all: readonly unknown[]) => void measured.push(all),
  }
}

it('measures every queue, and says nothing while nothing is parked', async () => {
  const tick = aTick()
  await countDeadLetters(tick)
  expect(tick.measured).toEqual([
    ['DeadLetters', 0, { queue: 'objects' }],
    ['DeadLetters', 0, { queue: 'wakes' }],
  ])
  expect(tick.lines).toEqual([])
})

it('tells how many are parked where, what they are, and what to type', async () => {
  const tick = aTick()
  tick.deadLetters.parked.objects.push('a', 'b')
  await countDeadLetters(tick)
  expect(tick.measured).toContainEqual(['DeadLetters', 2, { queue: 'objects' }])
  expect(tick.lines).toEqual([
    {
      level: 'warn',
      event: 'dead-letters',
      queue: 'objects',
      messages: 2,
      what: expect.stringContaining('their files are not loaded'),
      todo: expect.stringMatching(/aws sqs start-message-move-task --source-arn arn:aws:sqs:\S+objects-dead$/),
    },
  ])
})

it('counts one queue although the other cannot be counted, and fails nobody', async () => {
  const tick = aTick()
  tick.deadLetters.parked.wakes.push('a')
  const count = tick.deadLetters.count
  tick.deadLetters.count = async (queue) => {
    if (queue === 'objects') throw new Error('throttled')
    return count(queue)
  }
  await countDeadLetters(tick)
  expect(tick.measured).toEqual([['DeadLetters', 1, { queue: 'wakes' }]])
  expect(tick.lines).toEqual(
    expect.arrayContaining([
      { level: 'error', event: 'dead-letters-not-counted', queue: 'objects', why: 'throttled' },
      expect.objectContaining({ event: 'dead-letters', queue: 'wakes' }),
    ]),
  )
})
