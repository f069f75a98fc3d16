import { randomUUID } from 'node:crypto'
import { makeDeliveries } from '../s3/deliveries'
import { type Fault, makeFaults } from '../s3/faults'
import type { Submission } from './statements'
import type { Known } from './warehouse-of'

/** What may become of an event on its way. */
export type EventFault =
  /** It never comes. */
  | { readonly kind: 'drop' }
  /** It comes twice. */
  | { readonly kind: 'double' }
  /** It comes so much later. */
  | { readonly kind: 'delay'; readonly delayMs: number }

/** Tells the bus that statements have ended. */
export interface StatementEvents {
  readonly send: (submission: Submission) => void
  /** `operation` is the state that the event tells of, `about` a text in its detail. */
  readonly disturbNext: (fault: Fault<EventFault>) => void
  readonly stop: () => void
}

/** Events as the guide shows them [Amazon Redshift management guide: data-api-monitoring-events]. */
export function makeStatementEvents(
  { region, account, role }: Pick<Known, 'region' | 'account' | 'role'>,
  keptMs: number,
  put: (event: unknown) => Promise<void>,
): StatementEvents {
  const faults = makeFaults<EventFault>()
  const timers = new Set<NodeJS.Timeout>()
  const deliveries = makeDeliveries(
    (_, event) => put(event),
    ({ cause }) => process.stderr.write(`an event of the Data API was not delivered: ${cause}\n`),
  )
  const bus = { kind: 'event-bridge' } as const

  function eventOf({ id, name, queryId, status, rows, updatedAt, warehouse }: Submission) {
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Redshift Data Statement Status Change',
      source: 'aws.redshift-data',
      account,
      time: new Date(updatedAt).toISOString(),
      region,
      resources: [warehouse.arn],
      detail: {
        principal: `arn:aws:sts::${account}:assumed-role/${role}/local`,
        statementName: name ?? '',
        statementId: id,
        redshiftQueryId: queryId,
        state: status,
        rows,
        expireAt: Math.floor((updatedAt + keptMs) / 1_000),
      },
    }
  }

  return {
    disturbNext: faults.failNext,
    send: (submission) => {
      const event = eventOf(submission)
      const fault = faults.take(submission.status, JSON.stringify(event.detail))
      switch (fault?.kind) {
        case 'drop':
          return
        case 'delay': {
          const timer = setTimeout(() => {
            timers.delete(timer)
            deliveries.send(bus, event)
          }, fault.delayMs)
          timers.add(timer)
          return
        }
        case 'double':
          deliveries.send(bus, event)
          return deliveries.send(bus, event)
        case undefined:
          return deliveries.send(bus, event)
      }
    },
    stop: () => {
      for (const timer of timers) clearTimeout(timer)
      deliveries.stop()
    },
  }
}
