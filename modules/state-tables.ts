import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table'
import { Construct } from 'constructs'
import { TABLE_DEFINITIONS, type TableDefinition, type TableName } from '../lambda/platform/table-definitions'

export interface StateTablesProps {
  /** Prefix of the tables' names, e.g. `penstock-staging`. */
  readonly name: string
  /** File records quote values of malformed rows, so they are encrypted with the environment's own key. */
  readonly keyArn: string
  /** Whether neither Terraform nor anybody else can delete them. */
  readonly protect: boolean
}

/** The four state tables: on demand, encrypted, with point-in-time recovery. */
export class StateTables extends Construct {
  readonly tables: Readonly<Record<TableName, { readonly name: string; readonly arn: string }>>

  constructor(scope: Construct, id: string, props: StateTablesProps) {
    super(scope, id)
    const table = (name: TableName) => stateTable(this, props, name, TABLE_DEFINITIONS[name])
    this.tables = {
      arrivals: table('arrivals'),
      files: table('files'),
      batches: table('batches'),
      targets: table('targets'),
    }
  }
}

function stateTable(
  scope: Construct,
  { name, keyArn, protect }: StateTablesProps,
  id: TableName,
  definition: TableDefinition,
): DynamodbTable {
  const { partition, sort, indexes } = definition
  const keys = [partition, ...(sort ? [sort] : []), ...indexes.flatMap((index) => [index.partition, index.sort])]
  return new DynamodbTable(scope, id, {
    name: `${name}-${id}`,
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
    serverSideEncryption: { enabled: true, kmsKeyArn: keyArn },
    deletionProtectionEnabled: protect,
    lifecycle: { preventDestroy: protect },
  })
}
