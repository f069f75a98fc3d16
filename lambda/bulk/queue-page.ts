import { type Candidate, nowThere, objectOf, verdictsOf } from '../heal/look-at'
import { nextAfter } from '../heal/next-after'
import { type S3Object, urlOf } from '../model'
import type { ListedObject, Ports } from '../ports'
import type { Into, Settings } from '../settings'
import type { BulkLoad } from './bulk-load'
import { leadsTo } from './leads-to'
import type { Page } from './progress'

/** Takes objects in for one target, whatever the routes say of them: the same way that events go. */
export type IngestInto = (
  ports: Ports,
  settings: Settings,
  load: BulkLoad<Into>,
  objects: readonly S3Object[],
) => Promise<void>

/** A page may hold a thousand files that were overwritten. */
const HEADS_AT_ONCE = 16

/**
 * Lists a page under a prefix and queues what its target lacks, one page after the other. A file is queued with the time
 * at which S3 has last modified it, so whoever queues it again queues the same arrival.
 */
export async function queuePage(
  ports: Ports,
  settings: Settings,
  load: BulkLoad<Into>,
  from: { readonly prefix: string; readonly after?: string },
  ingestInto: IngestInto,
): Promise<Page> {
  const { objects, more } = await ports.objects.list(settings.bucket, from.prefix, from.after)
  const own = objects.filter(({ key }) => !urlOf({ bucket: settings.bucket, key }).startsWith(settings.work))
  const readable = own.filter(({ archived }) => !archived)
  const found = await lookAtAll(ports, settings, load, readable)
  const lacking = found.flatMap((one) => (typeof one === 'object' ? [one] : []))
  if (lacking.length > 0) await ingestInto(ports, settings, load, lacking)
  const count = (what: Found) => found.filter((one) => one === what).length
  const last = nextAfter(settings, objects.at(-1)?.key)
  return {
    listed: objects.length,
    queued: lacking.length + count('waiting'),
    alreadyKnown: count('known'),
    leftOut: own.length - readable.length + count('unreadable'),
    ...(more && last !== undefined ? { after: last } : {}),
  }
}

/** What the target lacks of an object, or why it lacks nothing. */
type Found = S3Object | 'known' | 'waiting' | 'unreadable'

/** What a long queue may hold is queued once more: it waits twice and is loaded once, and the listing comes to its end. */
async function lookAtAll(
  ports: Ports,
  settings: Settings,
  load: BulkLoad<Into>,
  objects: readonly ListedObject[],
): Promise<readonly Found[]> {
  if (objects.length === 0) return []
  const candidates = objects.map((listed) => candidateOf(settings, load, listed))
  const judged = await verdictsOf(ports, load.target, candidates, 'now')
  const found: Found[] = []
  for (let from = 0; from < judged.length; from += HEADS_AT_ONCE) {
    const some = judged.slice(from, from + HEADS_AT_ONCE)
    found.push(...(await Promise.all(some.map((one) => foundOf(ports, settings, one)))))
  }
  return found
}

function candidateOf(settings: Settings, { target, into }: BulkLoad<Into>, listed: ListedObject): Candidate {
  // A route that leads there too comes first when the batch is made, so it does here.
  const { duplicates } = leadsTo(listed.key, target, settings)?.into ?? into
  return {
    listed,
    url: urlOf({ bucket: settings.bucket, key: listed.key }),
    target,
    holdsDuplicates: duplicates === 'hold',
  }
}

async function foundOf(
  ports: Ports,
  { bucket }: Settings,
  { candidate, verdict }: Awaited<ReturnType<typeof verdictsOf>>[number],
): Promise<Found> {
  switch (verdict.kind) {
    case 'known':
    case 'waiting':
      return verdict.kind
    case 'maybe-waiting':
    case 'lost':
      return objectOf(bucket, candidate.listed)
    case 'changed': {
      const now = await nowThere(ports, bucket, candidate, verdict.record)
      return now === 'undecided' ? 'unreadable' : (now ?? 'known')
    }
  }
}
