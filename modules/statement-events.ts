import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule'
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target'
import { Fn } from 'cdktf'
import { Construct } from 'constructs'
import type { QueueWithDeadLetters } from './queue-with-dead-letters'

export interface StatementEventsProps {
  /** Name of the environment's things, e.g. `penstock-staging`; that of the rule goes on with `-statements`. */
  readonly name: string
  readonly account: string
  /** How the names of the environment's statements begin: other environments have rules of their own. */
  readonly statementPrefix: string
  /** Where the loader looks for what it has to do. */
  readonly queue: QueueWithDeadLetters
}

/**
 * Wakes the loader when a statement that it has handed to the Redshift Data API has ended. An event that gets lost is no harm: the
 * tick wakes whoever has something unfinished. Redshift tells of a statement in the region in which it ran, and only there.
 */
export class StatementEvents extends Construct {
  constructor(scope: Construct, id: string, { name, account, statementPrefix, queue }: StatementEventsProps) {
    super(scope, id)
    const rule = new CloudwatchEventRule(this, 'rule', {
      name: `${name}-statements`,
      description: `Statements of ${name} that have ended`,
      eventPattern: Fn.jsonencode({
        source: ['aws.redshift-data'],
        'detail-type': ['Redshift Data Statement Status Change'],
        detail: { statementName: [{ prefix: statementPrefix }], state: ['FINISHED', 'FAILED', 'ABORTED'] },
      }),
    })
    queue.allow({ service: 'events.amazonaws.com', sourceArn: rule.arn, sourceAccount: account })
    new CloudwatchEventTarget(this, 'target', { rule: rule.name, arn: queue.arn, dependsOn: [queue.mayBeSentTo] })
  }
}
