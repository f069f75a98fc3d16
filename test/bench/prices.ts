/** What AWS asks for so many of something. */
export interface Price {
  readonly dollars: number
  /** For so many of the unit. */
  readonly per: number
  readonly unit: string
  readonly source: Source
}

/** How sure a price is. */
export type Source = 'documented by AWS' | 'general knowledge, not confirmed' | 'sources differ'

/** Where and when the prices were so. A free allowance is taken off nowhere. */
export const PRICES_FROM = { region: 'us-east-1', month: 'November 2026' } as const

const MILLION = 1_000_000

export const PRICES = {
  lambdaRequest: { dollars: 0.2, per: MILLION, unit: 'requests', source: 'documented by AWS' },
  lambdaArm64: { dollars: 0.0000133334, per: 1, unit: 'GB-seconds on arm64', source: 'documented by AWS' },
  sqsRequest: { dollars: 0.4, per: MILLION, unit: 'requests of 64 KB', source: 'documented by AWS' },
  s3Write: { dollars: 5, per: MILLION, unit: 'PUT, COPY, POST and LIST', source: 'documented by AWS' },
  s3Read: { dollars: 0.4, per: MILLION, unit: 'GET and HEAD', source: 'documented by AWS' },
  dynamoDbWrite: { dollars: 0.625, per: MILLION, unit: 'write units on demand', source: 'documented by AWS' },
  dynamoDbRead: { dollars: 0.125, per: MILLION, unit: 'read units on demand', source: 'documented by AWS' },
  eventBridgeEvent: { dollars: 1, per: MILLION, unit: 'events of S3', source: 'sources differ' },
  snsPublish: { dollars: 0.5, per: MILLION, unit: 'notices of 64 KB', source: 'general knowledge, not confirmed' },
  kmsRequest: { dollars: 0.03, per: 10_000, unit: 'requests', source: 'general knowledge, not confirmed' },
} as const satisfies Readonly<Record<string, Price>>

export type Prices = Readonly<Record<keyof typeof PRICES, Pick<Price, 'dollars' | 'per'>>>
