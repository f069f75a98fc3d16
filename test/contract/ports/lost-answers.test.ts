import { batchesInDynamoDb } from '../../../lambda/platform/batches-in-dynamodb'
import { filesInDynamoDb } from '../../../lambda/platform/files-in-dynamodb'
import { targetsInDynamoDb } from '../../../lambda/platform/targets-in-dynamodb'
import type { TargetsPort } from '../../../lambda/ports'
import { aBatch, aFailedRecord, aLoadedRecord, aTarget } from './builders'
import { TABLES, withDynamoDb } from './embedded'

const dynamo = withDynamoDb()
const targets = (): TargetsPort => targetsInDynamoDb({ client: dynamo().client, table: TABLES.targets })
const files = () => filesInDynamoDb({ client: dynamo().client, table: TABLES.files })

/** The next requests of this kind are carried out, but the connection breaks before the answer: the SDK asks again. */
function loseTheAnswer(operation: string, times = 1): void {
  dynamo().server.failNext({ operation, times, how: { kind: 'answer-lost' } })
}

it('a lost answer is not a lost race: the lease is granted, and the fence raised once', async () => {
  const target = aTarget()
  loseTheAnswer('UpdateItem', 2)
  const state = await targets().claim(target, { owner: 'a', nowMs: 0, untilMs: 10 })
  expect(state).toMatchObject({ fence: 1, lease: { owner: 'a', untilMs: 10 } })
})

it('a lost answer does not take the lease from somebody else', async () => {
  const target = aTarget()
  await targets().claim(target, { owner: 'a', nowMs: 0, untilMs: 10 })
  loseTheAnswer('UpdateItem')
  expect(await targets().claim(target, { owner: 'b', nowMs: 0, untilMs: 10 })).toBe('held')
  expect(await targets().get(target)).toMatchObject({ fence: 1, lease: { owner: 'a' } })
})

it('subtracts once, however often the answer gets lost', async () => {
  const target = aTarget()
  await targets().countArrivals(target, { files: 10, bytes: 100, wakeAtMs: 1 })
  await targets().claim(target, { owner: 'a', nowMs: 0, untilMs: 10 })
  loseTheAnswer('UpdateItem', 3)
  const change = { addWaitingFiles: -4, addWaitingBytes: -40, batchFiles: 2 }
  const state = await targets().change(target, { owner: 'a', fence: 1 }, change)
  expect(state).toMatchObject({ waitingFiles: 6, waitingBytes: 60, batchFiles: 2 })
})

it('gives the lease back once, and knows that it did so itself', async () => {
  const target = aTarget()
  await targets().claim(target, { owner: 'a', nowMs: 0, untilMs: 10 })
  loseTheAnswer('UpdateItem')
  const released = await targets().change(target, { owner: 'a', fence: 1 }, { lease: null, addWaitingFiles: 1 })
  expect(released).toEqual({ target, waitingFiles: 1, waitingBytes: 0, fence: 1 })
})

it('subtracts once when changes made at once lose their answers', async () => {
  const target = aTarget()
  await targets().claim(target, { owner: 'a', nowMs: 0, untilMs: 10 })
  loseTheAnswer('UpdateItem', 2)
  const port = targets()
  await Promise.all([1, 2, 3].map(() => port.change(target, { owner: 'a', fence: 1 }, { addWaitingFiles: -1 })))
  expect(await targets().get(target)).toMatchObject({ waitingFiles: -3 })
})

it('counts arrivals too often rather than too rarely, and lets the caller find its own wake', async () => {
  const target = aTarget()
  loseTheAnswer('UpdateItem')
  const state = await targets().countArrivals(target, { files: 3, bytes: 30, wakeAtMs: 60 })
  expect(state).toMatchObject({ waitingFiles: 6, waitingBytes: 60, wakeAtMs: 60 })
})

it('says that a loaded record was written when only the answer got lost', async () => {
  const target = aTarget()
  loseTheAnswer('PutItem')
  expect(await files().putUnlessLoaded(aLoadedRecord(target, 'a'))).toBe(true)
  loseTheAnswer('PutItem')
  expect(await files().putUnlessLoaded(aLoadedRecord(target, 'a', 'b2'))).toBe(false)
  loseTheAnswer('PutItem')
  expect(await files().putUnlessLoaded(aFailedRecord(target, 'b'))).toBe(true)
})

it('writes batches and records once more without a trace', async () => {
  const batch = aBatch(aTarget(), 'b1')
  const table = { client: dynamo().client, table: TABLES.batches }
  loseTheAnswer('PutItem')
  await batchesInDynamoDb(table).put(batch)
  expect(await batchesInDynamoDb(table).get(batch.target, 'b1')).toEqual(batch)
  loseTheAnswer('BatchWriteItem')
  await files().put([aLoadedRecord(batch.target, 'a')])
  expect((await files().get(batch.target, ['s3://landing/a'])).size).toBe(1)
})
