import type { Wake, WakesPort } from '../../../lambda/ports'
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
      async (delaySeconds) => {
        const target = aTarget()
        await make().port.send([{ target, delaySeconds }])
        expect(await make().targets()).toContain(target)
      },
    )

    it('carries the same wake twice', async () => {
      const wake = { target: aTarget(), delaySeconds: 0 }
      await make().port.send([wake])
      await make().port.send([wake, wake])
      expect((await make().targets()).filter((each) => each === wake.target)).toHaveLength(3)
    })

    it('carries all of many, each once', async () => {
      const wakes = Array.from({ length: 137 }, (_, index): Wake => ({ target: aTarget(), delaySeconds: index }))
      await make().port.send(wakes)
      const sent = await make().targets()
      expect(wakes.filter(({ target }) => sent.filter((each) => each === target).length !== 1)).toEqual([])
    })

    it('carries nothing if there is nothing', async () => {
      const before = await make().targets()
      await make().port.send([])
      expect(await make().targets()).toEqual(before)
    })
  })
}
