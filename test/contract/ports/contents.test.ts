import { fingerprintOf } from '../../../lambda/model'
import { contentsInDynamoDb } from '../../../lambda/platform/contents-in-dynamodb'
import { failedFilesInDynamoDb } from '../../../lambda/platform/failed-files-in-dynamodb'
import { filesInDynamoDb } from '../../../lambda/platform/files-in-dynamodb'
import { contentsInMemory } from '../../memory/contents-in-memory'
import { aFailedRecord, aTarget } from './builders'
import { collect } from './collect'
import { describeContentsPort } from './contents.contract'
import { TABLES, withDynamoDb } from './embedded'

const memory = contentsInMemory()
describeContentsPort('in memory', () => memory)

describe('on DynamoDB', () => {
  const dynamo = withDynamoDb()
  const table = () => ({ client: dynamo().client, table: TABLES.files })
  describeContentsPort('in the table of the file records', () => contentsInDynamoDb(table()))

  it('lie beside the file records without being one: neither a record nor the list of failures knows them', async () => {
    const target = aTarget()
    const fingerprint = fingerprintOf({ etag: 'e', sizeBytes: 1 })
    const failed = aFailedRecord(target, 'a')
    await filesInDynamoDb(table()).put([failed])
    await contentsInDynamoDb(table()).put(target, new Map([[fingerprint, 's3://landing/a']]))
    expect([...(await filesInDynamoDb(table()).get(target, ['s3://landing/a'])).values()]).toEqual([failed])
    expect(await collect(failedFilesInDynamoDb(table(), target))).toEqual([failed])
  })

  it('are read strongly consistent, one unit each, and cost one request per hundred', async () => {
    const target = aTarget()
    const loaded = new Map(
      Array.from({ length: 100 }, (_, at) => [fingerprintOf({ etag: 'e', sizeBytes: at }), 's3://landing/a'] as const),
    )
    await contentsInDynamoDb(table()).put(target, loaded)
    const before = { ...dynamo().server.consumed(), requests: dynamo().server.requests.get('BatchGetItem') ?? 0 }
    await contentsInDynamoDb(table()).get(target, [...loaded.keys()])
    expect(dynamo().server.consumed().readUnits - before.readUnits).toBe(100)
    expect((dynamo().server.requests.get('BatchGetItem') ?? 0) - before.requests).toBe(1)
  })
})
