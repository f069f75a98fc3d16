import { S3Error } from './errors'
import { childrenOf, parseXml, textOf, type XmlElement } from './xml'

/** Where a bucket's events go. */
export type Destination =
  | { readonly kind: 'queue' | 'topic' | 'function'; readonly arn: string }
  | { readonly kind: 'event-bridge' }

/** A bucket's notification configuration, parsed. */
export interface NotificationRules {
  readonly targets: readonly NotificationTarget[]
  readonly eventBridge: boolean
}

export interface NotificationTarget {
  readonly id: string
  readonly to: Extract<Destination, { arn: string }>
  /** As configured, e.g. `s3:ObjectCreated:*`. */
  readonly events: readonly string[]
  readonly prefix: string
  readonly suffix: string
}

const SECTIONS = [
  ['QueueConfiguration', 'Queue', 'queue'],
  ['TopicConfiguration', 'Topic', 'topic'],
  ['CloudFunctionConfiguration', 'CloudFunction', 'function'],
] as const

const EVENT_FAMILIES =
  /^s3:(ObjectCreated|ObjectRemoved|ObjectRestore|ObjectTagging|ObjectAcl|LifecycleExpiration|LifecycleTransition|Replication|IntelligentTiering|ReducedRedundancyLostObject)(:(\*|[A-Za-z]+))?$/

const MOST_CONFIGURATIONS = 100

/** Reads the body of PutBucketNotificationConfiguration and refuses what S3 refuses. */
export function parseNotificationRules(document: string): NotificationRules {
  const root = parseXml(document)
  if (root?.name !== 'NotificationConfiguration') throw new S3Error('MalformedXML')
  const targets = SECTIONS.flatMap(([section, field, kind]) =>
    childrenOf(root, section).map((element, index) => ({
      id: textOf(element, 'Id') ?? `${kind}-${index + 1}`,
      to: { kind, arn: arnIn(element, field) },
      events: eventsIn(element),
      ...filterIn(element),
    })),
  )
  if (targets.length > MOST_CONFIGURATIONS) throw refusal(`More than ${MOST_CONFIGURATIONS} configurations`)
  refuseOverlaps(targets)
  return { targets, eventBridge: childrenOf(root, 'EventBridgeConfiguration').length > 0 }
}

/** Whether an event (`ObjectCreated:Put`) on a key is for this target. */
export function wants(target: NotificationTarget, eventName: string, key: string): boolean {
  return (
    target.events.some((pattern) => covers(pattern, `s3:${eventName}`)) &&
    key.startsWith(target.prefix) &&
    key.endsWith(target.suffix)
  )
}

function arnIn(element: XmlElement, field: string): string {
  const arn = textOf(element, field)?.trim() ?? ''
  if (!arn.startsWith('arn:')) throw refusal('The ARN could not be parsed')
  if (arn.endsWith('.fifo')) throw refusal('FIFO destinations are not supported')
  return arn
}

function eventsIn(element: XmlElement): string[] {
  const events = childrenOf(element, 'Event').map((event) => event.text.trim())
  if (events.length === 0) throw new S3Error('MalformedXML')
  for (const event of events) {
    if (!EVENT_FAMILIES.test(event)) throw refusal(`The event '${event}' is not supported for notifications`)
  }
  return events
}

function filterIn(element: XmlElement): { prefix: string; suffix: string } {
  const filter = { prefix: '', suffix: '' }
  const keys = childrenOf(element, 'Filter').flatMap((one) => childrenOf(one, 'S3Key'))
  for (const rule of keys.flatMap((key) => childrenOf(key, 'FilterRule'))) {
    const name = textOf(rule, 'Name')?.toLowerCase()
    if (name !== 'prefix' && name !== 'suffix') throw refusal('filter rule name must be either prefix or suffix')
    filter[name] = decodeFilterValue(textOf(rule, 'Value') ?? '')
  }
  return filter
}

// S3 wants special characters in filter values URL-encoded. What isn't a valid encoding is taken literally.
function decodeFilterValue(value: string): string {
  try {
    return decodeURIComponent(value.replace(/\+/g, ' '))
  } catch {
    return value
  }
}

function refuseOverlaps(targets: readonly NotificationTarget[]): void {
  for (const [index, left] of targets.entries()) {
    for (const right of targets.slice(index + 1)) {
      const shareEvent = left.events.some((a) => right.events.some((b) => covers(a, b) || covers(b, a)))
      const sharePrefix = left.prefix.startsWith(right.prefix) || right.prefix.startsWith(left.prefix)
      const shareSuffix = left.suffix.endsWith(right.suffix) || right.suffix.endsWith(left.suffix)
      if (shareEvent && sharePrefix && shareSuffix) {
        throw refusal('Configurations overlap. Configurations on the same bucket cannot share a common event type.')
      }
    }
  }
}

function covers(pattern: string, event: string): boolean {
  return pattern.endsWith('*') ? event.startsWith(pattern.slice(0, -1)) : pattern === event
}

function refusal(message: string): S3Error {
  return new S3Error('InvalidArgument', message)
}
