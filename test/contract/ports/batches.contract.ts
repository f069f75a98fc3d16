import type { Batch } from '../../../lambda/model'
import type { BatchesPort } from '../../../lambda/ports'
import { aBatch, aTarget } from './builders'

/** What the pipeline relies on from whatever keeps the history of batches. */
export function describeBatchesPort(name: string, make: () => BatchesPort): void {
  describe(`batches ${name}`, () => {
    it('gives back a batch with all its attempts, numbers exact', async () => {
      const batch: Batch = {
        ...aBatch(aTarget(), '01JD0000000000000000000001'),
        status: 'failed',
        closedAtMs: 1_795_000_070_000,
        rows: 0,
        attempts: [
          { number: 11, startedAtMs: 1, endedAtMs: 2, error: { code: '40001', message: 'could not serialize' } },
          { number: 12, startedAtMs: 3, session: 'a statement' },
        ],
      }
      await make().put(batch)
      expect(await make().get(batch.target, batch.batchId)).toEqual(batch)
    })

    it('writes a batch over as it goes on', async () => {
      const open = aBatch(aTarget(), 'b1')
      const loaded: Batch = { ...open, status: 'loaded', rows: 5, closedAtMs: 6 }
      await make().put(open)
      await make().put(loaded)
      expect(await make().get(open.target, 'b1')).toEqual(loaded)
    })

    it('does not know the batches of other targets', async () => {
      await make().put(aBatch(aTarget(), 'b1'))
      expect(await make().get(aTarget(), 'b1')).toBeUndefined()
    })
  })
}
