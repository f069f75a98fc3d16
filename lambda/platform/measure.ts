import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Measure } from '../ports'

type Metric = Parameters<Measure>[0]
interface Group {
  readonly dimensions: Readonly<Record<string, string>>
  readonly values: Map<Metric, number>
}

/** Measured as they are now, not as what was added: two of them in one invocation are the later one, not their sum. */
const LEVELS: ReadonlySet<Metric> = new Set<Metric>(['DeadLetters', 'OldestArrivalSeconds'])

/**
 * Metrics as lines of CloudWatch's embedded metric format on stdout: no request, no delay. Each environment has a namespace of its own, so
 * that two in one account do not add up.
 * What is measured is added up by metric and dimensions (of a level the latest is kept) until `flush`, which belongs at the end of an invocation: if the
 * process dies before it, the numbers of that invocation are lost, and nothing else depends on them.
 */
export function makeMeasure({ namespace = 'Penstock' }: { readonly namespace?: string } = {}): {
  readonly measure: Measure
  flush(): void
} {
  let groups = new Map<string, Group>()
  return {
    measure(metric, value, dimensions) {
      const key = JSON.stringify(Object.entries(dimensions).sort())
      const group = groups.get(key) ?? { dimensions, values: new Map() }
      groups.set(key, group)
      group.values.set(metric, LEVELS.has(metric) ? value : (group.values.get(metric) ?? 0) + value)
    },
    flush() {
      const full = groups
      groups = new Map()
      for (const group of full.values()) publish(namespace, group)
    },
  }
}

/** One line per set of dimensions: all metrics of a line have all of its dimensions. */
function publish(namespace: string, { dimensions, values }: Group): void {
  const metrics = new Metrics({ namespace, serviceName: 'penstock' })
  for (const [name, value] of Object.entries(dimensions)) metrics.addDimension(name, value)
  for (const [metric, value] of values) metrics.addMetric(metric, unitOf(metric), value)
  metrics.publishStoredMetrics()
}

function unitOf(metric: Metric) {
  if (metric === 'BytesLoaded') return MetricUnit.Bytes
  return metric === 'OldestArrivalSeconds' ? MetricUnit.Seconds : MetricUnit.Count
}
