import dev from '../../environments/dev'
import { environment } from '../../environments/environment'
import { statementName } from '../../lambda/statement-name'
import { MINIMAL, reference, synthesize } from './synthesized'

const OVER_DATA_API = {
  ...MINIMAL,
  warehouses: { main: { kind: 'redshift', via: 'data-api', database: 'd', auth: { cluster: 'acme' } } },
} as const

describe('where a warehouse is reached through the Data API', () => {
  const { all, named, statementsOf, json } = synthesize(OVER_DATA_API)
  const [rule = {}] = all('aws_cloudwatch_event_rule')
  const queue = named('aws_sqs_queue', 'penstock-small-wakes')

  it('the end of each statement of the environment, and of no other, wakes the loader', () => {
    expect(all('aws_cloudwatch_event_rule')).toHaveLength(1)
    const pattern = String(rule['event_pattern'])
    for (const text of [
      '"source" = ["aws.redshift-data"]',
      '"detail-type" = ["Redshift Data Statement Status Change"]',
      '"prefix" = "penstock/small/"',
      '"state" = ["FINISHED", "FAILED", "ABORTED"]',
    ]) {
      expect(pattern).toContain(text)
    }
    const name = statementName({ environment: 'small', target: 'main/public.t', batchId: 'b', what: '1' })
    expect(name.startsWith('penstock/small/')).toBe(true)
    expect(all('aws_cloudwatch_event_target')).toEqual([
      expect.objectContaining({
        rule: reference('aws_cloudwatch_event_rule', rule, 'name'),
        arn: reference('aws_sqs_queue', queue, 'arn'),
        depends_on: [expect.stringContaining('aws_sqs_queue_policy')],
      }),
    ])
  })

  it('the rule alone may write into the queue of wakes, which no key of ours keeps from it', () => {
    const policy = all('aws_sqs_queue_policy').find(
      (block) => block['queue_url'] === reference('aws_sqs_queue', queue, 'url'),
    )
    const senders = statementsOf(policy?.['policy']).filter(({ effect }) => effect !== 'Deny')
    expect(senders).toEqual([
      {
        actions: ['sqs:SendMessage'],
        resources: [reference('aws_sqs_queue', queue, 'arn')],
        principals: [{ type: 'Service', identifiers: ['events.amazonaws.com'] }],
        condition: [
          {
            test: 'ArnEquals',
            variable: 'aws:SourceArn',
            values: [reference('aws_cloudwatch_event_rule', rule, 'arn')],
          },
          { test: 'StringEquals', variable: 'aws:SourceAccount', values: ['123456789012'] },
        ],
      },
    ])
    expect(queue).toMatchObject({ sqs_managed_sse_enabled: true })
  })

  it('nothing has to be in a network, and there is no password', () => {
    expect(all('aws_lambda_function').filter((block) => 'vpc_config' in block)).toEqual([])
    expect(all('aws_ssm_parameter')).toEqual([])
    expect(json.output).not.toHaveProperty('set-password')
  })

  it('a role that is created is attached to the cluster that auth names', () => {
    const { json: created } = synthesize({
      ...OVER_DATA_API,
      warehouses: { main: { ...OVER_DATA_API.warehouses.main, copyRole: 'create' } },
    })
    expect(created.output['attach-copy-role-of-main']?.value).toMatch(
      /^aws redshift modify-cluster-iam-roles --cluster-identifier acme --add-iam-roles /,
    )
  })

  it('the settings reach the functions without what speaks of a connection', () => {
    expect(environment(OVER_DATA_API).settings.warehouses['main']).toEqual({
      kind: 'redshift',
      via: 'data-api',
      database: 'd',
      auth: { cluster: 'acme' },
    })
  })
})

it('where none is, nobody hears of statements', () => {
  expect(synthesize(dev).all('aws_cloudwatch_event_rule')).toEqual([])
})
