import { BUSY, gathered, ONE_BY_ONE, TRICKLE_PER_SECOND } from './cost-assumptions'
import { type CountedJourney, costOf, type Journey, totalDollars } from './cost-of'
import { type Case, costTables, type Trickle } from './cost-tables'
import { rivalText } from './deprecated-loader'
import type { BenchOptions, Figure, Section } from './figure'
import { PRICES, PRICES_FROM } from './prices'

/**
 * What files need that go the whole way in batches of a size. Nobody's requests are in it but the loader's: neither the upload of
 * the files nor the warehouse's.
 */
export type CountWholePath = (batchSize: number, files: number) => Promise<CountedJourney>

/** The bill for a million files, from what was counted and what AWS asks. */
export async function measureCost({ quick, say }: BenchOptions, count: CountWholePath): Promise<Section> {
  const journeyOf = async (batchSize: number): Promise<Journey> => {
    const files = filesFor(batchSize, quick)
    say(`counts what ${files} files need in batches of ${batchSize}`)
    return { files, batchSize, counted: await count(batchSize, files) }
  }
  const sizes: Case[] = []
  for (const batchSize of quick ? [DEFAULT_BATCH] : [1, 10, 100, 1_000, 5_000]) {
    const journey = await journeyOf(batchSize)
    sizes.push({ journey, costs: costOf(journey, BUSY, PRICES) })
  }
  const trickles: Trickle[] = []
  for (const windowSeconds of quick ? [60] : [0, 60, 900]) {
    const journey = await journeyOf(gathered(TRICKLE_PER_SECOND, windowSeconds))
    trickles.push({ windowSeconds, journey, costs: costOf(journey, ONE_BY_ONE, PRICES) })
  }
  return {
    title: 'What a million files cost',
    about: `Everything but the warehouse, at the prices of ${PRICES_FROM.month} in ${PRICES_FROM.region}. Requests and units are counted on the embedded environment; what it cannot tell is assumed, and said below.`,
    figures: [...sizes.map(figureOfSize), ...trickles.map(figureOfTrickle)],
    more: costTables(sizes, trickles),
  }
}

/** Whole batches, so many that what happens once at the end does not count. */
function filesFor(batchSize: number, quick: boolean): number {
  const [mostBatches, files] = quick ? [20, 500] : [100, 3_000]
  return batchSize * Math.max(2, Math.min(mostBatches, Math.round(files / batchSize)))
}

const UNIT = '$ per million files'
/** The size of batches that stands for all: the default of `batch.files`. */
const DEFAULT_BATCH = 100
const MOST_DOLLARS = 2.5

function figureOfSize({ journey: { batchSize }, costs }: Case): Figure {
  const rival = rivalText(batchSize)
  return {
    name: `cost without the warehouse, batch ${batchSize.toLocaleString('en-US')}`,
    unit: UNIT,
    values: [totalDollars(costs)],
    ...(batchSize === DEFAULT_BATCH ? { reach: { atMost: MOST_DOLLARS }, headline: true } : {}),
    ...(rival === undefined ? {} : { rival }),
  }
}

function figureOfTrickle({ windowSeconds, costs }: Trickle): Figure {
  return {
    name: `cost without the warehouse, ${TRICKLE_PER_SECOND} file/s into one table, window ${windowSeconds} s`,
    unit: UNIT,
    values: [totalDollars(costs)],
  }
}
