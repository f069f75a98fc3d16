import { takeLease } from '../../../lambda/load/lease'
import type { TargetId } from '../../../lambda/model'
import { targetsInMemory } from '../../memory/targets-in-memory'

const ORDERS: TargetId = 'main/public.orders'
const BATCH = {
  batchId: 'b1',
  folder: 's3://work/b1/',
  files: 1,
  bytes: 1,
  attempt: 1,
  deaths: 1,
  openedAtMs: 1,
} as const

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

  it('stays undone when the lease is given up in the middle of something: whoever comes next does it again', async () => {
    const { targets, lease } = await aLease()
    lease.later({ unfinished: null })
    await lease.abandon({ lease: null })
    expect(await targets.get(ORDERS)).toMatchObject({ unfinished: BATCH })
    expect(lease.state()).toMatchObject({ unfinished: BATCH })
  })
})
