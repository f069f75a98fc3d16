import { CreateTableCommand, type CreateTableCommandInput, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { awsCall } from './aws-call'
import { type KeyAttribute, TABLE_DEFINITIONS, type TableDefinition, type TableName } from './table-definitions'

/** Creates the four tables under these names, for the embedded environment and for tests; in the cloud Terraform does. */
export async function createTables(client: DynamoDBClient, names: Readonly<Record<TableName, string>>): Promise<void> {
  for (const table of ['arrivals', 'files', 'batches', 'targets'] as const) {
    const input = tableInput(names[table], TABLE_DEFINITIONS[table])
    await awsCall(`CreateTable ${names[table]}`, client.send(new CreateTableCommand(input)))
  }
}

function tableInput(name: string, { partition, sort, indexes }: TableDefinition): CreateTableCommandInput {
  const keys = [partition, ...(sort ? [sort] : []), ...indexes.flatMap((index) => [index.partition, index.sort])]
  const types = new Map(keys.map((key) => [key.name, key.type]))
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    KeySchema: keySchema(partition, sort),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index.partition, index.sort),
        Projection: { ProjectionType: index.projects === 'all' ? 'ALL' : 'KEYS_ONLY' },
      })),
    }),
  }
}

function keySchema(partition: KeyAttribute, sort?: KeyAttribute): CreateTableCommandInput['KeySchema'] {
  return [
    { AttributeName: partition.name, KeyType: 'HASH' },
    ...(sort ? [{ AttributeName: sort.name, KeyType: 'RANGE' as const }] : []),
  ]
}
