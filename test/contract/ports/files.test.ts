import { failedFilesInDynamoDb } from '../../../lambda/platform/failed-files-in-dynamodb'
import { filesInDynamoDb } from '../../../lambda/platform/files-in-dynamodb'
import { filesInMemory } from '../../memory/files-in-memory'
import { aFailedRecord, aHeldRecord, aLoadedRecord, aTarget } from './builders'
import { collect } from './collect'
import { TABLES, withDynamoDb } from './embedded'
import { describeFilesPort } from './files.contract'

const memory = filesInMemory()
describeFilesPort('in memory', () => memory)

describe('on DynamoDB', () => {
  const dynamo = withDynamoDb()
  const table = () => ({ client: dynamo().client, table: TABLES.files })
  describeFilesPort('in one table', () => filesInDynamoDb(table()))

  it('lists the failed and held files of a target, newest first, and a file leaves the list when it loads', async () => {
    const target = aTarget()
    const held = { ...aHeldRecord(target, 'held'), atMs: 8 }
    const early = { ...aFailedRecord(target, 'early'), atMs: 9 }
    const late = { ...aFailedRecord(target, 'late'), atMs: 10 }
    await filesInDynamoDb(table()).put([
      early,
      held,
      late,
      aLoadedRecord(target, 'fine'),
      aFailedRecord(aTarget(), 'other'),
    ])
    expect(await collect(failedFilesInDynamoDb(table(), target))).toEqual([late, early, held])
    await filesInDynamoDb(table()).put([aLoadedRecord(target, 'early')])
    expect(await collect(failedFilesInDynamoDb(table(), target))).toEqual([late, held])
  })
})
