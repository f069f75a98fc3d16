import { readArguments, USAGE } from '../../bench/arguments'
import { MEASUREMENT_NAMES } from '../../bench/measurement-names'

describe('the arguments of the benchmark', () => {
  it('ask for everything if there are none', () => {
    expect(readArguments([])).toEqual({ kind: 'run', names: [...MEASUREMENT_NAMES], quick: false, write: false })
  })

  it('choose measurements, which run in their own order and once', () => {
    expect(readArguments(['--only', 'cost,intake', '--only=cost', '--quick'])).toEqual({
      kind: 'run',
      names: ['intake', 'cost'],
      quick: true,
      write: false,
    })
  })

  it('name a file for the results', () => {
    expect(readArguments(['--json', 'out.json'])).toMatchObject({ kind: 'run', json: 'out.json' })
  })

  it.each([
    [['--fast'], "Unknown option '--fast'"],
    [['intake'], "Unexpected argument 'intake'"],
    [['--only', 'intke'], `there is no measurement "intke" (did you mean 'intake'?)`],
    [['--only', ''], 'there is no measurement ""'],
    [['--json='], '--json takes the name of a file'],
  ])('are told when they are wrong: %p', (given, why) => {
    const asked = readArguments(given)
    expect(asked).toEqual({ kind: 'wrong', why: expect.stringContaining(why) })
  })

  it.each([[['--write', '--quick']], [['--write', '--only', 'cost']]])('publish nothing partial: %p', (given) => {
    expect(readArguments(given)).toEqual({
      kind: 'wrong',
      why: '--write publishes everything: not with --quick or --only',
    })
  })

  it('can be asked for', () => {
    expect(readArguments(['--help'])).toEqual({ kind: 'help' })
    for (const name of MEASUREMENT_NAMES) expect(USAGE).toContain(name)
  })
})
