import type { Deliveries } from './deliveries'
import { S3Error } from './errors'
import { type EventName, eventBridgeEventOf, makeSequencer, notificationOf, testEvent } from './event-records'
import type { NotificationRules } from './notification-rules'
import { wants } from './notification-rules'
import type { Bucket, Version } from './object-store'

/** Tells a bucket's destinations what happened. */
export interface Notify {
  /** Starts the deliveries of an event; none of them is waited for. */
  readonly happened: (bucket: Bucket, name: EventName, version: Version, requestId: string) => void
  /** Sends each destination the test event; refuses the configuration when one does not take it. */
  readonly probe: (bucket: Bucket, rules: NotificationRules, requestId: string) => Promise<void>
}

export function makeNotify(region: string, deliveries: Deliveries): Notify {
  const nextSequencer = makeSequencer()
  return {
    happened: (bucket, name, version, requestId) => {
      const { targets, eventBridge } = bucket.notifications
      const interested = targets.filter((target) => wants(target, name, version.key))
      if (interested.length === 0 && !eventBridge) return
      const event = { name, bucket: bucket.name, version, sequencer: nextSequencer(), at: new Date(), requestId }
      for (const target of interested) deliveries.send(target.to, notificationOf(event, target.id, region))
      if (eventBridge) deliveries.send({ kind: 'event-bridge' }, eventBridgeEventOf(event, region))
    },
    probe: async (bucket, rules, requestId) => {
      const probes = rules.targets.map(({ to }) =>
        deliveries.attempt(to, testEvent(bucket.name, new Date(), requestId)),
      )
      const failed = (await Promise.allSettled(probes)).some(({ status }) => status === 'rejected')
      if (failed) {
        throw new S3Error('InvalidArgument', 'Unable to validate the following destination configurations')
      }
    },
  }
}
