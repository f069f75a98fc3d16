import { type Assumed, type CountedJourney, costOf, ITEMS, totalDollars } from '../../bench/cost-of'
import { PRICES } from '../../bench/prices'

const MILLION = 1_000_000

function counted(given: Partial<CountedJourney> = {}): CountedJourney {
  return {
    requests: { dynamodb: {}, s3: {}, sqs: {}, ssm: {} },
    readUnits: 0,
    writeUnits: 0,
    invocations: { 'on-object': 0, 'on-load': 0 },
    ...given,
  }
}

function assumed(given: Partial<Assumed> = {}): Assumed {
  return {
    eventsPerReceive: 10,
    eventsPerInvocation: 10,
    onObjectMs: () => 150,
    batchesPerInvocation: 1,
    onLoadSecondsPerBatch: 20,
    memoryMb: { 'on-object': 256, 'on-load': 256 },
    tellsOfOwnObjects: false,
    ...given,
  }
}

function dollarsByItem(journey: Parameters<typeof costOf>[0], how: Assumed) {
  return Object.fromEntries(costOf(journey, how, PRICES).map(({ item, dollars }) => [item, Number(dollars.toFixed(6))]))
}

describe('the bill for a million files', () => {
  // Two writes per file, one manifest per batch, no wakes, no notices: as simple as a loader can be.
  const simple = {
    files: MILLION,
    batchSize: 100,
    counted: counted({
      requests: { dynamodb: {}, s3: { PutObject: 10_000 }, sqs: {}, ssm: {} },
      writeUnits: 2 * MILLION,
      invocations: { 'on-object': 100_000, 'on-load': 10_000 },
    }),
  }

  it('is what a person works out with the same prices', () => {
    expect(dollarsByItem(simple, assumed())).toEqual({
      'S3 → SQS: events sent': 0.4,
      'SQS: events received and deleted': 0.08,
      // A send, a receive and a delete for each of 10,000 wakes.
      'SQS: wakes sent, received and deleted': 0.012,
      // 100,000 of on-object, 10,000 of on-load.
      'Lambda: requests': 0.022,
      'Lambda: GB-seconds of on-object': 0.05,
      'Lambda: GB-seconds of on-load': 0.666_67,
      'DynamoDB: write units': 1.25,
      'DynamoDB: read units': 0,
      'S3: PUT of manifest and batch.json': 0.05,
      'S3: GET and HEAD of the loader': 0,
      // Each file and each manifest.
      'S3: GET of the warehouse': 0.404,
      'SNS: notices': 0,
      'KMS: requests': 0,
    })
    expect(totalDollars(costOf(simple, assumed(), PRICES))).toBeCloseTo(2.934_67, 4)
  })

  it('names every item once, in the order of the journey', () => {
    expect(costOf(simple, assumed(), PRICES).map(({ item }) => item)).toEqual([...ITEMS])
  })

  it('does not depend on how many files were counted', () => {
    const tenth = {
      files: MILLION / 10,
      batchSize: 100,
      counted: counted({
        requests: { dynamodb: {}, s3: { PutObject: 1_000 }, sqs: {}, ssm: {} },
        writeUnits: 200_000,
        invocations: { 'on-object': 10_000, 'on-load': 1_000 },
      }),
    }
    expect(dollarsByItem(tenth, assumed())).toEqual(dollarsByItem(simple, assumed()))
  })

  it('holds the events of the objects that the loader itself writes, where the bucket tells of them', () => {
    const both = dollarsByItem(simple, assumed({ tellsOfOwnObjects: true }))
    expect(both).toMatchObject({
      'S3 → SQS: events sent': 0.404,
      'SQS: events received and deleted': 0.0808,
      'Lambda: requests': 0.0222,
    })
  })

  it('holds a count on the target for each invocation, which fewer files share if they come one by one', () => {
    const alone = dollarsByItem(simple, assumed({ eventsPerReceive: 1, eventsPerInvocation: 1 }))
    expect(alone).toMatchObject({
      'SQS: events received and deleted': 0.8,
      'Lambda: requests': 0.202,
      // 2,000,000 with ten files for each count: 900,000 counts more.
      'DynamoDB: write units': 1.8125,
    })
  })

  it('follows memory and running time', () => {
    const how = assumed({ onLoadSecondsPerBatch: 5, memoryMb: { 'on-object': 512, 'on-load': 1_024 } })
    expect(dollarsByItem(simple, how)).toMatchObject({
      'Lambda: GB-seconds of on-object': 0.100_001,
      'Lambda: GB-seconds of on-load': 0.666_67,
    })
  })

  it('holds a lease for each invocation of on-load, which batches share if they come one after another', () => {
    const shared = dollarsByItem(simple, assumed({ batchesPerInvocation: 100 }))
    expect(shared).toMatchObject({
      'SQS: wakes sent, received and deleted': 0.000_12,
      // 100,000 of on-object, 100 of on-load.
      'Lambda: requests': 0.020_02,
      // As long as before: it is the batches that take time.
      'Lambda: GB-seconds of on-load': 0.666_67,
      // 9,900 leases less, of two writes.
      'DynamoDB: write units': 1.237_625,
    })
  })

  it('holds what the loader itself reads and tells, and takes what others ask of a queue for nothing', () => {
    const journey = {
      files: 1_000,
      batchSize: 100,
      counted: counted({
        requests: {
          dynamodb: {},
          s3: { PutObject: 20, GetObject: 6, HeadObject: 1 },
          sqs: { SendMessage: 5, ReceiveMessage: 1_000, DeleteMessageBatch: 500, Publish: 4 },
          ssm: { GetParameter: 1 },
        },
        invocations: { 'on-object': 10, 'on-load': 5 },
      }),
    }
    const quantities = Object.fromEntries(
      costOf(journey, assumed(), PRICES).map(({ item, quantity }) => [item, quantity]),
    )
    expect(quantities).toMatchObject({
      'SQS: wakes sent, received and deleted': 30_000,
      'S3: PUT of manifest and batch.json': 20_000,
      'S3: GET and HEAD of the loader': 7_000,
      'SNS: notices': 4_000,
      'KMS: requests': (4 + 7 + 1) * 1_000,
    })
  })
})
