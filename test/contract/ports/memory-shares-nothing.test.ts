import { arrivalsInMemory } from '../../memory/arrivals-in-memory'
import { batchesInMemory } from '../../memory/batches-in-memory'
import { filesInMemory } from '../../memory/files-in-memory'
import { targetsInMemory } from '../../memory/targets-in-memory'
import { aBatch, aFailedRecord, anArrival, aTarget } from './builders'
import { collect } from './collect'

const target = aTarget()

/** A test that changes what it got from a port would otherwise change the store, and pass for the wrong reason. */
function isFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(isFrozen)
}

it('gives out frozen values only', async () => {
  const [arrivals, files, batches, targets] = [
    arrivalsInMemory(),
    filesInMemory(),
    batchesInMemory(),
    targetsInMemory(),
  ]
  await arrivals.put([anArrival(target, 'a')])
  await files.put([aFailedRecord(target, 'a')])
  await batches.put(aBatch(target, 'b1'))
  const claimed = await targets.claim(target, { owner: 'a', nowMs: 0, untilMs: 1 })
  const given = [
    ...(await arrivals.oldest(target, 1)),
    ...(await files.get(target, ['s3://landing/a'])).values(),
    await batches.get(target, 'b1'),
    claimed,
    await targets.get(target),
    ...(await collect(targets.all())),
  ]
  expect(given).not.toContain(undefined)
  expect(given.filter((value) => !isFrozen(value))).toEqual([])
})

it('keeps what it was given when the giver changes it afterwards', async () => {
  const batches = batchesInMemory()
  const attempts = [{ number: 1, startedAtMs: 1 }]
  await batches.put({ ...aBatch(target, 'b1'), attempts })
  attempts.pop()
  expect((await batches.get(target, 'b1'))?.attempts).toHaveLength(1)
})
