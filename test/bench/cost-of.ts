import type { Counted } from './counted'
import type { Prices } from './prices'

/** What files cost that went the whole way, all but the warehouse itself. */
export interface Journey {
  readonly files: number
  /** Files of one batch. */
  readonly batchSize: number
  /** What was counted while they went. */
  readonly counted: CountedJourney
}

export type CountedJourney = Counted & {
  readonly invocations: Readonly<Record<'on-object' | 'on-load', number>>
}

/** What an emulator cannot tell: how Lambda reads queues, how long functions run, how they are deployed. */
export interface Assumed {
  /** Events that one request of Lambda's poller brings, and one request deletes: 10 at most. */
  readonly eventsPerReceive: number
  /** Events of one invocation of on-object. */
  readonly eventsPerInvocation: number
  /** What an invocation of on-object takes for so many events. */
  readonly onObjectMs: (events: number) => number
  /** Batches that one invocation of on-load, and so one wake, loads. */
  readonly batchesPerInvocation: number
  /** What on-load takes for a batch, most of it waiting for COPY. */
  readonly onLoadSecondsPerBatch: number
  readonly memoryMb: Readonly<Record<'on-object' | 'on-load', number>>
  /** Whether the bucket tells of the loader's own objects, too. EventBridge's rule leaves them out, a notification does not. */
  readonly tellsOfOwnObjects: boolean
}

/** One thing that is paid for. */
export interface Cost {
  readonly item: Item
  /** Requests, units or GB-seconds for a million files. */
  readonly quantity: number
  /** For a million files. */
  readonly dollars: number
}

/** In the order of a file's journey. */
export const ITEMS = [
  'S3 → SQS: events sent',
  'SQS: events received and deleted',
  'SQS: wakes sent, received and deleted',
  'Lambda: requests',
  'Lambda: GB-seconds of on-object',
  'Lambda: GB-seconds of on-load',
  'DynamoDB: write units',
  'DynamoDB: read units',
  'S3: PUT of manifest and batch.json',
  'S3: GET and HEAD of the loader',
  'S3: GET of the warehouse',
  'SNS: notices',
  'KMS: requests',
] as const

export type Item = (typeof ITEMS)[number]

const MILLION = 1_000_000

/** What a million files cost that go the same way, by service. */
export function costOf({ files, batchSize, counted }: Journey, assumed: Assumed, prices: Prices): readonly Cost[] {
  const { requests } = counted
  const puts = requests.s3['PutObject'] ?? 0
  const notices = requests.sqs['Publish'] ?? 0
  const batches = files / batchSize
  const events = files + (assumed.tellsOfOwnObjects ? puts : 0)
  const onObject = events / assumed.eventsPerInvocation
  const onLoad = batches / assumed.batchesPerInvocation
  const moreLoads = onLoad - counted.invocations['on-load']
  const gb = (name: 'on-object' | 'on-load') => assumed.memoryMb[name] / 1024
  const loadersReads = totalWithout(requests.s3, 'PutObject')

  const cost = (item: Item, quantity: number, { dollars, per }: Prices[keyof Prices]): Cost => ({
    item,
    quantity: (quantity / files) * MILLION,
    dollars: ((quantity * dollars) / per / files) * MILLION,
  })
  return [
    cost('S3 → SQS: events sent', events, prices.sqsRequest),
    cost('SQS: events received and deleted', (2 * events) / assumed.eventsPerReceive, prices.sqsRequest),
    // A wake shares neither its invocation nor its requests.
    cost('SQS: wakes sent, received and deleted', 3 * onLoad, prices.sqsRequest),
    cost('Lambda: requests', onObject + onLoad, prices.lambdaRequest),
    cost(
      'Lambda: GB-seconds of on-object',
      onObject * (assumed.onObjectMs(assumed.eventsPerInvocation) / 1000) * gb('on-object'),
      prices.lambdaArm64,
    ),
    cost('Lambda: GB-seconds of on-load', batches * assumed.onLoadSecondsPerBatch * gb('on-load'), prices.lambdaArm64),
    cost(
      'DynamoDB: write units',
      counted.writeUnits + moreCounts(files, counted, assumed) + moreLoads * PER_LOAD.writeUnits,
      prices.dynamoDbWrite,
    ),
    cost('DynamoDB: read units', counted.readUnits + moreLoads * PER_LOAD.readUnits, prices.dynamoDbRead),
    cost('S3: PUT of manifest and batch.json', puts, prices.s3Write),
    cost('S3: GET and HEAD of the loader', loadersReads, prices.s3Read),
    // Each file, and the manifest that names them.
    cost('S3: GET of the warehouse', files + batches, prices.s3Read),
    cost('SNS: notices', notices, prices.snsPublish),
    // At most: S3, SNS and Parameter Store use a data key for more than one request where they can.
    cost('KMS: requests', notices + loadersReads + totalWithout(requests.ssm), prices.kmsRequest),
  ]
}

/** The sum of all. */
export function totalDollars(costs: readonly Cost[]): number {
  return costs.reduce((sum, { dollars }) => sum + dollars, 0)
}

/**
 * What an invocation of on-load needs besides its batches: it takes the lease and gives it up, looks at the target before and
 * at the empty queue after.
 */
const PER_LOAD = { writeUnits: 2, readUnits: 2 } as const

/** Each invocation of on-object counts on the target what it has queued: one unit, which fewer files share if fewer come at once. */
function moreCounts(files: number, { invocations }: CountedJourney, assumed: Assumed): number {
  return files / assumed.eventsPerInvocation - invocations['on-object']
}

function totalWithout(byOperation: Readonly<Record<string, number>>, left?: string): number {
  return Object.entries(byOperation).reduce((sum, [operation, times]) => (operation === left ? sum : sum + times), 0)
}
