import { codeOf } from '../errors'
import type { S3Object, S3Url, TargetId } from '../model'
import type { Ports } from '../ports'
import type { HealSettings, Settings } from '../settings'
import { comparePage, type Lost } from './compare-page'
import { listingPrefix } from './listing-prefix'
import {
  afterPage,
  horizonOf,
  newPass,
  nextRoute,
  type Progress,
  progressDocument,
  type RouteProgress,
  withRoutes,
} from './progress'

/** Takes objects in, for those of their targets that are wanted: the same way that events go. */
export type Ingest = (
  ports: Ports,
  objects: readonly S3Object[],
  isWanted: (object: S3Object, target: TargetId) => boolean,
) => Promise<void>

/** A run ends after so many pages of 1,000 keys; the next one goes on where it stopped. */
const PAGES_PER_RUN = 50
/** Left at the end of a run to compare the last page. */
const PAGE_MS = 15_000

/**
 * Goes on comparing what S3 holds with what is remembered. Progress is written after each page, when what the page lacked is
 * queued: whoever dies in between has the page compared again. Two at once do no harm, they repeat each other's work.
 */
export async function heal(
  ports: Ports,
  { deadlineMs }: { readonly deadlineMs: number },
  ingest: Ingest,
): Promise<void> {
  const settings = await ports.settings()
  if (settings.heal === false) return
  const url = progressUrl(settings)
  let progress = withRoutes(await readProgress(ports, url), settings.routes, ports.now())
  for (let page = 0; page < PAGES_PER_RUN && ports.now() + PAGE_MS < deadlineMs; page += 1) {
    const id = nextRoute(progress, settings.heal, ports.now())
    const before = id === undefined ? undefined : progress.routes[id]
    if (id === undefined || before === undefined) return
    const after = await onePage(ports, settings, settings.heal, id, before, ingest)
    progress = { routes: { ...progress.routes, [id]: after } }
    await ports.objects.put(url, JSON.stringify(progress))
  }
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
  const last = objects.at(-1)?.key
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

function progressUrl({ work }: Settings): S3Url {
  return `${work}heal.json`
}

/** Without a document, or with one that cannot be read, everything is compared from the beginning. */
async function readProgress(ports: Ports, url: S3Url): Promise<Progress> {
  let text: string
  try {
    text = await ports.objects.get(url)
  } catch (error) {
    if (codeOf(error) === 'OBJECT_GONE') return { routes: {} }
    throw error
  }
  const read = progressDocument.safeParse(jsonOf(text))
  if (read.success) return read.data
  ports.log('error', 'heal-progress-unreadable', { url, why: read.error.message })
  return { routes: {} }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
