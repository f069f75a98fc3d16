import { createHash } from 'node:crypto'
import { messageOf, PenstockError } from '../errors'
import { textAt } from '../heal/text-at'
import type { S3Url } from '../model'
import type { Ports } from '../ports'
import type { Settings } from '../settings'
import type { BulkLoad } from './bulk-load'
import { withoutOld } from './due-listings'
import { type Listing, type Progress, progressDocument, timeText } from './progress'

/** How far one bulk load is, as a run goes on. */
export interface Notes {
  readonly url: S3Url
  progress(): Progress
  /** Writes down how far a listing is. */
  write(name: string, listing: Listing): Promise<void>
}

/** Reads how far earlier runs came. A new load is written down at once: since when it is there must not move. */
export async function openNotes(
  ports: Pick<Ports, 'objects' | 'now'>,
  { work }: Pick<Settings, 'work'>,
  load: Pick<BulkLoad, 'prefix' | 'target' | 'when'>,
): Promise<Notes> {
  const url = progressUrl(work, load)
  const put = (progress: Progress) => ports.objects.put(url, `${JSON.stringify(progress, null, 2)}\n`)
  const written = await textAt(ports, url)
  let current: Progress
  if (written === undefined) {
    current = { prefix: load.prefix.source, target: load.target, since: timeText(ports.now()), listings: {} }
    await put(current)
  } else current = parse(url, written)
  return {
    url,
    progress: () => current,
    async write(name, listing) {
      const next = { ...current, listings: { ...current.listings, [name]: listing } }
      current = withoutOld(next, load, ports.now())
      await put(current)
    },
  }
}

/** Prefix and target are what makes a bulk load: with another one it is another load, and has notes of its own. */
export function progressUrl(work: S3Url, { prefix, target }: Pick<BulkLoad, 'prefix' | 'target'>): S3Url {
  const readable = prefix.source.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '')
  const hash = createHash('sha256').update(prefix.source).digest('hex').slice(0, 12)
  return `${work}bulk/${target}/${readable.slice(0, 60)}-${hash}.json`
}

/** To begin anew by itself would list days again and miss others: since when the load is there stands in it. */
function parse(url: S3Url, text: string): Progress {
  try {
    return progressDocument.parse(JSON.parse(text))
  } catch (cause) {
    throw new PenstockError(
      'MALFORMED_PROGRESS',
      `${url}, which tells how far a bulk load is, cannot be read (${messageOf(cause)}): put an earlier version back, or delete it; then the load counts as new, what is loaded stays loaded once, and days that were missed are not caught up`,
      { cause },
    )
  }
}
