import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmConfig,
} from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm'
import { Construct } from 'constructs'
import type { Measure } from '../lambda/ports'
import { outOfRange } from './out-of-range'

export interface AlarmsProps {
  /** Prefix of every name, e.g. `penstock-staging`. */
  readonly name: string
  /** Where it is told: the ARN of a topic that CloudWatch may publish to. */
  readonly topicArn: string
  /** The namespace in which the functions of this environment measure, and no others. */
  readonly namespace: string
  readonly functions: Readonly<Record<FunctionKind, WatchedFunction>>
  /** A file that waits for longer is told of, 1–1440. */
  readonly oldestArrivalMinutes: number
}

export type FunctionKind = 'onObject' | 'onLoad' | 'onTick'

export interface WatchedFunction {
  readonly name: string
  /** 1–900. */
  readonly timeoutSeconds: number
}

/** A metric of the functions. */
export type Metric = Parameters<Measure>[0]

/** The value of the dimension `service`, which every metric of the functions has beside those that the code names. */
export const SERVICE = 'penstock'

interface Alarm
  extends Pick<
    CloudwatchMetricAlarmConfig,
    | 'namespace'
    | 'metricName'
    | 'dimensions'
    | 'statistic'
    | 'period'
    | 'metricQuery'
    | 'threshold'
    | 'comparisonOperator'
    | 'evaluationPeriods'
    | 'datapointsToAlarm'
    | 'treatMissingData'
    | 'insufficientDataActions'
  > {
  /** Goes on where the environment's name ends. */
  readonly suffix: string
  readonly description: string
}

const MINUTE = 60
const FIVE_MINUTES = 5 * MINUTE
/** A function that needs more than this share of its time is cut off one day. */
const NEARLY_ALL = 0.9
/** CloudWatch's own limit. */
const LONGEST_DESCRIPTION = 1_024

/**
 * What a person should look at before somebody asks. Each description says what happened, where to look and what to do, since it may be
 * all that is read at night. What the loader mends by itself raises no alarm; dead letters have theirs beside their queue.
 */
export class Alarms extends Construct {
  readonly arns: readonly string[]

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id)
    const functions = Object.entries(props.functions) as readonly (readonly [FunctionKind, WatchedFunction])[]
    const alarms = [...functions.flatMap(([kind, one]) => ofFunction(kind, one)), silentClock(props), ...ofFiles(props)]
    this.node.addValidation({
      validate: () => [
        ...outOfRange('oldestArrivalMinutes', props.oldestArrivalMinutes, 1, 1_440),
        ...functions.flatMap(([kind, one]) => outOfRange(`the timeout of ${kind}`, one.timeoutSeconds, 1, 900)),
        ...alarms.flatMap((one) =>
          outOfRange(`the length of what ${one.suffix} says`, one.description.length, 1, LONGEST_DESCRIPTION),
        ),
      ],
    })
    this.arns = alarms.map(({ suffix, description, ...alarm }) => {
      const { arn } = new CloudwatchMetricAlarm(this, suffix, {
        alarmName: `${props.name}-${suffix}`,
        alarmDescription: description,
        alarmActions: [props.topicArn],
        ...alarm,
      })
      return arn
    })
  }
}

const SUFFIX: Readonly<Record<FunctionKind, string>> = { onObject: 'on-object', onLoad: 'on-load', onTick: 'on-tick' }

/** What does not happen while a function fails. */
const STANDS_STILL: Readonly<Record<FunctionKind, string>> = {
  onObject:
    'Files that land are not queued; their events wait in the queue of objects, and are parked after five tries.',
  onLoad: 'Queued files are not loaded; none is lost, and the tick goes on asking for their load.',
  onTick: 'Batches that wait for their time, expired leases and lost events are not looked after.',
}

function ofFunction(kind: FunctionKind, { name, timeoutSeconds }: WatchedFunction): readonly Alarm[] {
  const suffix = SUFFIX[kind]
  const ofLambda = { namespace: 'AWS/Lambda', dimensions: { FunctionName: name }, period: FIVE_MINUTES } as const
  return [
    {
      suffix: `${suffix}-errors`,
      description: `${name} died or threw, in two of three times five minutes. ${STANDS_STILL[kind]} Look at the errors in its log, /aws/lambda/${name}. A single death is tried again and raises no alarm.`,
      ...ofLambda,
      metricName: 'Errors',
      statistic: 'Sum',
      ...moreThan(0, { of: 3, atLeast: 2 }),
      treatMissingData: 'notBreaching',
    },
    {
      suffix: `${suffix}-throttles`,
      description: `${name} was refused for fifteen minutes: the account runs as many functions at once as it may. ${STANDS_STILL[kind]} Look at ConcurrentExecutions of the account in CloudWatch, and ask AWS for a higher quota, or lower functions.onLoad.atOnce.`,
      ...ofLambda,
      metricName: 'Throttles',
      statistic: 'Sum',
      ...moreThan(0, { of: 3, atLeast: 3 }),
      treatMissingData: 'notBreaching',
    },
    {
      suffix: `${suffix}-duration`,
      description: `${name} ran for more than ${NEARLY_ALL * 100} % of its ${timeoutSeconds} s, after which Lambda cuts it off. Look for the slow step in its log, /aws/lambda/${name}; then raise its timeoutSeconds or memoryMb${kind === 'onLoad' ? ', or make batches smaller with batch.files and batch.bytes' : ''}.`,
      ...ofLambda,
      metricName: 'Duration',
      statistic: 'Maximum',
      ...moreThan(NEARLY_ALL * timeoutSeconds * 1_000, { of: 1, atLeast: 1 }),
      treatMissingData: 'notBreaching',
    },
  ]
}

/**
 * A clock that has stopped is told by missing data, of which an alarm makes INSUFFICIENT_DATA: and since that is also where each
 * begins, the first deploy alarms nobody, as it would if missing data were breaching.
 */
function silentClock({ functions, topicArn }: AlarmsProps): Alarm {
  const { name } = functions.onTick
  return {
    suffix: 'on-tick-silent',
    description: `${name} has not run for fifteen minutes, although it is due every minute. ${STANDS_STILL.onTick} Nor are the age of the oldest file and dead letters measured. Look whether its schedule is enabled and may invoke it, and whether the function is there.`,
    namespace: 'AWS/Lambda',
    dimensions: { FunctionName: name },
    period: FIVE_MINUTES,
    metricName: 'Invocations',
    statistic: 'Sum',
    comparisonOperator: 'LessThanThreshold',
    threshold: 1,
    evaluationPeriods: 3,
    datapointsToAlarm: 3,
    treatMissingData: 'missing',
    insufficientDataActions: [topicArn],
  }
}

function ofFiles({ namespace, functions, oldestArrivalMinutes }: AlarmsProps): readonly Alarm[] {
  const log = `/aws/lambda/${functions.onLoad.name}`
  const intakeLog = `/aws/lambda/${functions.onObject.name}`
  return [
    {
      suffix: 'oldest-arrival',
      description: `A file has waited for more than ${oldestArrivalMinutes} minutes. Look at the dashboard for its target, and at target-held and load-failed in ${log} for the reason. If the target is blocked, mend what the reason names and it loads by itself; if it only has too much to do, let batches be larger.`,
      namespace,
      dimensions: { service: SERVICE },
      metricName: 'OldestArrivalSeconds' satisfies Metric,
      statistic: 'Maximum',
      period: MINUTE,
      ...moreThan(oldestArrivalMinutes * MINUTE, { of: 3, atLeast: 3 }),
      // Who is not measured has not got better: that the clock is silent has an alarm of its own.
      treatMissingData: 'ignore',
    },
    {
      suffix: 'files-failed',
      description: `Files could not be loaded, and stay out until they are mended. The notice of the failure, and file-failed in ${log} and ${intakeLog}, name file, line, column and reason. Write the file again under its key, mended: it loads by itself.`,
      ...sumOverTargets(namespace, 'FilesFailed'),
      treatMissingData: 'notBreaching',
    },
    {
      suffix: 'targets-blocked',
      description: `A target is held up until a person mends its set-up, or by a fault that keeps coming back. Its files wait; none is lost, and other targets go on. The notice, and target-held in ${log}, say which target and why: most often a missing table, grant or password. Mend it: it is tried again by itself, at least every 15 minutes. This is told once per reason, so that this alarm ends does not mean that the target is well.`,
      ...sumOverTargets(namespace, 'TargetsBlocked'),
      treatMissingData: 'notBreaching',
    },
    {
      suffix: 'files-unrouted',
      description: `Files have landed that no route takes, and are not loaded. file-unrouted in ${intakeLog} names each with the reason. Add or mend a route, with existing: 'load' if those that are there are to be loaded, or let whoever writes them use another prefix.`,
      namespace,
      dimensions: { service: SERVICE },
      metricName: 'FilesUnrouted' satisfies Metric,
      statistic: 'Sum',
      period: FIVE_MINUTES,
      ...moreThan(0, { of: 1, atLeast: 1 }),
      treatMissingData: 'notBreaching',
    },
    {
      suffix: 'notices-lost',
      description: `A notice could not be published: people were not told of a load or of a failure. Nothing else is affected. notice-not-sent in ${log} says which topic and why: most often a topic that is gone, or a key that the function may not use.`,
      ...sumOverTargets(namespace, 'NoticesLost'),
      treatMissingData: 'notBreaching',
    },
  ]
}

/**
 * An alarm cannot watch metrics that it does not name, and targets come by themselves with their prefixes: a query of Metrics Insights
 * adds up whatever targets there are.
 */
function sumOverTargets(namespace: string, metric: Metric) {
  return {
    metricQuery: [
      {
        id: 'all',
        label: metric,
        expression: `SELECT SUM(${metric}) FROM SCHEMA("${namespace}", service, target)`,
        period: FIVE_MINUTES,
        returnData: true,
      },
    ],
    ...moreThan(0, { of: 1, atLeast: 1 }),
  }
}

function moreThan(threshold: number, { of, atLeast }: { readonly of: number; readonly atLeast: number }) {
  return {
    comparisonOperator: 'GreaterThanThreshold',
    threshold,
    evaluationPeriods: of,
    datapointsToAlarm: atLeast,
  } as const
}
