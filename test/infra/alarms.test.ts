import { Console } from 'node:console'
import { makeMeasure } from '../../lambda/platform/measure'
import { Alarms, type AlarmsProps, type Metric, SERVICE } from '../../modules/alarms'
import { Dashboard } from '../../modules/dashboard'
import { synthesized } from './one-construct'

const NAMESPACE = 'Penstock/test'
const PROPS: AlarmsProps = {
  name: 'penstock-test',
  topicArn: 'arn:aws:sns:eu-west-1:111111111111:penstock-test-failure',
  namespace: NAMESPACE,
  functions: {
    onObject: { name: 'penstock-test-on-object', timeoutSeconds: 60 },
    onLoad: { name: 'penstock-test-on-load', timeoutSeconds: 900 },
    onTick: { name: 'penstock-test-on-tick', timeoutSeconds: 60 },
  },
  oldestArrivalMinutes: 30,
}
const alarmsOf = (more: Partial<AlarmsProps> = {}) =>
  synthesized((stack) => void new Alarms(stack, 'alarms', { ...PROPS, ...more })).all('aws_cloudwatch_metric_alarm')
const alarms = alarmsOf()
const alarm = (suffix: string) => alarms.find(({ alarm_name }) => alarm_name === `penstock-test-${suffix}`) ?? {}

/** Where a metric arrives in CloudWatch, as the functions write it. */
function measured(metric: Metric, dimensions: Readonly<Record<string, string>>): unknown {
  const lines: string[] = []
  // Where jest does not look: the metrics are written past the global console.
  const spy = jest.spyOn(Console.prototype, 'log').mockImplementation((line) => void lines.push(String(line)))
  try {
    const { measure, flush } = makeMeasure({ namespace: NAMESPACE })
    measure(metric, 1, dimensions)
    flush()
  } finally {
    spy.mockRestore()
  }
  const line = JSON.parse(lines[0] ?? '{}')
  const [{ Namespace, Dimensions }] = line._aws.CloudWatchMetrics
  return { Namespace, Dimensions: Dimensions.map((names: string[]) => [...names].sort()), service: line.service }
}

it('tells each alarm in the topic, and says what happened, where to look and what to do', () => {
  expect(alarms).toHaveLength(15)
  for (const one of alarms) {
    expect(one['alarm_actions']).toEqual([PROPS.topicArn])
    expect(String(one['alarm_description'])).toMatch(/Look|log|notice|file-unrouted/i)
    expect(String(one['alarm_description']).split('. ').length).toBeGreaterThanOrEqual(2)
  }
})

it('tells what is so when functions have nothing to do: nothing is wrong', () => {
  const quiet = alarms.filter(({ treat_missing_data }) => treat_missing_data === 'notBreaching')
  expect(alarms.filter((one) => !quiet.includes(one)).map(({ alarm_name }) => alarm_name)).toEqual([
    'penstock-test-oldest-arrival',
    'penstock-test-on-tick-silent',
  ])
})

describe.each(Object.values(PROPS.functions))('the function $name', ({ name, timeoutSeconds }) => {
  const suffix = name.replace('penstock-test-', '')
  it('may die once, but not again and again', () => {
    expect(alarm(`${suffix}-errors`)).toMatchObject({
      namespace: 'AWS/Lambda',
      metric_name: 'Errors',
      dimensions: { FunctionName: name },
      threshold: 0,
      evaluation_periods: 3,
      datapoints_to_alarm: 2,
    })
  })

  it('is told of before Lambda cuts it off, and when the account refuses it', () => {
    expect(alarm(`${suffix}-duration`)).toMatchObject({ statistic: 'Maximum', threshold: timeoutSeconds * 900 })
    expect(alarm(`${suffix}-throttles`)).toMatchObject({ metric_name: 'Throttles', threshold: 0 })
  })
})

it('tells that the tick has stopped, but not that it has not begun', () => {
  expect(alarm('on-tick-silent')).toMatchObject({
    metric_name: 'Invocations',
    treat_missing_data: 'missing',
    insufficient_data_actions: [PROPS.topicArn],
  })
})

it('tells of a file that waits for longer than the environment allows, whatever its target', () => {
  expect(alarm('oldest-arrival')).toMatchObject({
    metric_name: 'OldestArrivalSeconds',
    threshold: 30 * 60,
    treat_missing_data: 'ignore',
  })
})

it.each<[string, Metric]>([
  ['oldest-arrival', 'OldestArrivalSeconds'],
  ['files-unrouted', 'FilesUnrouted'],
])('watches %s where the functions measure it', (suffix, metric) => {
  const { namespace, dimensions } = alarm(suffix)
  expect(measured(metric, {})).toEqual({ Namespace: namespace, Dimensions: [['service']], service: SERVICE })
  expect(dimensions).toEqual({ service: SERVICE })
})

it.each<[string, Metric]>([
  ['files-failed', 'FilesFailed'],
  ['targets-blocked', 'TargetsBlocked'],
  ['notices-lost', 'NoticesLost'],
])('adds %s up over all targets, as the functions measure them', (suffix, metric) => {
  expect(measured(metric, { target: 'main/public.t' })).toEqual({
    Namespace: NAMESPACE,
    Dimensions: [['service', 'target']],
    service: SERVICE,
  })
  expect(alarm(suffix)['metric_query']).toEqual([
    expect.objectContaining({
      expression: `SELECT SUM(${metric}) FROM SCHEMA("${NAMESPACE}", service, target)`,
      return_data: true,
    }),
  ])
})

it.each<[Partial<AlarmsProps>, string]>([
  [{ oldestArrivalMinutes: 0 }, '[test/alarms] oldestArrivalMinutes is 0, and must be from 1 to 1440'],
  [
    { functions: { ...PROPS.functions, onLoad: { name: 'f', timeoutSeconds: 901 } } },
    '[test/alarms] the timeout of onLoad is 901, and must be from 1 to 900',
  ],
])('is refused at synth with path, value and limit: %j', (wrong, message) => {
  expect(() => alarmsOf(wrong)).toThrow(message)
})

describe('the dashboard', () => {
  const { all } = synthesized((stack) => {
    const { arns } = new Alarms(stack, 'alarms', PROPS)
    new Dashboard(stack, 'dashboard', {
      name: 'penstock-test',
      region: 'eu-west-1',
      namespace: NAMESPACE,
      queues: ['penstock-test-objects'],
      deadLetters: ['penstock-test-objects-dead'],
      functions: ['penstock-test-on-load'],
      alarmArns: arns,
    })
  })
  const [dashboard] = all('aws_cloudwatch_dashboard')
  const body = String(dashboard?.['dashboard_body'])

  it('is written by Terraform, which alone knows the names', () => {
    expect(body).toMatch(/^\$\{jsonencode\(/)
    expect(body).toContain('aws_cloudwatch_metric_alarm.')
  })

  it.each<Metric>([
    'OldestArrivalSeconds',
    'FilesLoaded',
    'RowsLoaded',
    'BytesLoaded',
    'FilesFailed',
    'TargetsBlocked',
  ])('looks for the %s of every target, those included that nobody has thought of yet', (metric) => {
    expect(body).toContain(
      `SEARCH('{\\"${NAMESPACE}\\",service,target} MetricName=\\"${metric}\\" service=\\"${SERVICE}\\"'`,
    )
  })

  it('shows queues, dead letters and functions', () => {
    for (const name of ['penstock-test-objects"', 'penstock-test-objects-dead"', 'penstock-test-on-load"']) {
      expect(body).toContain(name)
    }
  })

  it('lays nothing over anything else, and nothing beyond the grid', () => {
    const places = [...body.matchAll(/"width" = (\d+), "height" = (\d+).*?"x" = (\d+), "y" = (\d+)/g)].map((found) =>
      found.slice(1).map(Number),
    )
    const cells = places.flatMap(([width = 0, height = 0, x = 0, y = 0]) =>
      Array.from({ length: width * height }, (_, at) => `${x + (at % width)},${y + Math.floor(at / width)}`),
    )
    expect(places).toHaveLength(16)
    expect(new Set(cells).size).toBe(cells.length)
    for (const [width = 0, , x = 0] of places) expect(x + width).toBeLessThanOrEqual(24)
  })
})
