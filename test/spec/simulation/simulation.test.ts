import { availableParallelism } from 'node:os'
import { CRASH_POINTS, PORT_CALLS } from '../crash-points'
import { TEST_SEEDS } from '../mutants-hunt'
import { readArguments } from './arguments'
import { bundleSimulation } from './bundle'
import { failureText, reportOf } from './report'
import { runInThreads } from './run-in-threads'
import { simulate } from './simulate'
import { emptyTally, notReached, OUT_OF_REACH, type Tally } from './tally'

describe('many workers, whoever dies where, whatever is delivered twice, late or never', () => {
  let tally: Tally
  beforeAll(async () => {
    tally = await runInThreads(await bundleSimulation(), {
      ...TEST_SEEDS,
      threads: Math.min(2, availableParallelism()),
    })
  }, 120_000)

  it('keeps every promise at every step (S1, S2, S3, S4, S5, S7)', () => {
    expect(tally.failures.map(failureText)).toEqual([])
    expect({ runs: tally.runs, lost: tally.lost, doubled: tally.doubled }).toEqual({
      runs: TEST_SEEDS.runs,
      lost: 0,
      doubled: 0,
    })
  })

  it('dies before and after every call that the pipeline makes to the world', () => {
    expect(notReached(tally)).toEqual([])
  })

  it('has something go wrong of every kind', () => {
    expect(Object.keys(tally.faults).sort()).toEqual([
      'answer lost after the call was done',
      'connection cut after a statement',
      'connection cut before a statement',
      'event that S3 never sent',
      'event that came late',
      'event that came twice',
      'file that was deleted',
      'file that was overwritten',
      'frozen process',
      'grant that was missing',
      'password that was rotated',
      'process killed at its timeout',
      'process that went on beyond its time',
      'service that throttled everybody',
      'statement that was refused',
      'statement that was slow',
      'table that was missing',
      'throttled call',
      'wake that got lost',
      'warehouse that was restarted',
    ])
  })
})

describe('a crash point', () => {
  it('stands before and after every call', () => {
    expect(CRASH_POINTS).toHaveLength(2 * PORT_CALLS.length)
    for (const point of OUT_OF_REACH) expect(CRASH_POINTS).toContain(point)
  })

  it('that nobody died at is named', () => {
    const tally = emptyTally()
    expect(notReached(tally)).toHaveLength(CRASH_POINTS.length - OUT_OF_REACH.size)
    expect(reportOf(tally, { from: 0, seconds: 1 })).toContain('nobody died at: settings:before, settings:after')
  })
})

describe('a seed', () => {
  it('is the same story each time, step by step', async () => {
    const [first, second] = [await simulate(7, { traced: true }), await simulate(7, { traced: true })]
    expect(first.trace.length).toBeGreaterThan(100)
    expect(second).toEqual(first)
  })
})

describe('the command', () => {
  it.each([
    [[], { kind: 'runs', runs: 1_000, from: 0 }],
    [['--runs', '500', '--seed=2000'], { kind: 'runs', runs: 500, from: 2000 }],
    [['--seed', '123'], { kind: 'one', seed: 123, traced: false }],
    [['--seed', '0', '--trace'], { kind: 'one', seed: 0, traced: true }],
    [['--mutants'], { kind: 'mutants' }],
    [['-h'], { kind: 'help' }],
  ])('understands %j', (given, asked) => {
    expect(readArguments(given)).toEqual(asked)
  })

  it.each([
    [['--runs', 'many'], '--runs takes a whole number from 1 to 1000000, not "many"'],
    [['--seed'], '--seed takes a whole number from 0 to 4294967295, not ""'],
    [['--run', '3'], 'there is no argument "--run"'],
    [['--trace'], '--trace writes down one story: name it with --seed, without --runs'],
    [['--mutants', '--runs', '3'], '--mutants stands alone'],
  ])('says what is wrong with %j', (given, why) => {
    expect(readArguments(given)).toEqual({ kind: 'wrong', why })
  })

  it('tells how to see a failing story again', () => {
    const text = failureText({ seed: 123, breaches: [{ invariant: 'S2', text: 'twice' }], trace: ['a step'] })
    expect(text).toBe('a step\n\nseed 123 breaks S2:\n  S2: twice\nagain: npm run simulate -- --seed 123')
  })
})
