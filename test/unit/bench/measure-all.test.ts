import type { Measurement, Section } from '../../bench/figure'
import { measureAll } from '../../bench/measure-all'

const SECTION: Section = { title: 'T', about: 'A', figures: [{ name: 'f', unit: 'ms', values: [1] }] }

function measurement(name: string, measure: Measurement['measure'] = async () => SECTION): Measurement {
  return { name, measure }
}

async function outcomeOf(all: readonly Measurement[]) {
  const said: string[] = []
  return { said, ...(await measureAll(all, { quick: true, say: (line) => said.push(line) })) }
}

describe('measuring one after another', () => {
  it('goes on when one fails, and keeps the reason', async () => {
    const { measured, failed } = await outcomeOf([
      measurement('a', async () => {
        throw new Error('out of memory')
      }),
      measurement('c'),
    ])
    expect(measured).toEqual([{ measurement: 'c', section: SECTION }])
    expect(failed).toEqual([{ measurement: 'a', why: 'out of memory' }])
  })

  it('never begins one before the other has ended', async () => {
    let running = 0
    const alone = async () => {
      running += 1
      expect(running).toBe(1)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      return SECTION
    }
    const { failed } = await outcomeOf(['a', 'b', 'c'].map((name) => measurement(name, alone)))
    expect(failed).toEqual([])
  })

  it('says whose line it is', async () => {
    const { said } = await outcomeOf(
      ['a', 'b', 'c'].map((name) =>
        measurement(name, async ({ say }) => {
          say('round 1')
          return SECTION
        }),
      ),
    )
    expect(said).toEqual(expect.arrayContaining(['a: begins', 'a: round 1', 'b: round 1']))
  })

  it.each([
    [[], '"f" has no value'],
    [[1, Number.NaN], '"f" has the value NaN'],
    [[Number.POSITIVE_INFINITY], '"f" has the value Infinity'],
  ])('takes what is no number for a failure: %p', async (values, why) => {
    const odd = { ...SECTION, figures: [{ name: 'f', unit: 'ms', values }] }
    const { failed } = await outcomeOf([measurement('a', async () => odd), measurement('b'), measurement('c')])
    expect(failed).toEqual([{ measurement: 'a', why }])
  })
})
