import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue'
import { Fn } from 'cdktf'
import { Construct } from 'constructs'

export interface ObjectQueueProps {
  /** Prefix of both queue names, e.g. `penstock-staging-objects`. */
  readonly name: string
  /** Timeout of the function that reads the queue. Visibility is derived from it, never set by hand. */
  readonly consumerTimeoutSeconds: number
  /** Deliveries before a message is parked in the dead-letter queue. @default 5 */
  readonly maxDeliveries?: number
}

/** SQS's longest retention: time to look at what was parked. */
const FOURTEEN_DAYS_SECONDS = 14 * 24 * 3600

/** A queue with its dead-letter queue. */
export class ObjectQueue extends Construct {
  readonly arn: string
  readonly url: string

  constructor(scope: Construct, id: string, props: ObjectQueueProps) {
    super(scope, id)
    const dead = new SqsQueue(this, 'dead', {
      name: `${props.name}-dead`,
      messageRetentionSeconds: FOURTEEN_DAYS_SECONDS,
      sqsManagedSseEnabled: true,
    })
    const queue = new SqsQueue(this, 'queue', {
      name: props.name,
      // Lambda asks for six times the function's timeout, so that a message is not handed out while it is worked on.
      visibilityTimeoutSeconds: 6 * props.consumerTimeoutSeconds,
      messageRetentionSeconds: FOURTEEN_DAYS_SECONDS,
      sqsManagedSseEnabled: true,
      redrivePolicy: Fn.jsonencode({ deadLetterTargetArn: dead.arn, maxReceiveCount: props.maxDeliveries ?? 5 }),
    })
    this.arn = queue.arn
    this.url = queue.url
  }
}
