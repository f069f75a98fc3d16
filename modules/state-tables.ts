import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table'
import { Construct } from 'constructs'
import { TABLE_DEFINITIONS, type TableDefinition, type TableName } from '../lambda/platform/table-definitions'

export interface StateTablesProps {
  /** Prefix of the tables' names, e.g. `penstock-staging`. */
  readonly name: string
}

/** The four state tables: on demand, with point-in-time recovery. */
export class StateTables extends Construct {
  constructor(scope: Construct, id: string, props: StateTablesProps) {
    super(scope, id)
    const definitions = Object.entries(TABLE_DEFINITIONS) as readonly (readonly [TableName, TableDefinition])[]
    for (const [table, definition] of definitions) stateTable(this, `${props.name}-${table}`, table, definition)
  }
}

function stateTable(scope: Construct, name: string, id: TableName, definition: TableDefinition): DynamodbTable {
  const { partition, sort, indexes } = definition
  const keys = [partition, ...(sort ? [sort] : []), ...indexes.flatMap((index) => [index.partition, index.sort])]
  return new DynamodbTable(scope, id, {
    name,
    billingMode: 'PAY_PER_REQUEST',
    hashKey: partition.name,
    ...(sort ? { rangeKey: sort.name } : {}),
    attribute: [...new Map(keys.map((key) => [key.name, { name: key.name, type: key.type }])).values()],
    globalSecondaryIndex: indexes.map((index) => ({
      name: index.name,
      hashKey: index.partition.name,
      rangeKey: index.sort.name,
      projectionType: index.projects === 'all' ? 'ALL' : 'KEYS_ONLY',
    })),
    pointInTimeRecovery: { enabled: true },
    serverSideEncryption: { enabled: true },
  })
}
