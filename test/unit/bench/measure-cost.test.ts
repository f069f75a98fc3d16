import { gathered } from '../../bench/cost-assumptions'
import type { CountedJourney } from '../../bench/cost-of'
import { rivalDollars } from '../../bench/deprecated-loader'
import { measureCost } from '../../bench/measure-cost'
import { PRICES } from '../../bench/prices'

/** Three writes and one read per file, and of each batch two objects and a notice; as many batches per wake as time allows. */
async function count(batchSize: number, files: number): Promise<CountedJourney> {
  const batches = files / batchSize
  return {
    requests: {
      dynamodb: {},
      s3: { PutObject: 2 * batches },
      sqs: { Publish: batches },
      ssm: {},
    },
    readUnits: files,
    writeUnits: 3 * files,
    invocations: { 'on-object': files / 100, 'on-load': batches / 180 },
  }
}

const options = { quick: false, say: () => {} }

describe('the cost of a million files', () => {
  it('is told for each size of batches and each window, that of the default size as a headline', async () => {
    const { figures } = await measureCost(options, count)
    expect(figures.map(({ name }) => name)).toEqual([
      'cost without the warehouse, batch 1',
      'cost without the warehouse, batch 10',
      'cost without the warehouse, batch 100',
      'cost without the warehouse, batch 1,000',
      'cost without the warehouse, batch 5,000',
      'cost without the warehouse, 1 file/s into one table, window 0 s',
      'cost without the warehouse, 1 file/s into one table, window 60 s',
      'cost without the warehouse, 1 file/s into one table, window 900 s',
    ])
    expect(figures.filter(({ headline }) => headline)).toEqual([
      expect.objectContaining({ name: 'cost without the warehouse, batch 100', reach: { atMost: 2.5 } }),
    ])
  })

  it('shows the date and the region of the prices, and each price with its source', async () => {
    const { about, more = '' } = await measureCost(options, count)
    expect(about).toContain('November 2026 in us-east-1')
    expect(more).toContain('Prices of us-east-1, November 2026:')
    expect(more).toMatch(/\| Lambda +\| 0\.0000133334 \| +1 \| GB-seconds on arm64 +\| documented by AWS +\|/)
    expect(more).toMatch(/\| EventBridge +\| +1 \| 1,000,000 \| events of S3 +\| sources differ +\|/)
  })

  it('is asked of the counts by whole batches', async () => {
    const asked: number[][] = []
    await measureCost(options, (batchSize, files) => {
      asked.push([batchSize, files])
      return count(batchSize, files)
    })
    expect(asked.map(([batchSize]) => batchSize)).toEqual([1, 10, 100, 1_000, 5_000, 5, 60, 900])
    for (const [batchSize = 1, files = 0] of asked) {
      expect(files % batchSize).toBe(0)
      expect(files / batchSize).toBeGreaterThanOrEqual(2)
    }
  })

  it('stands beside the deprecated loader by what was counted of both', async () => {
    const { more = '' } = await measureCost(options, count)
    const lines = more.slice(more.indexOf('Beside the deprecated loader')).split('\n').slice(2, 9)
    expect(lines).toEqual([
      '| files of a batch | the deprecated loader | Penstock |',
      '| ---------------: | --------------------: | -------: |',
      '|                1 |           not counted |     1.88 |',
      '|               10 |                  2.70 |     1.88 |',
      '|              100 |                  5.33 |     1.88 |',
      '|            1,000 |                 33.95 |     1.88 |',
      '|            5,000 |                cannot |     1.88 |',
    ])
  })
})

describe('the files of a batch', () => {
  it('are what the window gathers, and never fewer than come while the one before is loaded', () => {
    expect([0, 60, 900].map((seconds) => gathered(1, seconds))).toEqual([5, 60, 900])
    expect(gathered(1 / 60, 0)).toBe(1)
  })
})

describe('the deprecated loader', () => {
  it('costs its write units and an invocation for each file, and nothing that was not counted', () => {
    expect(rivalDollars(100, PRICES)).toBeCloseTo(8.2 * 0.625 + 0.2, 10)
    expect(rivalDollars(50, PRICES)).toBeUndefined()
  })
})
