import { threeDigits } from './number-text'
import { PRICES, type Prices } from './prices'

/** What was counted of the deprecated loader, as far as it is paid for. */
export const DEPRECATED_LOADER = {
  /** Write units per file, by files of a batch: its open batch is one item, which grows with every file. */
  writeUnitsPerFile: new Map([
    [10, 4.0],
    [100, 8.2],
    [1_000, 54],
  ]),
  /** Of DynamoDB; how many read units they take was not counted. */
  requestsPerFile: '5.5–7.2',
  /** S3 invokes it for every file. */
  invocationsPerFile: 1,
  /** With so many files the item of its open batch is full, and DynamoDB refuses the next one. */
  mostFilesPerBatch: 3_877,
} as const

/** What a million files cost with it, in write units and Lambda requests alone. `undefined` where nothing was counted. */
export function rivalDollars(batchSize: number, prices: Prices): number | undefined {
  const units = DEPRECATED_LOADER.writeUnitsPerFile.get(batchSize)
  if (units === undefined) return undefined
  const { dynamoDbWrite, lambdaRequest } = prices
  const write = (units * dynamoDbWrite.dollars) / dynamoDbWrite.per
  const invoke = (DEPRECATED_LOADER.invocationsPerFile * lambdaRequest.dollars) / lambdaRequest.per
  return 1_000_000 * (write + invoke)
}

/** What is known of its cost in batches of this size. */
export function rivalText(batchSize: number): string | undefined {
  const { mostFilesPerBatch } = DEPRECATED_LOADER
  if (batchSize > mostFilesPerBatch) return `stops at ${mostFilesPerBatch.toLocaleString('en-US')} files`
  const dollars = rivalDollars(batchSize, PRICES)
  return dollars === undefined ? undefined : `> ${threeDigits(dollars)}, its running time left out`
}
