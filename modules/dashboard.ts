import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard'
import { Fn } from 'cdktf'
import { Construct } from 'constructs'
import { type Metric, SERVICE } from './alarms'

export interface DashboardProps {
  /** Name of the dashboard, e.g. `penstock-staging`. */
  readonly name: string
  readonly region: string
  /** The namespace in which the functions of this environment measure. */
  readonly namespace: string
  /** Names of the queues that functions read. */
  readonly queues: readonly string[]
  /** Names of the queues of what was given up. */
  readonly deadLetters: readonly string[]
  /** Names of the functions. */
  readonly functions: readonly string[]
  /** Shown on top, green or red. */
  readonly alarmArns: readonly string[]
}

interface Widget {
  readonly type: 'metric' | 'alarm'
  readonly height: number
  readonly width: number
  readonly properties: Readonly<Record<string, unknown>>
}

type Statistic = 'Sum' | 'Maximum' | 'p95'

/** The grid of a dashboard is 24 wide. */
const WHOLE = 24
const HALF = 12
const THIRD = 8
const HEIGHT = 6

/** What an environment does, on one page: first whether it is well, then its tables, then what it is made of. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id)
    // Names and ARNs may be known to Terraform only when it applies, so it writes the JSON.
    new CloudwatchDashboard(this, 'dashboard', {
      dashboardName: props.name,
      dashboardBody: Fn.jsonencode({ widgets: inRows(widgetsOf(props)) }),
    })
  }
}

function widgetsOf(props: DashboardProps): readonly Widget[] {
  const { region, queues, deadLetters, functions } = props
  const perTarget = (title: string, width: number, metric: Metric, statistic: Statistic) =>
    graph(region, title, width, [searched(props, metric, statistic)])
  const perQueue = (title: string, names: readonly string[], metric: string) =>
    graph(region, title, THIRD, named('AWS/SQS', metric, 'QueueName', names, 'Maximum'))
  const perFunction = (title: string, metric: string, statistic: Statistic) =>
    graph(region, title, HALF, named('AWS/Lambda', metric, 'FunctionName', functions, statistic))
  return [
    { type: 'alarm', width: WHOLE, height: 4, properties: { title: 'Alarms', alarms: [...props.alarmArns] } },
    perTarget('How long the oldest file has waited, in seconds', HALF, 'OldestArrivalSeconds', 'Maximum'),
    perTarget('Files that failed', HALF, 'FilesFailed', 'Sum'),
    perTarget('Files loaded', THIRD, 'FilesLoaded', 'Sum'),
    perTarget('Rows loaded', THIRD, 'RowsLoaded', 'Sum'),
    perTarget('Bytes loaded', THIRD, 'BytesLoaded', 'Sum'),
    perTarget('Batches loaded', THIRD, 'BatchesLoaded', 'Sum'),
    perTarget('Batches that were refused', THIRD, 'BatchesFailed', 'Sum'),
    perTarget('Targets that were blocked', THIRD, 'TargetsBlocked', 'Sum'),
    perQueue('Messages that wait', queues, 'ApproximateNumberOfMessagesVisible'),
    perQueue('Age of the oldest message, in seconds', queues, 'ApproximateAgeOfOldestMessage'),
    perQueue('Dead letters', deadLetters, 'ApproximateNumberOfMessagesVisible'),
    perFunction('Invocations', 'Invocations', 'Sum'),
    perFunction('Errors', 'Errors', 'Sum'),
    perFunction('Duration, 95 of 100, in milliseconds', 'Duration', 'p95'),
    perFunction('Refused for want of concurrency', 'Throttles', 'Sum'),
  ]
}

/** One line per target, those of tables included that nobody has thought of yet. */
function searched({ namespace }: DashboardProps, metric: Metric, statistic: Statistic): unknown {
  const search = `{"${namespace}",service,target} MetricName="${metric}" service="${SERVICE}"`
  // Quotes within a function of Terraform's have to be escaped.
  return [{ expression: Fn.rawString(`SEARCH('${search}', '${statistic}')`) }]
}

function named(namespace: string, metric: string, dimension: string, names: readonly string[], stat: Statistic) {
  return names.map((name) => [namespace, metric, dimension, name, { stat }])
}

function graph(region: string, title: string, width: number, metrics: readonly unknown[]): Widget {
  return {
    type: 'metric',
    width,
    height: HEIGHT,
    properties: { title, region, view: 'timeSeries', period: 60, metrics: [...metrics], yAxis: { left: { min: 0 } } },
  }
}

/** From left to right, and below when a row is full. */
function inRows(widgets: readonly Widget[]): readonly unknown[] {
  let [x, y, below] = [0, 0, 0]
  return widgets.map((widget) => {
    if (x + widget.width > WHOLE) [x, y] = [0, below]
    const placed = { ...widget, x, y }
    x += widget.width
    below = Math.max(below, y + widget.height)
    return placed
  })
}
