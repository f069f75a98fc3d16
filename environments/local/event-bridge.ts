import { z } from 'zod'

/** Where the events of a rule go. */
export type RuleTarget =
  | { readonly kind: 'queue'; readonly arn: string }
  | { readonly kind: 'handler'; readonly handle: (event: unknown) => Promise<unknown> }

/** Which events a rule takes: those that meet every condition that it has. */
export interface Rule {
  readonly source?: string
  readonly detailType?: string
  /** The name of an S3 bucket. */
  readonly bucket?: string
  /** How the name of a statement of the Redshift Data API begins. */
  readonly statementPrefix?: string
  readonly target: RuleTarget
}

/** An event bus without a socket: nobody but the embedded environment puts events on it. */
export interface EventBridge {
  readonly addRule: (rule: Rule) => void
  /** Hands an event to every rule that takes it; rejects when one of the targets does, after all were tried. */
  readonly put: (event: unknown) => Promise<void>
}

const EVENT = z.looseObject({
  source: z.string(),
  'detail-type': z.string(),
  detail: z.looseObject({
    bucket: z.looseObject({ name: z.string() }).optional(),
    statementName: z.string().optional(),
  }),
})

/** Makes a bus; `send` brings an event to a queue as the body of a message. */
export function makeEventBridge(send: (queueArn: string, body: string) => Promise<void>): EventBridge {
  const rules: Rule[] = []

  async function handOver(event: unknown, target: RuleTarget): Promise<void> {
    if (target.kind === 'queue') await send(target.arn, JSON.stringify(event))
    else await target.handle(event)
  }

  return {
    addRule: (rule) => {
      rules.push(rule)
    },
    put: async (event) => {
      const parsed = EVENT.parse(event)
      const taking = rules.filter((rule) => takes(rule, parsed))
      const results = await Promise.allSettled(taking.map(({ target }) => handOver(event, target)))
      const failed = results.find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
    },
  }
}

function takes({ source, detailType, bucket, statementPrefix }: Rule, event: z.infer<typeof EVENT>): boolean {
  return (
    (source === undefined || source === event.source) &&
    (detailType === undefined || detailType === event['detail-type']) &&
    (bucket === undefined || bucket === event.detail.bucket?.name) &&
    (statementPrefix === undefined || event.detail.statementName?.startsWith(statementPrefix) === true)
  )
}
