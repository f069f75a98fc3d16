import { demoMerge } from '../../environments/local/demo/merge'
import { demoReplace } from '../../environments/local/demo/replace'
import type { Report } from '../../environments/local/demo/report'

/** Hears what was proven. */
function listening(): { readonly report: Report; readonly proven: readonly string[] } {
  const proven: string[] = []
  const report: Report = {
    heading: () => {},
    line: () => {},
    proven: (text) => void proven.push(text),
    during: (_, work) => work,
  }
  return { report, proven }
}

describe('a demo of real files, compared row by row with what the files say', () => {
  it('merges them as a fold over the files does', async () => {
    const { report, proven } = listening()
    await demoMerge(report)
    expect(proven).toEqual([
      '3376 airports, each as a fold over the two files has it',
      'nothing has changed: what is there is as new as what came',
    ])
  })

  it('replaces them as a whole', async () => {
    const { report, proven } = listening()
    await demoReplace(report)
    expect(proven).toEqual([
      '1461 days, as the file has them',
      expect.stringMatching(/^1061 other days took their place/),
      'a third file with a word for a number was refused, and has changed nothing',
    ])
  })
})
