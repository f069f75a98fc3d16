import { messageOf, PenstockError } from '../errors'
import type { S3Url } from '../model'
import type { Ports } from '../ports'
import type { Settings } from '../settings'
import { type Progress, progressDocument, type RouteProgress, withRoutes } from './progress'
import { textAt } from './text-at'

/** How far the bucket is compared, as a run goes on. */
export interface Notes {
  progress(): Progress
  change(id: string, route: RouteProgress): void
  /** Writes down what has changed since it was last written. */
  write(): Promise<void>
}

/** Reads how far earlier runs came. What is new in the routes is written down at once: since when they are there must not move. */
export async function openNotes(ports: Ports, settings: Settings): Promise<Notes> {
  const url: S3Url = `${settings.work}heal.json`
  let written = await textAt(ports, url)
  let progress = withRoutes(written === undefined ? { routes: {} } : parse(url, written), settings.routes, ports.now())
  const write = async () => {
    const text = JSON.stringify(progress)
    if (text === written) return
    await ports.objects.put(url, text)
    written = text
  }
  await write()
  return {
    progress: () => progress,
    change: (id, route) => {
      progress = { routes: { ...progress.routes, [id]: route } }
    },
    write,
  }
}

/** To begin anew by itself would leave, without a word, what was lost before: since when a route is there stands in it. */
function parse(url: S3Url, text: string): Progress {
  try {
    return progressDocument.parse(JSON.parse(text))
  } catch (cause) {
    throw new PenstockError(
      'MALFORMED_PROGRESS',
      `${url}, which tells how far the bucket was compared, cannot be read (${messageOf(cause)}): put an earlier version back, or delete it; then the routes count as new, and files that were there before are left unless they say existing: 'load'`,
      { cause },
    )
  }
}
