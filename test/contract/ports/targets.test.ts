import { targetsInDynamoDb } from '../../../lambda/platform/targets-in-dynamodb'
import { targetsInMemory } from '../../memory/targets-in-memory'
import { TABLES, withDynamoDb } from './embedded'
import { describeTargetsPort } from './targets.contract'

const memory = targetsInMemory()
describeTargetsPort('in memory', () => memory)

describe('on DynamoDB', () => {
  const dynamo = withDynamoDb()
  describeTargetsPort('in one table', () => targetsInDynamoDb({ client: dynamo().client, table: TABLES.targets }))
})
