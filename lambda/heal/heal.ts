import { messageOf } from '../errors'
import type { S3Object, TargetId } from '../model'
import type { Ports } from '../ports'
import type { HealSettings, Settings } from '../settings'
import { comparePage, type Lost } from './compare-page'
import { listingPrefix } from './listing-prefix'
import { nextAfter } from './next-after'
import { openNotes } from './notes'
import { afterPage, horizonOf, newPass, nextRoute, type RouteProgress } from './progress'

/** Takes objects in, for those of their targets that are wanted: the same way that events go. */
export type Ingest = (
  ports: Ports,
  objects: readonly S3Object[],
  isWanted: (object: S3Object, target: TargetId) => boolean,
) => Promise<void>

/**
 * A run ends after so many pages of 1,000 keys; the next one goes on where it stopped. With a LIST of 100 ms and five requests of
 * 10 ms after it that is half a minute, and ten million keys are compared in less than an hour.
 */
export const PAGES_PER_RUN = 200
/** Progress is written down after so many, and at the end of the run. */
const PAGES_PER_NOTE = 10
/** Left at the end of a run to compare the last page. */
const PAGE_MS = 15_000

/**
 * Goes on comparing what S3 holds with what is remembered. Progress is written when what the pages lacked is queued: whoever
 * dies in between has them compared again. Two at once do no harm, they repeat each other's work. A route that cannot be
 * compared holds up no other.
 */
export async function heal(
  ports: Ports,
  { deadlineMs }: { readonly deadlineMs: number },
  ingest: Ingest,
): Promise<void> {
  const settings = await ports.settings()
  const how = settings.heal
  if (how === false) return
  const notes = await openNotes(ports, settings)
  const inVain = new Map<string, unknown>()
  for (let page = 1; page <= PAGES_PER_RUN && ports.now() + PAGE_MS < deadlineMs; page += 1) {
    const id = nextRoute(notes.progress(), how, ports.now(), new Set(inVain.keys()))
    const before = id === undefined ? undefined : notes.progress().routes[id]
    if (id === undefined || before === undefined) break
    try {
      notes.change(id, await onePage(ports, settings, how, id, before, ingest))
    } catch (error) {
      ports.log('error', 'route-not-compared', { route: id, why: messageOf(error), error })
      inVain.set(id, error)
    }
    if (page % PAGES_PER_NOTE === 0) await notes.write()
  }
  await notes.write()
  const [error] = inVain.values()
  if (error !== undefined) throw error
}

/** Lists one page of a route's files, queues what no event announced, and tells how far the route is compared now. */
async function onePage(
  ports: Ports,
  settings: Settings,
  how: HealSettings,
  id: string,
  before: RouteProgress,
  ingest: Ingest,
): Promise<RouteProgress> {
  const pass = before.pass ?? newPass(ports.now())
  const route = settings.routes.find((one) => one.id === id)
  if (route === undefined) return before
  const { objects, more } = await ports.objects.list(settings.bucket, listingPrefix(route.pattern), pass.after)
  const { lost, undecidedMs } = await comparePage(ports, settings, route, before, horizonOf(pass, how), objects)
  await queue(ports, lost, ingest)
  const last = nextAfter(settings, objects.at(-1)?.key)
  const after = afterPage(
    before,
    pass,
    {
      listed: objects.length,
      queued: lost.length,
      ...(undecidedMs === undefined ? {} : { undecidedMs }),
      ...(more && last !== undefined ? { after: last } : {}),
    },
    how,
    ports.now(),
  )
  if (after.pass === undefined && after.lastPass) ports.log('info', 'route-compared', { route: id, ...after.lastPass })
  return after
}

async function queue(ports: Ports, lost: readonly Lost[], ingest: Ingest): Promise<void> {
  if (lost.length === 0) return
  const targets = new Map(lost.map((one) => [one.object, one.targets]))
  await ingest(ports, [...targets.keys()], (object, target) => targets.get(object)?.has(target) ?? false)
  for (const { object, targets } of lost) {
    const { bucket, key, etag } = object
    ports.log('warn', 'file-healed', { file: `s3://${bucket}/${key}`, etag, targets: [...targets] })
  }
  ports.measure('FilesHealed', lost.length, {})
}
