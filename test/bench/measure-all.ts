import { messageOf } from '../../lambda/errors'
import type { BenchOptions, Measurement, Section } from './figure'
import type { Failed, Measured } from './report'

export interface Outcome {
  readonly measured: readonly Measured[]
  readonly failed: readonly Failed[]
}

/** One after another, since they share a machine. One that fails is told with its reason, and the others go on. */
export async function measureAll(measurements: readonly Measurement[], options: BenchOptions): Promise<Outcome> {
  const measured: Measured[] = []
  const failed: Failed[] = []
  for (const { name, measure } of measurements) {
    const say = (line: string) => options.say(`${name}: ${line}`)
    const began = performance.now()
    say('begins')
    try {
      const section = await measure({ ...options, say })
      refuseWhatIsNoFigure(section)
      measured.push({ measurement: name, section })
      say(`done in ${((performance.now() - began) / 1000).toFixed(1)} s`)
    } catch (error) {
      say(`failed: ${messageOf(error)}`)
      failed.push({ measurement: name, why: firstLineOf(messageOf(error)) })
    }
  }
  return { measured, failed }
}

/** What follows tells of files of this machine, and belongs on stderr alone. */
export function firstLineOf(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}

/** A division by nothing would be published as a figure. */
function refuseWhatIsNoFigure({ figures }: Section): void {
  for (const { name, values } of figures) {
    if (values.length === 0) throw new Error(`${JSON.stringify(name)} has no value`)
    const odd = values.find((value) => !Number.isFinite(value))
    if (odd !== undefined) throw new Error(`${JSON.stringify(name)} has the value ${odd}`)
  }
}
