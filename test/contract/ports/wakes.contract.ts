import type { WakesPort } from '../../../lambda/ports'
import { aTarget } from './builders'

interface Observed {
  readonly port: WakesPort
  /** The targets of all wakes so far, those that are still to come included. */
  targets(): Promise<readonly string[]>
}

/** What the pipeline relies on from whatever carries wakes. */
export function describeWakesPort(name: string, make: () => Observed): void {
  describe(`wakes ${name}`, () => {
    it.each([0, 1.5, 900, -3, 1_000_000])(
      'carries a wake after %d seconds, as far as it can be delayed',
      async (delay) => {
        const target = aTarget()
        await make().port.send(target, delay)
        expect(await make().targets()).toContain(target)
      },
    )

    it('carries the same wake twice', async () => {
      const target = aTarget()
      await make().port.send(target, 0)
      await make().port.send(target, 0)
      expect((await make().targets()).filter((each) => each === target)).toHaveLength(2)
    })
  })
}
