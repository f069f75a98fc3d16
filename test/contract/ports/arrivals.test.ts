import { arrivalsInDynamoDb } from '../../../lambda/platform/arrivals-in-dynamodb'
import { arrivalsInMemory } from '../../memory/arrivals-in-memory'
import { describeArrivalsPort } from './arrivals.contract'
import { TABLES, withDynamoDb } from './embedded'

const memory = arrivalsInMemory()
describeArrivalsPort('in memory', () => memory)

describe('on DynamoDB', () => {
  const dynamo = withDynamoDb()
  describeArrivalsPort('in one shard', () => arrivalsInDynamoDb({ client: dynamo().client, table: TABLES.arrivals }))
  describeArrivalsPort('in four shards', () =>
    arrivalsInDynamoDb({ client: dynamo().client, table: TABLES.arrivals, shards: 4 }),
  )
})
