import { availableParallelism } from 'node:os'
import { MUTANTS } from './mutants'
import { huntMutants, type Verdict, verdictText } from './mutants-hunt'
import { editedTexts } from './simulation/bundle'

describe('the code, broken on purpose', () => {
  it.each(MUTANTS)('still holds what is broken: $title', ({ edits }) => {
    expect(editedTexts(edits).size).toBeGreaterThan(0)
  })

  it('is caught by the simulation, every time', async () => {
    const verdicts: Verdict[] = []
    await huntMutants(Math.min(2, availableParallelism()), (verdict) => verdicts.push(verdict))
    process.stdout.write(`${verdicts.map(verdictText).join('\n')}\n`)
    expect(verdicts.filter(({ caughtBy }) => caughtBy === undefined).map(({ mutant }) => mutant.title)).toEqual([])
    expect(verdicts).toHaveLength(MUTANTS.length)
  }, 300_000)
})
