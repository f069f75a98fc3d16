import { rmSync } from 'node:fs'
import { Testing } from 'cdktf'
import { environment } from '../../environments/environment'
import { METRICS_NAMESPACE, VARIABLES } from '../../lambda/runtime'
import { deployCommand } from '../../modules/deploy'
import { PenstockStack } from '../../modules/penstock-stack'
import { MINIMAL, reference, synthesize } from './synthesized'

const given = synthesize({ ...MINIMAL, functions: { onLoad: { atOnce: 7, timeoutSeconds: 600 }, logDays: 14 } })
const { all, named } = given

describe.each(['on-object', 'on-load', 'on-tick'])('the function %s', (name) => {
  const lambda = all('aws_lambda_function').find((block) => block['function_name'] === `penstock-small-${name}`) ?? {}

  it('runs on a runtime and an architecture that last, with a limit on time and memory', () => {
    expect(lambda).toMatchObject({ runtime: 'nodejs22.x', architectures: ['arm64'], handler: 'index.handler' })
    expect(lambda['timeout']).toBe({ 'on-object': 60, 'on-load': 600, 'on-tick': 60 }[name])
    expect(lambda['memory_size']).toBeGreaterThanOrEqual(512)
  })

  it('is deployed again when its code changes, and only then', () => {
    expect(lambda['source_code_hash']).toBe(`\${filebase64sha256("${String(lambda['filename'])}")}`)
  })

  it('finds every variable that it reads', () => {
    const { variables } = lambda['environment'] as { readonly variables: Readonly<Record<string, string>> }
    for (const variable of [...Object.values(VARIABLES), METRICS_NAMESPACE]) expect(variables[variable]).toMatch(/./)
    expect(variables[METRICS_NAMESPACE]).toBe('Penstock/small')
  })

  it('writes a log that ends some day, encrypted', () => {
    const log = named('aws_cloudwatch_log_group', `/aws/lambda/penstock-small-${name}`)
    expect(log).toMatchObject({ retention_in_days: 14, kms_key_id: expect.stringContaining('aws_kms_key') })
    expect(lambda).toMatchObject({
      logging_config: { log_group: reference('aws_cloudwatch_log_group', log, 'name') },
    })
  })

  it('has an alarm', () => {
    const watched = all('aws_cloudwatch_metric_alarm').map(({ dimensions }) => JSON.stringify(dimensions) ?? '')
    const references = [`penstock-small-${name}`, reference('aws_lambda_function', lambda, 'function_name')]
    expect(watched.filter((text) => references.some((one) => text.includes(one)))).not.toEqual([])
  })
})

describe('queues', () => {
  const readingOf = (queueName: string) =>
    all('aws_lambda_event_source_mapping').filter(
      ({ event_source_arn }) =>
        event_source_arn === reference('aws_sqs_queue', named('aws_sqs_queue', queueName), 'arn'),
    )

  it('are read so that only what is unfinished goes back', () => {
    expect(readingOf('penstock-small-objects')).toEqual([
      expect.objectContaining({
        batch_size: 100,
        maximum_batching_window_in_seconds: 1,
        function_response_types: ['ReportBatchItemFailures'],
      }),
    ])
  })

  it('are read without waiting for more where a route waits for nothing', () => {
    const routes = [
      { match: 'live/{table}/**', into: { batch: { seconds: 0 } } },
      { match: '{table}/**', into: {} },
    ]
    const [objects] = synthesize({ ...MINIMAL, routes })
      .all('aws_lambda_event_source_mapping')
      .filter(({ event_source_arn }) => String(event_source_arn).includes('objects'))
    expect(objects).toMatchObject({ batch_size: 10, maximum_batching_window_in_seconds: 0 })
  })

  it('are read by one load per wake, and as many at once as the environment allows', () => {
    expect(readingOf('penstock-small-wakes')).toEqual([
      expect.objectContaining({
        batch_size: 1,
        scaling_config: { maximum_concurrency: 7 },
        function_response_types: ['ReportBatchItemFailures'],
      }),
    ])
  })

  it('hide a message for six times as long as its reader may take', () => {
    expect(named('aws_sqs_queue', 'penstock-small-wakes')).toMatchObject({ visibility_timeout_seconds: 3_600 })
    expect(named('aws_sqs_queue', 'penstock-small-objects')).toMatchObject({ visibility_timeout_seconds: 360 })
  })

  it('all have dead letters, but for those that are dead letters', () => {
    for (const queue of all('aws_sqs_queue')) {
      if (String(queue['name']).endsWith('-dead')) continue
      const dead = named('aws_sqs_queue', `${String(queue['name'])}-dead`)
      expect(queue['redrive_policy']).toContain(reference('aws_sqs_queue', dead, 'arn').slice(2, -1))
    }
  })
})

describe('the tick', () => {
  it('comes every minute, one at a time, and what was missed is not made up for', () => {
    const [tick = {}] = all('aws_lambda_function').filter(
      ({ function_name }) => function_name === 'penstock-small-on-tick',
    )
    expect(tick).toMatchObject({ reserved_concurrent_executions: 1 })
    expect(all('aws_scheduler_schedule')).toEqual([
      expect.objectContaining({
        schedule_expression: 'rate(1 minute)',
        flexible_time_window: { mode: 'OFF' },
        target: expect.objectContaining({
          arn: reference('aws_lambda_function', tick, 'arn'),
          retry_policy: { maximum_retry_attempts: 0, maximum_event_age_in_seconds: 60 },
        }),
      }),
    ])
    expect(all('aws_lambda_function_event_invoke_config')).toEqual([
      expect.objectContaining({ maximum_retry_attempts: 0, maximum_event_age_in_seconds: 60 }),
    ])
  })

  it('is called by a role that may do nothing else, and that only its own schedules take', () => {
    expect(given.mayDo('penstock-small-tick-schedule')).toEqual([
      expect.objectContaining({ actions: ['lambda:InvokeFunction'], resources: [expect.stringMatching(/\.arn}$/)] }),
    ])
    const role = named('aws_iam_role', 'penstock-small-tick-schedule')
    expect(given.statementsOf(role['assume_role_policy'])).toEqual([
      expect.objectContaining({
        condition: [
          { test: 'StringEquals', variable: 'aws:SourceAccount', values: ['123456789012'] },
          { test: 'ArnEquals', variable: 'aws:SourceArn', values: [expect.stringContaining('schedule_group')] },
        ],
      }),
    ])
  })

  it('reserves nothing in an account that has nothing to reserve', () => {
    const { all: without } = synthesize({ ...MINIMAL, functions: { onTick: { reserved: false } } })
    for (const one of without('aws_lambda_function')) expect(one).not.toHaveProperty('reserved_concurrent_executions')
  })
})

it('tells every value that AWS would refuse at once, each with the path of its construct', () => {
  const input = environment(MINIMAL)
  const { functions } = input
  const wrong = {
    ...input,
    prefix: `penstock-${'x'.repeat(60)}`,
    functions: { ...functions, onLoad: { ...functions.onLoad, timeoutSeconds: 901, memoryMb: 64, atOnce: 1 } },
  }
  const app = Testing.app()
  const stack = new PenstockStack(app, wrong, bundlesOfNothing())
  const told = (() => {
    try {
      Testing.synth(stack, true)
      return ''
    } catch (error) {
      return String(error)
    } finally {
      rmSync(app.outdir, { recursive: true, force: true })
    }
  })()
  expect(told).toContain('[small/wakes-queue] consumerTimeoutSeconds is 901, and must be from 1 to 900')
  expect(told).toContain('[small/functions/on-load] timeoutSeconds is 901, and must be from 1 to 900')
  expect(told).toContain('[small/functions/on-load] memoryMb is 64, and must be from 128 to 10240')
  expect(told).toContain('[small/functions/on-load] atOnce is 1, and must be from 2 to 1000')
  expect(told).toContain('[small/functions/on-load] the length of the name is 77, and must be from 1 to 64')
  expect(told).toContain('[small/settings/bucket] the length of the name is 91, and must be from 3 to 63')
})

it('is deployed by the CLI that runs on the Node that is there', () => {
  expect(deployCommand(['dev'], '20.20.2')).toEqual(['npx', '--yes', 'cdktf-cli@0.21.0', 'deploy', 'dev'])
  expect(deployCommand(['dev', 'prod'], '22.1.0')).toContain('cdktf-cli@0.21.0')
  expect(deployCommand(['dev'], '24.0.0')).toContain('cdktn-cli@0.24.0')
})

function bundlesOfNothing() {
  const file = __filename
  return { 'on-object': file, 'on-load': file, 'on-tick': file }
}
