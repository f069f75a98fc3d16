import fc from 'fast-check'
import { type Arrival, type FileRecord, type S3Url, type TargetId, urlOf } from '../../../lambda/model'
import { arrivalsInDynamoDb } from '../../../lambda/platform/arrivals-in-dynamodb'
import { filesInDynamoDb } from '../../../lambda/platform/files-in-dynamodb'
import { targetsInDynamoDb } from '../../../lambda/platform/targets-in-dynamodb'
import type { ArrivalsPort, FilesPort, TargetChange, TargetsPort } from '../../../lambda/ports'
import { arrivalsInMemory } from '../../memory/arrivals-in-memory'
import { filesInMemory } from '../../memory/files-in-memory'
import { targetsInMemory } from '../../memory/targets-in-memory'
import { aFailedRecord, aLoadedRecord, anArrival, aTarget } from './builders'
import { TABLES, withDynamoDb } from './embedded'

/** One call of a port; what it resolves to is all that a caller can observe. */
type Call<Port> = (port: Port, target: TargetId) => Promise<unknown>

const dynamo = withDynamoDb()

async function agree<Port>(calls: readonly Call<Port>[], memory: Port, dynamoDb: Port): Promise<void> {
  const target = aTarget()
  for (const call of calls) expect(await call(dynamoDb, target)).toEqual(await call(memory, target))
}

/**
 * Chosen by breaking the code on purpose: 40 runs see an unpadded time or sequencer, a place without its hash, a
 * condition without the fence, a wake that is not taken off.
 */
const RUNS = { numRuns: 40 }

it('any sequence of writes and removals leaves the same queue in memory and on DynamoDB', async () => {
  const someArrivals = fc.array(
    fc
      .record({
        key: fc.constantFrom('a', 'b', 'c#', '🪣'),
        eventTimeMs: fc.constantFrom(1, 9, 10, 1_795_000_000_000),
        sequencer: fc.option(fc.constantFrom('0a', 'A', '9', '10', 'ab'), { nil: undefined }),
        etag: fc.constantFrom('e1', 'e2'),
      })
      .map(({ key, sequencer, ...changes }) => (target: TargetId): Arrival => {
        const { sequencer: _default, ...object } = anArrival(target, key, changes).object
        return { target, object: sequencer === undefined ? object : { ...object, sequencer } }
      }),
    { maxLength: 30 },
  )
  const call: fc.Arbitrary<Call<ArrivalsPort>> = fc.oneof(
    someArrivals.map(
      (arrivals): Call<ArrivalsPort> =>
        (port, target) =>
          port.put(arrivals.map((make) => make(target))),
    ),
    someArrivals.map(
      (arrivals): Call<ArrivalsPort> =>
        (port, target) =>
          port.remove(arrivals.slice(0, 9).map((make) => make(target))),
    ),
    fc.integer({ min: 1, max: 60 }).map(
      (limit): Call<ArrivalsPort> =>
        (port, target) =>
          port.oldest(target, limit),
    ),
  )
  const property = fc.asyncProperty(fc.array(call, { maxLength: 12 }), fc.constantFrom(1, 3), (calls, shards) =>
    agree(calls, arrivalsInMemory(), arrivalsInDynamoDb({ client: dynamo().client, table: TABLES.arrivals, shards })),
  )
  await fc.assert(property, RUNS)
})

it('any sequence of records leaves the same memory of files in memory and on DynamoDB', async () => {
  const keys = ['a', 'b', '🪣']
  const urls: readonly S3Url[] = keys.map((key) => urlOf({ bucket: 'landing', key }))
  const record = fc
    .record({
      key: fc.constantFrom(...keys),
      loaded: fc.boolean(),
      text: fc.oneof(fc.constantFrom('b1', 'b2'), fc.string({ unit: 'grapheme', maxLength: 20 })),
    })
    .map(
      ({ key, loaded, text }) =>
        (target: TargetId): FileRecord =>
          loaded ? aLoadedRecord(target, key, text) : aFailedRecord(target, key, text),
    )
  const call: fc.Arbitrary<Call<FilesPort>> = fc.oneof(
    record.map(
      (make): Call<FilesPort> =>
        (port, target) =>
          port.put([make(target)]),
    ),
    record.map(
      (make): Call<FilesPort> =>
        (port, target) =>
          port.putUnlessLoaded(make(target)),
    ),
    fc.subarray([...urls]).map(
      (some): Call<FilesPort> =>
        (port, target) =>
          port.get(target, some),
    ),
  )
  const property = fc.asyncProperty(fc.array(call, { maxLength: 20 }), (calls) =>
    agree(calls, filesInMemory(), filesInDynamoDb({ client: dynamo().client, table: TABLES.files })),
  )
  await fc.assert(property, RUNS)
})

it('any sequence of counts, claims and changes leaves the same target in memory and on DynamoDB', async () => {
  const small = fc.integer({ min: 0, max: 6 })
  const owner = fc.constantFrom('a', 'b')
  const change = fc.record<TargetChange>(
    {
      addWaitingFiles: fc.integer({ min: -3, max: 3 }),
      addWaitingBytes: fc.integer({ min: -9, max: 9 }),
      lease: fc.option(fc.record({ owner, untilMs: small }), { nil: null }),
      wakeAtMs: fc.option(small, { nil: null }),
      batchFiles: fc.option(small, { nil: null }),
      hold: fc.option(
        fc.constant({ kind: 'blocked', sinceMs: 1, code: 'C', reason: 'why', tries: 1, retryAtMs: 9 } as const),
        { nil: null },
      ),
    },
    { requiredKeys: [] },
  )
  const call: fc.Arbitrary<Call<TargetsPort>> = fc.oneof(
    fc.record({ files: small, bytes: small, wakeAtMs: small }).map(
      (add): Call<TargetsPort> =>
        (port, target) =>
          port.countArrivals(target, add),
    ),
    fc.record({ owner, nowMs: small, untilMs: small }).map(
      (claim): Call<TargetsPort> =>
        (port, target) =>
          port.claim(target, claim),
    ),
    fc.tuple(fc.record({ owner, fence: fc.integer({ min: 0, max: 3 }) }), change).map(
      ([holder, what]): Call<TargetsPort> =>
        (port, target) =>
          port.change(target, holder, what),
    ),
    fc.constant<Call<TargetsPort>>((port, target) => port.get(target)),
  )
  const property = fc.asyncProperty(fc.array(call, { maxLength: 25 }), (calls) =>
    agree(calls, targetsInMemory(), targetsInDynamoDb({ client: dynamo().client, table: TABLES.targets })),
  )
  await fc.assert(property, RUNS)
})
