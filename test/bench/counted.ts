/** Requests by service and operation, e.g. `dynamodb` → `BatchWriteItem` → 12, and what they consumed. */
export interface Counted {
  readonly requests: Readonly<Record<Service, Readonly<Record<string, number>>>>
  /** DynamoDB's units. */
  readonly readUnits: number
  readonly writeUnits: number
}

export type Service = 'dynamodb' | 's3' | 'sqs' | 'ssm'

/** What was counted between two looks. */
export function between(before: Counted, after: Counted): Counted {
  const services = Object.keys(after.requests) as Service[]
  return {
    requests: Object.fromEntries(
      services.map((service) => [service, difference(before.requests[service], after.requests[service])]),
    ) as Counted['requests'],
    readUnits: after.readUnits - before.readUnits,
    writeUnits: after.writeUnits - before.writeUnits,
  }
}

/** All requests to a service. */
export function totalOf(counted: Counted, service: Service): number {
  return Object.values(counted.requests[service]).reduce((sum, times) => sum + times, 0)
}

function difference(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const entries = Object.entries(after).map(([name, times]) => [name, times - (before[name] ?? 0)] as const)
  return Object.fromEntries(entries.filter(([, times]) => times > 0))
}
