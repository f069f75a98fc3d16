/** The four state tables as data: for whoever creates them, in the cloud or embedded. No SDK is imported here. */
export interface TableDefinition {
  readonly partition: KeyAttribute
  readonly sort?: KeyAttribute
  readonly indexes: readonly IndexDefinition[]
}

export interface KeyAttribute {
  readonly name: string
  /** `S` string, `N` number. */
  readonly type: 'S' | 'N'
}

/** A global secondary index. All of ours are sparse: an item without `partition` is not in it and costs nothing. */
export interface IndexDefinition {
  readonly name: string
  readonly partition: KeyAttribute
  readonly sort: KeyAttribute
  readonly projects: 'all' | 'keys'
}

/** The waiting objects, what became of each, the batches, and the targets; attributes are named as the adapters write them. */
export type TableName = 'arrivals' | 'files' | 'batches' | 'targets'

export const TABLE_DEFINITIONS = {
  arrivals: {
    /** `target#shard` */
    partition: { name: 'queue', type: 'S' },
    /** `time#sequencer#hash(url)`: 71 bytes. A sort key holds 1,024 bytes, which a long S3 key alone would fill. */
    sort: { name: 'place', type: 'S' },
    indexes: [],
  },
  files: {
    /** `target#url`, and `target#content:etag/size` for targets that want the same content once. A partition key holds 2,048 bytes; per-file partitions never get hot (1,000 writes/s each). */
    partition: { name: 'file', type: 'S' },
    indexes: [
      /**
       * Only failed records bear `failedOf` (the target), so a file that loads writes no index entry. Whoever lists
       * failures wants the reasons: `all` saves a read per file and costs storage of the failed ones only.
       */
      {
        name: 'failed',
        partition: { name: 'failedOf', type: 'S' },
        sort: { name: 'atMs', type: 'N' },
        projects: 'all',
      },
    ],
  },
  batches: {
    partition: { name: 'target', type: 'S' },
    sort: { name: 'batchId', type: 'S' },
    indexes: [
      /**
       * Only failed batches are indexed, by the UTC day on which they closed. A batch is written three times (opened,
       * session noted, closed): 3 write units. An index over every status would add one entry when it opens, and a
       * delete and a put when it closes: 6 units, twice as much, and a batch may be one file. Nothing is lost:
       * an open batch is named on its target, and a target's loaded ones are a range of `batchId`, which sorts by time.
       * A failed batch costs 1 unit more.
       */
      {
        name: 'failed',
        partition: { name: 'failedOn', type: 'S' },
        sort: { name: 'batchId', type: 'S' },
        projects: 'keys',
      },
    ],
  },
  targets: {
    partition: { name: 'target', type: 'S' },
    indexes: [],
  },
} as const satisfies Record<TableName, TableDefinition>
