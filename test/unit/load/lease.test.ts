import { takeLease } from '../../../lambda/load/lease'
import type { Arrival, TargetId } from '../../../lambda/model'
import { targetsInMemory } from '../../memory/targets-in-memory'

const ORDERS: TargetId = 'main/public.orders'
const BATCH = {
  batchId: 'b1',
  folder: 's3://landing/b1/',
  files: 1,
  bytes: 1,
  attempt: 1,
  deaths: 1,
  openedAtMs: 1,
} as const

const ONE: Arrival = {
  target: ORDERS,
  object: { bucket: 'landing', key: 'orders/1.csv', etag: 'e', sizeBytes: 10, eventTimeMs: 1 },
}

async function aLease() {
  const targets = targetsInMemory()
  const lease = await takeLease({ targets, now: () => 0 }, ORDERS, 'one', 1_000)
  if (lease === 'held') throw new Error('the lease of a new target is held')
  await lease.change({ unfinished: BATCH, batchFiles: 5 })
  return { targets, lease }
}

describe('what a holder leaves for later', () => {
  it('is seen by the holder at once, and by others with the next change', async () => {
    const { targets, lease } = await aLease()
    lease.later({ unfinished: null, batchFiles: 10 })
    expect(lease.state()).not.toHaveProperty('unfinished')
    expect(lease.state()).toMatchObject({ batchFiles: 10 })
    expect(await targets.get(ORDERS)).toMatchObject({ unfinished: BATCH, batchFiles: 5 })
    await lease.change({ lease: null })
    const after = await targets.get(ORDERS)
    expect(after).not.toHaveProperty('unfinished')
    expect(after).toMatchObject({ batchFiles: 10 })
  })

  it('gives way to what the next change says of the same', async () => {
    const { targets, lease } = await aLease()
    lease.later({ unfinished: null })
    await lease.change({ unfinished: { ...BATCH, batchId: 'b2' } })
    expect(await targets.get(ORDERS)).toMatchObject({ unfinished: { batchId: 'b2' } })
  })

  it('goes once', async () => {
    const { targets, lease } = await aLease()
    lease.later({ batchFiles: 10 })
    await lease.change({})
    await lease.change({ batchFiles: 20 })
    await lease.change({})
    expect(await targets.get(ORDERS)).toMatchObject({ batchFiles: 20 })
  })

  it('is written at once where it must be, and nothing is written where nothing is left', async () => {
    const { targets, lease } = await aLease()
    const change = jest.spyOn(targets, 'change')
    await lease.flush()
    lease.later({ unfinished: null })
    await lease.flush()
    await lease.flush()
    expect(change).toHaveBeenCalledTimes(1)
    expect(await targets.get(ORDERS)).not.toHaveProperty('unfinished')
  })

  it('goes with a lease that is given up in the middle of something, with the counts that were owed for it and no others', async () => {
    const { targets, lease } = await aLease()
    await targets.countArrivals(ORDERS, { files: 3, bytes: 30, wakeAtMs: 1 })
    lease.left([ONE])
    lease.later({ unfinished: null })
    lease.left([ONE])
    await lease.abandon({ lease: null })
    const after = await targets.get(ORDERS)
    expect(after).not.toHaveProperty('unfinished')
    expect(after).toMatchObject({ waitingFiles: 2 })
  })

  it('is left to whoever comes next when the write that carried it has failed: it may have been written', async () => {
    const { targets, lease } = await aLease()
    lease.left([ONE])
    lease.later({ unfinished: null })
    jest.spyOn(targets, 'change').mockRejectedValueOnce(new Error('no answer'))
    await expect(lease.change({})).rejects.toThrow('no answer')
    expect(lease.state()).toMatchObject({ unfinished: BATCH })
    await lease.abandon({ lease: null })
    expect(await targets.get(ORDERS)).toMatchObject({ unfinished: BATCH, waitingFiles: 0 })
  })
})
